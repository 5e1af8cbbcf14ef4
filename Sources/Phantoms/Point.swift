/// A position in millimetres: x to the right, y to anterior, z to superior.
struct Point: Sendable, Hashable {
  var x: Double
  var y: Double
  var z: Double

  init(_ x: Double, _ y: Double, _ z: Double) {
    self.x = x
    self.y = y
    self.z = z
  }

  static func + (a: Point, b: Point) -> Point { Point(a.x + b.x, a.y + b.y, a.z + b.z) }
  static func - (a: Point, b: Point) -> Point { Point(a.x - b.x, a.y - b.y, a.z - b.z) }
  static func * (a: Point, b: Double) -> Point { Point(a.x * b, a.y * b, a.z * b) }

  var squaredLength: Double { x * x + y * y + z * z }
  var length: Double { squaredLength.squareRoot() }
}

/// 0 below the edge, 1 above it, and a ramp of a given width across it: the part of a voxel of that
/// width that lies beyond the edge of a shape.
func coverage(_ distance: Double, width: Double) -> Double {
  min(1, max(0, distance / width + 0.5))
}
