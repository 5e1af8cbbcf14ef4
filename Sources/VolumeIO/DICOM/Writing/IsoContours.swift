/// The closed curves on which a field over a slice's pixels is zero: marching squares (Lorensen and
/// Cline 1987 in the plane), with linear interpolation along the edges between pixel centres.
///
/// Beyond the slice the field is -1, so that all curves are closed. They do not cross; holes have
/// curves of their own.
struct IsoContours {
  /// Each curve's points in pixels; the last is joined to the first.
  private(set) var curves: [[SIMD2<Double>]] = []

  private let field: UnsafeBufferPointer<Float>
  private let columns: Int
  private let rows: Int

  /// - Parameter field: positive inside; no value is zero.
  init(_ field: UnsafeBufferPointer<Float>, columns: Int, rows: Int) {
    (self.field, self.columns, self.rows) = (field, columns, rows)
    var following = self.following()
    for start in following.indices where following[start] >= 0 {
      var curve: [SIMD2<Double>] = []
      var edge = start
      while following[edge] >= 0 {
        curve.append(crossing(edge))
        let next = Int(following[edge])
        following[edge] = -1
        edge = next
      }
      curves.append(IsoContours.withoutCollinear(curve))
    }
  }

  private func value(_ x: Int, _ y: Int) -> Float {
    x >= 0 && y >= 0 && x < columns && y < rows ? field[y * columns + x] : -1
  }

  // Edges start at pixels from (-1, -1) on and run to the next column (even) or row (odd).
  private func edge(_ x: Int, _ y: Int, isDown: Bool) -> Int {
    2 * ((y + 1) * (columns + 1) + x + 1) + (isDown ? 1 : 0)
  }

  private func crossing(_ edge: Int) -> SIMD2<Double> {
    let (y, x) = (edge / 2).quotientAndRemainder(dividingBy: columns + 1)
    let isDown = edge % 2 == 1
    let from = Double(value(x - 1, y - 1))
    let to = Double(isDown ? value(x - 1, y) : value(x, y - 1))
    let along = from / (from - to)
    return SIMD2(Double(x - 1) + (isDown ? 0 : along), Double(y - 1) + (isDown ? along : 0))
  }

  /// For each edge that is crossed the edge at which the curve leaves the square that it enters
  /// there, or -1. Around a square curves start where the field falls to the outside, which is where
  /// it rises in the neighbour's sense: so each is one end and one start.
  private func following() -> [Int32] {
    var next = [Int32](repeating: -1, count: 2 * (columns + 1) * (rows + 1))
    for y in -1..<rows {
      for x in -1..<columns {
        let corners = [value(x, y), value(x + 1, y), value(x + 1, y + 1), value(x, y + 1)]
        let inside = corners.map { $0 > 0 }
        guard inside.contains(true), inside.contains(false) else { continue }
        let edges = [
          edge(x, y, isDown: false), edge(x + 1, y, isDown: true),
          edge(x, y + 1, isDown: false), edge(x, y, isDown: true),
        ]
        let falls = (0..<4).filter { inside[$0] && !inside[($0 + 1) % 4] }
        let rises = (0..<4).filter { !inside[$0] && inside[($0 + 1) % 4] }
        if falls.count == 1 {
          next[edges[falls[0]]] = Int32(edges[rises[0]])
          continue
        }
        // Two corners that touch: joined where the middle is inside.
        let isJoined = corners.reduce(0, +) > 0
        for fall in falls {
          next[edges[fall]] = Int32(edges[(fall + (isJoined ? 1 : 3)) % 4])
        }
      }
    }
    return next
  }

  /// Leaves out points on the straight line between their neighbours.
  private static func withoutCollinear(_ curve: [SIMD2<Double>]) -> [SIMD2<Double>] {
    let kept = curve.indices.filter { index in
      let before = curve[index] - curve[(index + curve.count - 1) % curve.count]
      let after = curve[(index + 1) % curve.count] - curve[index]
      return abs(before.x * after.y - before.y * after.x) > 1e-9 || (before * after).sum() < 0
    }
    return kept.count >= 3 ? kept.map { curve[$0] } : curve
  }
}
