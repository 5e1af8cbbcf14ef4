/// Counts pairs of levels at offsets.
enum PairCounter {
  /// The most places of a table of pairs; beyond, pairs are listed and sorted.
  static let largestTable = 1 << 22
  /// The most places of the tables of offsets that are counted in one pass.
  static let largestPass = 1 << 22

  /// For each offset the pairs that occur with their numbers, by i and then j.
  ///
  /// - Parameters:
  ///   - steps: the offsets as distances in the memory of the grid, whose levels are compressed.
  ///   - levels: the number of levels that occur.
  ///   - isSymmetrical: counts each pair in both orders.
  static func count(
    _ grid: LevelGrid, _ rows: ArraySlice<LevelGrid.Row>, _ steps: [Int], levels: Int,
    isSymmetrical: Bool
  ) -> [[GLCM.Entry]] {
    // Row and column 0 take the pairs with voxels outside.
    let width = levels + 1
    guard width * width <= largestTable else {
      return steps.map { listed(grid, rows, $0, isSymmetrical: isSymmetrical) }
    }
    let places = width * width
    let batch = max(1, largestPass / places)
    var tables = [UInt32](repeating: 0, count: min(batch, steps.count) * places)
    var result: [[GLCM.Entry]] = []
    for first in stride(from: 0, to: steps.count, by: batch) {
      let group = steps[first..<min(first + batch, steps.count)]
      tables.withUnsafeMutableBufferPointer { tables in
        tables.update(repeating: 0)
        fill(tables, grid, rows, Array(group), width)
        for index in group.indices {
          let table = UnsafeMutableBufferPointer(
            rebasing: tables[(index - first) * places..<(index - first + 1) * places])
          result.append(entries(table, levels, isSymmetrical: isSymmetrical))
        }
      }
    }
    return result
  }

  private static func fill(
    _ tables: UnsafeMutableBufferPointer<UInt32>, _ grid: LevelGrid,
    _ rows: ArraySlice<LevelGrid.Row>, _ steps: [Int], _ width: Int
  ) {
    let places = width * width
    grid.levels.withUnsafeBufferPointer { levels in
      steps.withUnsafeBufferPointer { steps in
        for row in rows {
          for voxel in row.start..<row.start + row.count {
            let level = levels[voxel]
            guard level != 0 else { continue }
            var place = Int(level) * width
            for step in steps {
              tables[place + Int(levels[voxel + step])] &+= 1
              place += places
            }
          }
        }
      }
    }
  }

  private static func entries(
    _ table: UnsafeMutableBufferPointer<UInt32>, _ levels: Int, isSymmetrical: Bool
  ) -> [GLCM.Entry] {
    let width = levels + 1
    var entries: [GLCM.Entry] = []
    for i in 1..<width {
      for j in 1..<width {
        let count = table[i * width + j]
        let opposite = isSymmetrical ? table[j * width + i] : 0
        if count != 0 || opposite != 0 {
          entries.append(
            GLCM.Entry(i: i - 1, j: j - 1, probability: Double(count) + Double(opposite)))
        }
      }
    }
    return entries
  }

  private static func listed(
    _ grid: LevelGrid, _ rows: ArraySlice<LevelGrid.Row>, _ step: Int, isSymmetrical: Bool
  ) -> [GLCM.Entry] {
    var keys: [UInt64] = []
    for row in rows {
      for voxel in row.start..<row.start + row.count {
        let (i, j) = (UInt64(grid.levels[voxel]), UInt64(grid.levels[voxel + step]))
        guard i != 0, j != 0 else { continue }
        keys.append(i << 32 | j)
        if isSymmetrical { keys.append(j << 32 | i) }
      }
    }
    keys.sort()
    var entries: [GLCM.Entry] = []
    var previous: UInt64?
    for key in keys {
      if key == previous {
        entries[entries.count - 1].probability += 1
      } else {
        entries.append(
          GLCM.Entry(i: Int(key >> 32) - 1, j: Int(key & 0xFFFF_FFFF) - 1, probability: 1))
        previous = key
      }
    }
    return entries
  }
}
