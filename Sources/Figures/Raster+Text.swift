extension Raster {
  /// The height of a line of text, with what hangs below the base line.
  public static let lineHeight = 2 * BitmapFont.height

  /// The width of a text in pixels.
  public static func width(of text: String) -> Int {
    max(0, text.count * advance - 2)
  }

  /// Writes printable ASCII, smoothed, 14 pixels high.
  ///
  /// - Parameters:
  ///   - x: the left edge.
  ///   - y: the top edge.
  public mutating func write(_ text: String, x: Int, y: Int, _ color: Color) {
    for (index, character) in text.enumerated() {
      let opacity = Raster.smoothed(BitmapFont.rows(of: character))
      for (row, line) in opacity.enumerated() {
        for (column, value) in line.enumerated() {
          blend(x + index * Raster.advance + column, y + row, color, opacity: value)
        }
      }
    }
  }

  private static let advance = 2 * BitmapFont.width + 2

  /// A glyph at twice its size: enlarged four times with rounded corners and averaged.
  private static func smoothed(_ rows: [[Bool]]) -> [[Double]] {
    let large = doubled(doubled(rows))
    return (0..<large.count / 2).map { row in
      (0..<large[0].count / 2).map { column in
        let set = [(0, 0), (0, 1), (1, 0), (1, 1)].count { large[2 * row + $0][2 * column + $1] }
        return Double(set) / 4
      }
    }
  }

  /// Twice as large, with steps cut off where two neighbours agree (Mazzoleni's Scale2x).
  private static func doubled(_ rows: [[Bool]]) -> [[Bool]] {
    let height = rows.count
    let width = rows[0].count
    func at(_ row: Int, _ column: Int) -> Bool {
      0..<height ~= row && 0..<width ~= column && rows[row][column]
    }
    return (0..<2 * height).map { row in
      (0..<2 * width).map { column in
        let own = at(row / 2, column / 2)
        let vertical = at(row / 2 + (row & 1 == 0 ? -1 : 1), column / 2)
        let horizontal = at(row / 2, column / 2 + (column & 1 == 0 ? -1 : 1))
        let oppositeVertical = at(row / 2 + (row & 1 == 0 ? 1 : -1), column / 2)
        let oppositeHorizontal = at(row / 2, column / 2 + (column & 1 == 0 ? 1 : -1))
        let isCorner =
          vertical == horizontal && vertical != oppositeHorizontal
          && horizontal != oppositeVertical
        return isCorner ? vertical : own
      }
    }
  }
}
