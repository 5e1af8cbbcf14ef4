import Volumes

/// The neighbourhood grey-tone difference matrix (Amadasun and King 1989; IBSI 3.10): for each level, its
/// voxels and how far they are in sum from the mean level of their neighbours.
public struct NGTDM: Sendable {
  /// A level that occurs.
  struct Entry: Sendable {
    let level: Int
    /// The number of its voxels.
    var count: Int
    /// The sum of their differences from the means of their neighbourhoods.
    var difference: Double
  }

  /// By ascending level.
  let entries: [Entry]

  /// The features in PyRadiomics' order.
  ///
  /// - Throws: ``RadiomicsError/invalidSetting(name:found:expected:)`` and
  ///   ``RadiomicsError/tooLarge(what:remedy:)``.
  public static func features(
    _ region: DiscretisedRegion, _ settings: TextureSettings = TextureSettings()
  ) throws(RadiomicsError) -> [Feature] {
    let values = try matrices(region, settings).map { $0.values() }
    return names.enumerated().map { index, name in
      let value = meanOfNumbers(values.lazy.map { $0[index] })
      return value.isNaN
        ? Feature(name, undefined: "no voxel of the region has a neighbour") : Feature(name, value)
    }
  }

  static let names = ["Busyness", "Coarseness", "Complexity", "Contrast", "Strength"]

  static func matrices(
    _ region: DiscretisedRegion, _ settings: TextureSettings
  ) throws(RadiomicsError) -> [NGTDM] {
    try settings.validate()
    let grid = try LevelGrid(
      region, border: settings.distances.max() ?? 1, sliceAxis: settings.sliceAxis,
      isCompressed: false)
    let steps = grid.neighbours(
      distances: settings.distances, isPlanar: settings.aggregation.isPlanar)
    // Sums of neighbours are kept in 32 bits.
    guard region.levelCount * steps.count <= Int(Int32.max) else {
      throw .tooLarge(
        what: "a neighbourhood of \(steps.count) voxels of up to \(region.levelCount) grey levels",
        remedy: "choose shorter distances or wider bins")
    }
    return grid.parts(settings.aggregation).map { rows in
      NGTDM(grid, rows, steps, region.levelCount, countsLoneVoxels: settings.convention)
    }
  }

  /// PyRadiomics counts voxels that have no neighbour, with a difference of 0; IBSI does not.
  private init(
    _ grid: LevelGrid, _ rows: ArraySlice<LevelGrid.Row>, _ steps: [Int], _ levelCount: Int,
    countsLoneVoxels convention: Convention
  ) {
    let width = rows.map(\.count).max() ?? 0
    var sums = [Int32](repeating: 0, count: width)
    var neighbours = [Int32](repeating: 0, count: width)
    var entries = (0...levelCount).map { Entry(level: $0, count: 0, difference: 0) }
    sums.withUnsafeMutableBufferPointer { sums in
      neighbours.withUnsafeMutableBufferPointer { neighbours in
        entries.withUnsafeMutableBufferPointer { entries in
          grid.levels.withUnsafeBufferPointer { levels in
            for row in rows {
              for x in 0..<row.count { (sums[x], neighbours[x]) = (0, 0) }
              for step in steps {
                let start = row.start + step
                for x in 0..<row.count {
                  let other = levels[start + x]
                  sums[x] &+= other
                  neighbours[x] &+= other != 0 ? 1 : 0
                }
              }
              for x in 0..<row.count where levels[row.start + x] != 0 {
                let level = Int(levels[row.start + x])
                if neighbours[x] > 0 {
                  entries[level].difference += abs(
                    Double(level) - Double(sums[x]) / Double(neighbours[x]))
                } else if convention == .ibsi {
                  continue
                }
                entries[level].count += 1
              }
            }
          }
        }
      }
    }
    self.entries = entries.filter { $0.count > 0 }
  }

  /// The values of the features, in the order of ``names``; NaN for a matrix without voxels.
  func values() -> [Double] {
    let voxels = Double(entries.reduce(0) { $0 + $1.count })
    guard voxels > 0 else { return NGTDM.names.map { _ in .nan } }
    let levels = entries.map { Double($0.level) }
    let probabilities = entries.map { Double($0.count) / voxels }
    let number = Double(entries.count)
    let sum = entries.reduce(0) { $0 + $1.difference }
    let weighted = zip(entries, probabilities).reduce(0) { $0 + $1.0.difference * $1.1 }

    // The double sums over pairs of levels (IBSI 3.10.2 to 3.10.5) in forms that take one pass and
    // add nothing of opposite signs.
    let busynessSpread = NGTDM.spread(zip(levels, probabilities).map { $0 * $1 })
    let mean = zip(levels, probabilities).reduce(0) { $0 + $1.0 * $1.1 }
    let variance = zip(levels, probabilities).reduce(0) {
      $0 + $1.1 * ($1.0 - mean) * ($1.0 - mean)
    }
    let middle = levels.reduce(0, +) / number
    let around = levels.reduce(0) { $0 + ($1 - middle) * ($1 - middle) }
    let strengthSum = zip(levels, probabilities).reduce(0) {
      $0 + 2 * $1.1 * (around + number * ($1.0 - middle) * ($1.0 - middle))
    }
    return [
      busynessSpread > 0 ? weighted / busynessSpread : 0,
      weighted > 0 ? 1 / weighted : 1e6,
      complexitySum(probabilities) / voxels,
      number > 1 ? 2 * variance * sum / voxels / (number * (number - 1)) : 0,
      sum > 0 ? strengthSum / sum : 0,
    ]
  }

  /// The sum of |x - y| over all ordered pairs.
  private static func spread(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    var sum = 0.0
    for index in sorted.indices.dropFirst() {
      let gap = sorted[index] - sorted[index - 1]
      sum += gap * Double(index) * Double(sorted.count - index)
    }
    return 2 * sum
  }

  /// The sum of |i - j| (p_i s_i + p_j s_j) / (p_i + p_j) over all ordered pairs of levels. Levels of as
  /// many voxels share p_j: they are taken together.
  private func complexitySum(_ probabilities: [Double]) -> Double {
    let order = entries.indices.sorted {
      (entries[$0].count, entries[$0].level) < (entries[$1].count, entries[$1].level)
    }
    var sum = 0.0
    var start = 0
    while start < order.count {
      let first = order[start]
      let end = order[start...].firstIndex { entries[$0].count != entries[first].count }
      let group = Array(order[start..<(end ?? order.count)])
      start += group.count
      let all = group.reduce(0) { $0 + entries[$1].level }
      var (below, sumBelow) = (0, 0)
      for (index, entry) in entries.enumerated() {
        while below < group.count, entries[group[below]].level <= entry.level {
          sumBelow += entries[group[below]].level
          below += 1
        }
        let distance =
          entry.level * below - sumBelow + (all - sumBelow) - entry.level * (group.count - below)
        sum +=
          2 * probabilities[index] * entry.difference * Double(distance)
          / (probabilities[index] + probabilities[first])
      }
    }
    return sum
  }
}
