/// Filling contours in a slice: a pixel belongs to a region where its centre lies inside, which it
/// does where a ray from it crosses the contours an odd number of times (IBSI 2.6, even-odd rule).
///
/// Of several contours those within others are holes, and those apart are further parts: their sets
/// of pixels are joined by exclusive or, and so are the parts of a contour that crosses itself or
/// goes to a hole and back by the same way. A centre on a contour belongs to the region where the
/// region lies towards larger indices, so that regions side by side neither share pixels nor leave
/// any out.
enum ContourFill {
  /// Calls `paint` with the runs of pixels inside, ascending.
  ///
  /// - Parameters:
  ///   - contours: points in pixels, the first pixel's centre being 0, 0; closed by a line from the
  ///     last to the first.
  ///   - size: the number of columns and rows.
  static func forEachRun(
    _ contours: [[SIMD2<Double>]], size: SIMD2<Int>, _ paint: (Range<Int>) -> Void
  ) {
    var lowest = Double.infinity
    var highest = -Double.infinity
    for contour in contours {
      for point in contour {
        lowest = min(lowest, point.y)
        highest = max(highest, point.y)
      }
    }
    guard lowest < highest, lowest < Double(size.y), highest > 0 else { return }
    let firstRow = Int(max(0, lowest.rounded(.up)))
    let endRow = Int(min(Double(size.y), highest.rounded(.up)))
    guard firstRow < endRow else { return }
    // In each row the pixels from which on inside and outside change.
    let width = size.x + 1
    var changes = [Bool](repeating: false, count: width * (endRow - firstRow))
    changes.withUnsafeMutableBufferPointer { changes in
      for contour in contours {
        guard var previous = contour.last else { continue }
        for point in contour {
          let (low, high) = previous.y < point.y ? (previous, point) : (point, previous)
          previous = point
          // Rows that the edge crosses: from its lower end to without its upper end.
          let first = Int(min(max(Double(firstRow), low.y.rounded(.up)), Double(endRow)))
          let end = Int(min(max(Double(firstRow), high.y.rounded(.up)), Double(endRow)))
          for row in first..<max(first, end) {
            let crossing =
              low.x + (Double(row) - low.y) / (high.y - low.y) * (high.x - low.x)
            let column = Int(min(max(0, crossing.rounded(.up)), Double(size.x)))
            changes[(row - firstRow) * width + column].toggle()
          }
        }
      }
      for row in firstRow..<endRow {
        let line = (row - firstRow) * width
        var column = 0
        while true {
          while column < size.x, !changes[line + column] { column += 1 }
          if column == size.x { break }
          let start = column
          column += 1
          while column < size.x, !changes[line + column] { column += 1 }
          paint(row * size.x + start..<row * size.x + column)
          if column == size.x { break }
          column += 1
        }
      }
    }
  }
}
