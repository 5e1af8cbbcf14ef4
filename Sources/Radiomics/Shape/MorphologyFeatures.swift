import Foundation
public import Parallel
import Volumes

/// IBSI's morphological features (IBSI 3.1).
public enum MorphologyFeatures {
  /// All features, in the order of their names.
  ///
  /// - Throws: ``RadiomicsError/emptyRegion(what:remedy:)`` where a mask has no voxel.
  public static func compute(
    _ region: Region, workers: Workers = .all
  ) throws(RadiomicsError) -> [Feature] {
    guard let mask = PaddedMask(region.shape, on: region.geometry) else {
      throw .emptyRegion(what: "the morphological mask", remedy: "look at the mask")
    }
    let intensities = try region.finiteIntensities()
    let mesh = SurfaceMesh(mask, workers: workers)
    let extremes = SurfaceExtremes(mask, workers: workers)
    let axes = PrincipalAxes(mask)
    let (volume, area) = (mesh.volume, mesh.area)
    let sphere = cbrt(36 * Double.pi * volume * volume)
    let spacing = mask.spacing
    let voxels = mask.bytes.reduce(0) { $0 + Int($1) }
    // IBSI's covariance is that of a sample: divided by one less than the number of voxels.
    let sample = (Double(voxels) / Double(max(1, voxels - 1))).squareRoot()
    let lengths = axes.lengths.map { $0 * sample }
    let box = SIMD3<Double>(mask.size &- 2) * spacing
    let ellipsoid = Ellipsoid(axes: SIMD3(lengths[0], lengths[1], lengths[2]) / 2)
    let mean = intensities.reduce(0, +) / Double(intensities.count)
    var values: [String: Double] = [
      "MeshVolume": volume,
      "VoxelVolume": Double(voxels) * (spacing.x * spacing.y * spacing.z),
      "SurfaceArea": area,
      "SurfaceVolumeRatio": area / volume,
      "Compactness1": volume / (area * area.squareRoot() * Double.pi.squareRoot()),
      "Compactness2": 36 * Double.pi * volume * volume / (area * area * area),
      "SphericalDisproportion": area / sphere,
      "Sphericity": sphere / area,
      "Asphericity": cbrt(area * area * area / (36 * Double.pi * volume * volume)) - 1,
      "CentreOfMassShift": centreOfMassShift(region),
      "Maximum3DDiameter": extremes.diameter,
      "MajorAxisLength": lengths[2],
      "MinorAxisLength": lengths[1],
      "LeastAxisLength": lengths[0],
      "Elongation": (axes.variances[1] / axes.variances[2]).squareRoot(),
      "Flatness": (axes.variances[0] / axes.variances[2]).squareRoot(),
      "VolumeDensityAABB": volume / (box.x * box.y * box.z),
      "AreaDensityAABB": area / (2 * (box.x * box.y + box.y * box.z + box.z * box.x)),
      "VolumeDensityAEE": volume / ellipsoid.volume,
      "AreaDensityAEE": area / ellipsoid.area,
      "IntegratedIntensity": mean * volume,
    ]
    if let hull = ConvexHull(extremes.corners, step: spacing / 2) {
      let enclosing = EnclosingBox(hull, workers: workers)
      values["VolumeDensityConvexHull"] = volume / hull.volume
      values["AreaDensityConvexHull"] = area / hull.area
      values["VolumeDensityOMBB"] = volume / enclosing.volume
      values["AreaDensityOMBB"] = area / enclosing.area
      if let enclosing = Ellipsoid(around: hull.corners) {
        values["VolumeDensityMVEE"] = volume / enclosing.volume
        values["AreaDensityMVEE"] = area / enclosing.area
      }
    }
    let autocorrelation = SpatialAutocorrelation(region, workers: workers)
    values["MoransI"] = autocorrelation?.moransI
    values["GearysC"] = autocorrelation?.gearysC
    return FeatureClass.shape.names(.ibsi).all.map { name in
      guard let value = values[name] else {
        return Feature(name, undefined: "the region is too large for this feature")
      }
      return value.isNaN
        ? Feature(name, undefined: "the region has no extent or a single intensity")
        : Feature(name, value)
    }
  }

  /// The distance between the centres of the morphological mask and of the intensities.
  private static func centreOfMassShift(_ region: Region) -> Double {
    let size = region.geometry.size
    var (shape, weighted) = (SIMD3<Double>.zero, SIMD3<Double>.zero)
    var (count, total) = (0.0, 0.0)
    for k in 0..<size.z {
      for j in 0..<size.y {
        let row = (k * size.y + j) * size.x
        for i in 0..<size.x {
          let place = SIMD3(Double(i), Double(j), Double(k))
          if region.shape[row + i] {
            shape += place
            count += 1
          }
          if region.mask[row + i] {
            weighted += place * region.intensities[row + i]
            total += region.intensities[row + i]
          }
        }
      }
    }
    let shift = (shape / count - weighted / total) * region.geometry.spacing
    return dot(shift, shift).squareRoot()
  }
}
