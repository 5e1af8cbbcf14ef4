/// Counts how often a level occurs with a size: in a table where that is small, else in a list that is
/// sorted at the end.
struct SizeCounter {
  /// The most places of a table.
  static let largestTable = 1 << 20

  private let levels: [Int]
  private let columns: Int
  private var table: [UInt32]
  private var keys: [UInt64] = []

  /// - Parameters:
  ///   - levels: the grey levels, of which indices from 1 are counted.
  ///   - largestSize: sizes are 1...largestSize.
  init(levels: [Int], largestSize: Int) {
    self.levels = levels
    columns = largestSize + 1
    let (places, overflow) = (levels.count + 1).multipliedReportingOverflow(by: columns)
    let isDense = !overflow && places <= SizeCounter.largestTable
    table = isDense ? [UInt32](repeating: 0, count: places) : []
  }

  /// Hands out a function that counts; index 1... of the level, and size.
  mutating func count(_ body: ((_ index: Int, _ size: Int) -> Void) -> Void) {
    if table.isEmpty {
      body { keys.append(UInt64($0) << 32 | UInt64($1)) }
    } else {
      let columns = columns
      table.withUnsafeMutableBufferPointer { table in
        body { table[$0 * columns + $1] &+= 1 }
      }
    }
  }

  /// What was counted, ordered by level and size, each count times a weight.
  func entries(weight: Double = 1) -> [SizeMatrix.Entry] {
    var entries: [SizeMatrix.Entry] = []
    if table.isEmpty {
      for key in keys.sorted() {
        let (level, size) = (levels[Int(key >> 32) - 1], Int(key & 0xFFFF_FFFF))
        if let last = entries.last, last.level == level, last.size == size {
          entries[entries.count - 1].count += weight
        } else {
          entries.append(SizeMatrix.Entry(level: level, size: size, count: weight))
        }
      }
      return entries
    }
    for (index, level) in levels.enumerated() {
      let row = (index + 1) * columns
      for size in 1..<max(columns, 1) where table[row + size] != 0 {
        entries.append(
          SizeMatrix.Entry(level: level, size: size, count: weight * Double(table[row + size])))
      }
    }
    return entries
  }

  /// The sum of entries of several counters, ordered by level and size.
  static func merged(_ lists: [[SizeMatrix.Entry]]) -> [SizeMatrix.Entry] {
    guard lists.count != 1 else { return lists[0] }
    // Equal places keep the order of the lists, so that sums have the same bits in each run.
    let all = lists.joined().enumerated().sorted { first, second in
      (first.element.level, first.element.size, first.offset)
        < (second.element.level, second.element.size, second.offset)
    }
    var entries: [SizeMatrix.Entry] = []
    for (_, entry) in all {
      if let last = entries.last, last.level == entry.level, last.size == entry.size {
        entries[entries.count - 1].count += entry.count
      } else {
        entries.append(entry)
      }
    }
    return entries
  }
}
