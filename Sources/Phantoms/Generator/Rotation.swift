import Basics

/// A rotation in space.
struct Rotation: Sendable {
  private let rows: (Point, Point, Point)

  private init(rows: (Point, Point, Point)) { self.rows = rows }

  /// The rotation back.
  var inverse: Rotation {
    Rotation(
      rows: (
        Point(rows.0.x, rows.1.x, rows.2.x), Point(rows.0.y, rows.1.y, rows.2.y),
        Point(rows.0.z, rows.1.z, rows.2.z)
      ))
  }

  /// A rotation that turns the first axis' direction into that of a vector.
  init(xAxisTo vector: Point) {
    let length = vector.length
    let unit = length > 0 ? vector * (1 / length) : Point(1, 0, 0)
    // Half way between the two directions lies the quaternion; opposite ones turn about z.
    let w = 1 + unit.x
    if w < 1e-9 {
      self.init(0, 0, 1e9)
    } else {
      self.init(0, -unit.z / w, unit.y / w)
    }
  }

  /// The rotation of the quaternion (1, a, b, c), which is normalised: about 2 atan of the vector's
  /// length around it. No trigonometry: the same bits on every machine.
  init(_ a: Double, _ b: Double, _ c: Double) {
    let n = 1 / (1 + a * a + b * b + c * c)
    rows = (
      Point(
        (1 + a * a - b * b - c * c) * n, 2 * (a * b - c) * n, 2 * (a * c + b) * n),
      Point(
        2 * (a * b + c) * n, (1 - a * a + b * b - c * c) * n, 2 * (b * c - a) * n),
      Point(
        2 * (a * c - b) * n, 2 * (b * c + a) * n, (1 - a * a - b * b + c * c) * n)
    )
  }

  /// A rotation by up to so many degrees around each axis, and little more around others.
  static func random(degrees: Double, random: inout SplitMix) -> Rotation {
    let half = degrees * 0.5 * 0.017_453_292_519_943_295
    return Rotation(
      random.uniform(-half...half), random.uniform(-half...half), random.uniform(-half...half))
  }

  func callAsFunction(_ point: Point) -> Point {
    Point(dot(rows.0, point), dot(rows.1, point), dot(rows.2, point))
  }

  private func dot(_ a: Point, _ b: Point) -> Double { a.x * b.x + a.y * b.y + a.z * b.z }
}
