import Volumes

/// The convex hull of points with whole coordinates, found exactly.
///
/// Points are added one by one: the faces that a point sees, or is in the plane of, give way to
/// triangles between the point and the edge of what is left. Since faces in whose plane the point lies go
/// too, no triangle is without area.
struct ConvexHull {
  /// The corners, in millimetres.
  let corners: [SIMD3<Double>]
  /// The outward triangles, as places among ``corners``.
  let triangles: [SIMD3<Int>]

  /// The largest coordinate, beyond which products of three would not fit in a whole number.
  private static let largestCoordinate = 1 << 19

  private struct Face {
    var a: Int, b: Int, c: Int
    /// The outward normal and its product with the corners.
    var normal: SIMD3<Int>
    var offset: Int

    init(_ a: Int, _ b: Int, _ c: Int, _ points: [SIMD3<Int>]) {
      (self.a, self.b, self.c) = (a, b, c)
      let (u, v) = (points[b] &- points[a], points[c] &- points[a])
      normal = SIMD3(
        u.y &* v.z &- u.z &* v.y, u.z &* v.x &- u.x &* v.z, u.x &* v.y &- u.y &* v.x)
      offset = (normal &* points[a]).wrappedSum()
    }

    /// Positive for points outside, 0 for those in the plane.
    func height(_ point: SIMD3<Int>) -> Int { (normal &* point).wrappedSum() &- offset }
  }

  /// The hull; nil where all points are in a plane, or coordinates are too large.
  ///
  /// - Parameter step: the millimetres of a unit of the coordinates, along each axis.
  init?(_ points: [SIMD3<Int>], step: SIMD3<Double>) {
    let largest = points.reduce(0) { max($0, $1.max(), -$1.min()) }
    guard largest < ConvexHull.largestCoordinate, let first = ConvexHull.tetrahedron(points) else {
      return nil
    }
    var faces = first
    // Points that stand out most come first: later ones are mostly within.
    let middle = points.reduce(SIMD3<Int>.zero, &+) / SIMD3(repeating: points.count)
    let order = points.indices.sorted { one, other in
      let (a, b) = (points[one] &- middle, points[other] &- middle)
      let (da, db) = ((a &* a).wrappedSum(), (b &* b).wrappedSum())
      return da == db ? one < other : da > db
    }
    for index in order {
      let point = points[index]
      var isOutside = false
      for face in faces where face.height(point) > 0 {
        isOutside = true
        break
      }
      guard isOutside else { continue }
      var kept: [Face] = []
      var edges: Set<SIMD2<Int>> = []
      for face in faces {
        if face.height(point) < 0 {
          kept.append(face)
          continue
        }
        // An edge between two faces that go is met in both directions.
        for edge in [SIMD2(face.a, face.b), SIMD2(face.b, face.c), SIMD2(face.c, face.a)]
        where edges.remove(SIMD2(edge.y, edge.x)) == nil {
          edges.insert(edge)
        }
      }
      // In an order of its own, so that the faces' order does not depend on hashing.
      let rim = edges.sorted { ($0.x, $0.y) < ($1.x, $1.y) }
      faces = kept + rim.map { Face($0.x, $0.y, index, points) }
    }
    let used = Set(faces.flatMap { [$0.a, $0.b, $0.c] }).sorted()
    let places = Dictionary(uniqueKeysWithValues: used.enumerated().map { ($1, $0) })
    corners = used.map { SIMD3<Double>(points[$0]) * step }
    triangles = faces.map { face in
      SIMD3(places[face.a] ?? 0, places[face.b] ?? 0, places[face.c] ?? 0)
    }
  }

  /// Four points that are not in a plane, as faces.
  private static func tetrahedron(_ points: [SIMD3<Int>]) -> [Face]? {
    guard let a = points.indices.first,
      let b = points.indices.first(where: { points[$0] != points[a] }),
      let c = points.indices.first(where: { Face(a, b, $0, points).normal != .zero })
    else { return nil }
    let base = Face(a, b, c, points)
    guard let d = points.indices.first(where: { base.height(points[$0]) != 0 }) else { return nil }
    let (p, q) = base.height(points[d]) < 0 ? (b, c) : (c, b)
    return [
      Face(a, p, q, points), Face(a, q, d, points), Face(q, p, d, points), Face(p, a, d, points),
    ]
  }

  /// The volume, in cubic millimetres.
  var volume: Double {
    triangles.reduce(0) { sum, face in
      let origin = corners[0]
      let (a, b, c) = (corners[face.x] - origin, corners[face.y] - origin, corners[face.z] - origin)
      return sum + dot(cross(a, b), c)
    } / 6
  }

  /// The area of the surface, in squared millimetres.
  var area: Double {
    triangles.reduce(0) { sum, face in
      let normal = cross(
        corners[face.y] - corners[face.x], corners[face.z] - corners[face.x])
      return sum + 0.5 * dot(normal, normal).squareRoot()
    }
  }
}
