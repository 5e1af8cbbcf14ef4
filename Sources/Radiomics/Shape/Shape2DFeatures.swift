import Foundation
import Parallel

/// PyRadiomics' features of the shape of a region in one plane (class `shape2D`).
public enum Shape2DFeatures {
  /// All features, in the order of their names.
  ///
  /// The outline goes half-way between the centres of voxels inside and outside; voxels that touch at a
  /// corner only are apart.
  ///
  /// - Parameter axis: the voxel axis across the plane, 0 for the first.
  /// - Throws: ``RadiomicsError/emptyRegion(what:remedy:)`` where no voxel is in the morphological mask,
  ///   ``RadiomicsError/unusableRegion(found:expected:)`` where there are several planes.
  public static func compute(
    _ region: Region, across axis: Int
  ) throws(RadiomicsError) -> [Feature] {
    guard let mask = PaddedMask(region.shape, on: region.geometry) else {
      throw .emptyRegion(what: "the mask of the shape", remedy: "look at the mask")
    }
    guard mask.size[axis] == 3 else {
      throw .unusableRegion(
        found: "\(mask.size[axis] - 2) planes across axis \(axis)",
        expected: "one, for the shape in two dimensions")
    }
    let (u, v) = axis == 0 ? (1, 2) : axis == 1 ? (0, 2) : (0, 1)
    let strides = SIMD3(1, mask.size.x, mask.size.x * mask.size.y)
    let (du, dv) = (mask.spacing[u], mask.spacing[v])
    let diagonal = (du * du + dv * dv).squareRoot()
    // Squares between four centres, by how many are inside: surface in parts of a square.
    var (surface, perimeter) = (0.0, 0.0)
    var pixels = 0
    for j in 0..<mask.size[v] - 1 {
      for i in 0..<mask.size[u] - 1 {
        let at = strides[axis] + i * strides[u] + j * strides[v]
        let a = mask.bytes[at]
        let b = mask.bytes[at + strides[u]]
        let c = mask.bytes[at + strides[v]]
        let d = mask.bytes[at + strides[u] + strides[v]]
        pixels += Int(a)
        switch a + b + c + d {
        case 1: (surface, perimeter) = (surface + 0.125, perimeter + diagonal / 2)
        case 3: (surface, perimeter) = (surface + 0.875, perimeter + diagonal / 2)
        case 4: surface += 1
        case 2 where a == d: (surface, perimeter) = (surface + 0.25, perimeter + diagonal)
        case 2: (surface, perimeter) = (surface + 0.5, perimeter + (a == b ? du : dv))
        default: break
        }
      }
    }
    surface *= du * dv
    let extremes = SurfaceExtremes(mask, workers: Workers(count: 1))
    // The axis across has no variance, which is the least; for a line the next is none either.
    let variances = PrincipalAxes(mask).variances
    let sphericity = 2 * (Double.pi * surface).squareRoot() / perimeter
    let values: [String: Double] = [
      "MeshSurface": surface,
      "PixelSurface": Double(pixels) * (du * dv),
      "Perimeter": perimeter,
      "PerimeterSurfaceRatio": perimeter / surface,
      "Sphericity": sphericity,
      "SphericalDisproportion": 1 / sphericity,
      "MaximumDiameter": extremes.planeDiameters[axis],
      "MajorAxisLength": 4 * variances[2].squareRoot(),
      "MinorAxisLength": 4 * variances[1].squareRoot(),
      "Elongation": (variances[1] / variances[2]).squareRoot(),
    ]
    return FeatureClass.shape2D.names(.pyradiomics).all.map { Feature($0, values[$0] ?? .nan) }
  }
}
