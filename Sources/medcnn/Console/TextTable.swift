/// Rows of text in aligned columns: the first column from the left, others to the right.
struct TextTable {
  private var rows: [[String]]
  private let leftAligned: Set<Int>

  /// - Parameter leftAligned: the columns that hold words.
  init(_ header: [String], leftAligned: Set<Int> = [0]) {
    rows = [header]
    self.leftAligned = leftAligned
  }

  mutating func append(_ row: [String]) {
    rows.append(row)
  }

  /// The lines, two spaces between columns, without spaces at the ends.
  var text: String {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        if column > 0 { line += "  " }
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        line += leftAligned.contains(column) ? cell + padding : padding + cell
      }
      while line.last == " " { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }
}
