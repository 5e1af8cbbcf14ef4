import Volumes

/// The grey-level distance-zone matrix (Thibault 2014; IBSI 3.9): how often zones of connected voxels of
/// one level lie at a distance from the border of the morphological mask.
public enum GLDZM {
  /// The features, in the order of their names.
  ///
  /// - Throws: ``RadiomicsError/invalidSetting(name:found:expected:)`` and
  ///   ``RadiomicsError/tooLarge(what:remedy:)``.
  public static func features(
    _ region: DiscretisedRegion, _ settings: TextureSettings = TextureSettings(ibsi: .averaged3D)
  ) throws(RadiomicsError) -> [Feature] {
    try settings.validate()
    let grid = try LevelGrid(
      region, border: 1, sliceAxis: settings.sliceAxis, isCompressed: true)
    let distances = distances(
      region, grid, sliceAxis: settings.sliceAxis, isPlanar: settings.aggregation.isPlanar)
    let levels = region.occurring
    let matrices = Zones.find(grid, settings.aggregation, distances: distances).map {
      GLSZM.matrix($0, levels, settings.convention) { $0.distance }
    }
    return names.features(
      matrices.map { $0.measures() }, settings.convention, undefined: "the region has no voxel")
  }

  /// For each voxel of the grid the number of steps through faces that lead out of the morphological
  /// mask: 1 at its border (IBSI 3.9).
  private static func distances(
    _ region: DiscretisedRegion, _ grid: LevelGrid, sliceAxis: Int, isPlanar: Bool
  ) -> [Int32] {
    let box = region.geometry.size
    let axes = [0, 1, 2].filter { $0 != sliceAxis } + [sliceAxis]
    var distances = [Int32](repeating: 0, count: grid.levels.count)
    for k in 0..<box.z {
      for j in 0..<box.y {
        for i in 0..<box.x {
          let voxel = region.geometry.offset(i, j, k)
          // A voxel of the intensity mask that the morphological mask lacks lies at its border.
          guard region.shape[voxel] || region.levels[voxel] != 0 else { continue }
          let place = SIMD3(i, j, k)
          let inGrid = SIMD3(place[axes[0]], place[axes[1]], place[axes[2]]) &+ grid.border
          distances[grid.step(inGrid)] = region.shape[voxel] ? Int32.max : 1
        }
      }
    }
    // Two sweeps find the city-block distance.
    let steps = isPlanar ? [1, grid.strides.y] : [1, grid.strides.y, grid.strides.z]
    distances.withUnsafeMutableBufferPointer { distances in
      for voxel in distances.indices where distances[voxel] > 1 {
        for step in steps { distances[voxel] = min(distances[voxel], distances[voxel - step] + 1) }
      }
      for voxel in distances.indices.reversed() where distances[voxel] > 1 {
        for step in steps { distances[voxel] = min(distances[voxel], distances[voxel + step] + 1) }
      }
    }
    return distances
  }

  static let names = SizeFeatureNames(
    small: "SmallDistanceEmphasis", large: "LargeDistanceEmphasis",
    low: "LowGrayLevelZoneEmphasis", high: "HighGrayLevelZoneEmphasis",
    smallLow: "SmallDistanceLowGrayLevelEmphasis",
    smallHigh: "SmallDistanceHighGrayLevelEmphasis",
    largeLow: "LargeDistanceLowGrayLevelEmphasis",
    largeHigh: "LargeDistanceHighGrayLevelEmphasis", size: "ZoneDistance",
    percentage: "ZonePercentage", variance: "ZoneDistanceVariance",
    entropy: "ZoneDistanceEntropy", energy: nil)
}
