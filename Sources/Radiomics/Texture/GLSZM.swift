import Volumes

/// The grey-level size-zone matrix (Thibault 2009; IBSI 3.8): how often zones of connected voxels of one
/// level have a number of voxels.
public enum GLSZM {
  /// The features in PyRadiomics' order.
  ///
  /// - Throws: ``RadiomicsError/invalidSetting(name:found:expected:)`` and
  ///   ``RadiomicsError/tooLarge(what:remedy:)``.
  public static func features(
    _ region: DiscretisedRegion, _ settings: TextureSettings = TextureSettings()
  ) throws(RadiomicsError) -> [Feature] {
    names.features(
      try matrices(region, settings).map { $0.measures() }, settings.convention,
      undefined: "the region has no voxel")
  }

  static func matrices(
    _ region: DiscretisedRegion, _ settings: TextureSettings
  ) throws(RadiomicsError) -> [SizeMatrix] {
    try settings.validate()
    let grid = try LevelGrid(
      region, border: 1, sliceAxis: settings.sliceAxis, isCompressed: true)
    let levels = region.occurring
    return Zones.find(grid, settings.aggregation, distances: nil).map {
      matrix($0, levels, settings.convention) { $0.size }
    }
  }

  /// The matrix of zones by some size of theirs.
  static func matrix(
    _ zones: [Zones.Zone], _ levels: [Int], _ convention: Convention,
    by size: (Zones.Zone) -> Int
  ) -> SizeMatrix {
    var counter = SizeCounter(levels: levels, largestSize: zones.map(size).max() ?? 1)
    counter.count { count in
      for zone in zones { count(zone.level, size(zone)) }
    }
    let voxels = zones.reduce(0) { $0 + $1.size }
    return SizeMatrix(
      entries: counter.entries(), voxelCount: Double(voxels), convention: convention)
  }

  static let names = SizeFeatureNames(
    small: "SmallAreaEmphasis", large: "LargeAreaEmphasis", low: "LowGrayLevelZoneEmphasis",
    high: "HighGrayLevelZoneEmphasis", smallLow: "SmallAreaLowGrayLevelEmphasis",
    smallHigh: "SmallAreaHighGrayLevelEmphasis", largeLow: "LargeAreaLowGrayLevelEmphasis",
    largeHigh: "LargeAreaHighGrayLevelEmphasis", size: "SizeZone", percentage: "ZonePercentage",
    variance: "ZoneVariance", entropy: "ZoneEntropy", energy: nil)
}
