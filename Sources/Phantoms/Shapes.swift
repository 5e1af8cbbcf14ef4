/// A rod with round ends. Distances are in millimetres, negative inside.
struct Capsule: Sendable {
  let start: Point
  let end: Point
  let startRadius: Double
  let endRadius: Double

  init(_ start: Point, _ end: Point, radius: Double, endRadius: Double? = nil) {
    self.start = start
    self.end = end
    startRadius = radius
    self.endRadius = endRadius ?? radius
  }

  func distance(_ point: Point) -> Double {
    let axis = end - start
    let offset = point - start
    let along = offset.x * axis.x + offset.y * axis.y + offset.z * axis.z
    let t = min(1, max(0, along / axis.squaredLength))
    return (offset - axis * t).length - (startRadius + t * (endRadius - startRadius))
  }
}

/// An ellipsoid along the axes of the head.
struct Ellipsoid: Sendable {
  let center: Point
  let radii: Point

  init(_ center: Point, radii: Point) {
    self.center = center
    self.radii = radii
  }

  /// The distance from the surface along the ray from the centre, in millimetres, negative inside.
  func distance(_ point: Point) -> Double {
    let offset = point - center
    let scaled = Point(offset.x / radii.x, offset.y / radii.y, offset.z / radii.z).length
    guard scaled > 1e-6 else { return -min(radii.x, radii.y, radii.z) }
    return offset.length * (1 - 1 / scaled)
  }
}
