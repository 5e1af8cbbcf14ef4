import Volumes

/// The grey-level dependence matrix (Sun and Wee 1983; NGLDM in IBSI 3.11): how often a voxel of a level
/// has a number of neighbours of nearly its level, itself counted in.
public enum GLDM {
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
    // Levels are compared by value: their places among those present would bring them closer.
    let grid = try LevelGrid(
      region, border: settings.distances.max() ?? 1, sliceAxis: settings.sliceAxis,
      isCompressed: false)
    let steps = grid.neighbours(
      distances: settings.distances, isPlanar: settings.aggregation.isPlanar)
    // Wider than any two levels lie apart makes no difference.
    let coarseness = Int32(min(settings.coarseness, Discretisation.largestLevelCount))
    var place = [Int](repeating: 0, count: region.levelCount + 1)
    let levels = region.occurring
    for (index, level) in levels.enumerated() { place[level] = index + 1 }
    return grid.parts(settings.aggregation).map { rows in
      var counter = SizeCounter(levels: levels, largestSize: steps.count + 1)
      counter.count { count in
        dependences(grid, rows, steps, coarseness) { count(place[Int($0)], Int($1)) }
      }
      let entries = counter.entries()
      return SizeMatrix(
        entries: entries, voxelCount: entries.reduce(0) { $0 + $1.count },
        convention: settings.convention)
    }
  }

  /// Calls for each voxel with its level and the number of its dependent neighbours and itself. A row
  /// is done offset by offset, which runs through memory in order.
  private static func dependences(
    _ grid: LevelGrid, _ rows: ArraySlice<LevelGrid.Row>, _ steps: [Int], _ coarseness: Int32,
    _ body: (_ level: Int32, _ size: Int32) -> Void
  ) {
    let widest = UInt32(2 * coarseness)
    var sizes = [Int32](repeating: 0, count: rows.map(\.count).max() ?? 0)
    sizes.withUnsafeMutableBufferPointer { sizes in
      grid.levels.withUnsafeBufferPointer { levels in
        for row in rows {
          for x in 0..<row.count { sizes[x] = 1 }
          for step in steps {
            let start = row.start + step
            for x in 0..<row.count {
              let other = levels[start + x]
              // One unsigned comparison for -coarseness...coarseness.
              let difference = UInt32(bitPattern: levels[row.start + x] &- other &+ coarseness)
              sizes[x] &+= (difference <= widest ? 1 : 0) & (other != 0 ? 1 : 0)
            }
          }
          for x in 0..<row.count where levels[row.start + x] != 0 {
            body(levels[row.start + x], sizes[x])
          }
        }
      }
    }
  }

  static let names = SizeFeatureNames(
    small: "SmallDependenceEmphasis", large: "LargeDependenceEmphasis",
    low: "LowGrayLevelEmphasis", high: "HighGrayLevelEmphasis",
    smallLow: "SmallDependenceLowGrayLevelEmphasis",
    smallHigh: "SmallDependenceHighGrayLevelEmphasis",
    largeLow: "LargeDependenceLowGrayLevelEmphasis",
    largeHigh: "LargeDependenceHighGrayLevelEmphasis", size: "Dependence",
    percentage: "DependencePercentage", variance: "DependenceVariance",
    entropy: "DependenceEntropy", energy: "DependenceEnergy",
    absent: [.pyradiomics: ["DependenceEnergy"]])
}
