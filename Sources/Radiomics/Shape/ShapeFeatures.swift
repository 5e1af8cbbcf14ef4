import Foundation
public import Parallel

/// PyRadiomics' features of a region's shape in three dimensions (class `shape`).
public enum ShapeFeatures {
  /// All features, in the order of their names.
  ///
  /// Volume and area are those of the mesh half-way between voxel centres, diameters those of its
  /// vertices, and axes those of the voxel centres.
  ///
  /// - Throws: ``RadiomicsError/emptyRegion(what:remedy:)`` where no voxel is in the morphological
  ///   mask.
  public static func compute(
    _ region: Region, workers: Workers = .all
  ) throws(RadiomicsError) -> [Feature] {
    guard let mask = PaddedMask(region.shape, on: region.geometry) else {
      throw .emptyRegion(what: "the mask of the shape", remedy: "look at the mask")
    }
    let mesh = SurfaceMesh(mask, workers: workers)
    let extremes = SurfaceExtremes(mask, workers: workers)
    let axes = PrincipalAxes(mask)
    let (volume, area) = (mesh.volume, mesh.area)
    let sphere = cbrt(36 * Double.pi * volume * volume)
    let voxels = mask.bytes.reduce(0) { $0 + Int($1) }
    let spacing = mask.spacing
    let lengths = axes.lengths
    let values: [String: Double] = [
      "MeshVolume": volume,
      "VoxelVolume": Double(voxels) * (spacing.z * spacing.x * spacing.y),
      "SurfaceArea": area,
      "SurfaceVolumeRatio": area / volume,
      "Sphericity": sphere / area,
      "Compactness1": volume / (area * area.squareRoot() * Double.pi.squareRoot()),
      "Compactness2": 36 * Double.pi * (volume * volume) / (area * area * area),
      "SphericalDisproportion": area / sphere,
      "Maximum3DDiameter": extremes.diameter,
      "Maximum2DDiameterSlice": extremes.planeDiameters.z,
      "Maximum2DDiameterColumn": extremes.planeDiameters.y,
      "Maximum2DDiameterRow": extremes.planeDiameters.x,
      "MajorAxisLength": lengths[2],
      "MinorAxisLength": lengths[1],
      "LeastAxisLength": lengths[0],
      "Elongation": (axes.variances[1] / axes.variances[2]).squareRoot(),
      "Flatness": (axes.variances[0] / axes.variances[2]).squareRoot(),
    ]
    return FeatureClass.shape.names(.pyradiomics).all.map { Feature($0, values[$0] ?? .nan) }
  }
}
