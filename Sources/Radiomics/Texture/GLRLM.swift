public import Parallel
import Volumes

/// The grey-level run-length matrix (Galloway 1975; IBSI 3.7): how often runs of voxels of one level
/// along a direction have a length.
public enum GLRLM {
  /// The features in PyRadiomics' order.
  ///
  /// - Throws: ``RadiomicsError/invalidSetting(name:found:expected:)`` and
  ///   ``RadiomicsError/tooLarge(what:remedy:)``.
  public static func features(
    _ region: DiscretisedRegion, _ settings: TextureSettings = TextureSettings(),
    workers: Workers = Workers(count: 1)
  ) throws(RadiomicsError) -> [Feature] {
    names.features(
      try matrices(region, settings, workers).map { $0.measures() }, settings.convention,
      undefined: "no direction has a line with two voxels of the region")
  }

  static func matrices(
    _ region: DiscretisedRegion, _ settings: TextureSettings, _ workers: Workers
  ) throws(RadiomicsError) -> [SizeMatrix] {
    try settings.validate()
    let grid = try LevelGrid(
      region, border: 1, sliceAxis: settings.sliceAxis, isCompressed: true)
    let offsets = grid.offsets(
      distances: [1], isPlanar: settings.aggregation.isPlanar, isWithinBox: false)
    let merges = settings.aggregation.mergesDirections || settings.weighting != nil
    let levels = region.occurring
    var matrices: [SizeMatrix] = []
    for part in grid.parts(settings.aggregation) {
      let lists = workers.map(offsets.count) { direction in
        let offset = offsets[direction]
        // PyRadiomics leaves out a direction of which no line meets the region twice.
        if settings.convention == .pyradiomics, !grid.hasLine(along: offset, rows: part) {
          return [SizeMatrix.Entry]()
        }
        let weight = settings.weighting?.distance(offset, spacing: grid.spacing) ?? 1
        return runs(grid, part, along: offset, levels).entries(weight: weight)
      }
      for entries in merges ? [SizeCounter.merged(lists)] : lists where !entries.isEmpty {
        matrices.append(
          SizeMatrix(
            entries: entries,
            voxelCount: entries.reduce(0) { $0 + $1.count * Double($1.size) },
            convention: settings.convention))
      }
    }
    return matrices
  }

  /// Counts the runs along a direction in some rows.
  private static func runs(
    _ grid: LevelGrid, _ rows: ArraySlice<LevelGrid.Row>, along offset: SIMD3<Int>, _ levels: [Int]
  ) -> SizeCounter {
    let step = grid.step(offset)
    var counter = SizeCounter(levels: levels, largestSize: grid.size.max())
    counter.count { count in
      grid.levels.withUnsafeBufferPointer { levels in
        for row in rows {
          for voxel in row.start..<row.start + row.count {
            let level = levels[voxel]
            // A run is counted where it begins.
            guard level != 0, levels[voxel - step] != level else { continue }
            var (length, next) = (1, voxel + step)
            while levels[next] == level {
              length += 1
              next += step
            }
            count(Int(level), length)
          }
        }
      }
    }
    return counter
  }

  static let names = SizeFeatureNames(
    small: "ShortRunEmphasis", large: "LongRunEmphasis", low: "LowGrayLevelRunEmphasis",
    high: "HighGrayLevelRunEmphasis", smallLow: "ShortRunLowGrayLevelEmphasis",
    smallHigh: "ShortRunHighGrayLevelEmphasis", largeLow: "LongRunLowGrayLevelEmphasis",
    largeHigh: "LongRunHighGrayLevelEmphasis", size: "RunLength", percentage: "RunPercentage",
    variance: "RunVariance", entropy: "RunEntropy", energy: nil)
}

extension LevelGrid {
  /// Whether a line along a direction meets the region in two voxels, next to each other or not.
  func hasLine(along offset: SIMD3<Int>, rows: ArraySlice<Row>) -> Bool {
    let step = step(offset)
    return levels.withUnsafeBufferPointer { levels in
      for row in rows {
        for voxel in row.start..<row.start + row.count
        where levels[voxel] != 0 && levels[voxel + step] != 0 {
          return true
        }
      }
      for row in rows {
        for voxel in row.start..<row.start + row.count where levels[voxel] != 0 {
          var place = SIMD3(
            voxel % size.x, voxel / strides.y % size.y, voxel / strides.z)
          while true {
            place = place &+ offset
            if any(place .< 0) || any(place .>= size) { break }
            if levels[self.step(place)] != 0 { return true }
          }
        }
      }
      return false
    }
  }
}
