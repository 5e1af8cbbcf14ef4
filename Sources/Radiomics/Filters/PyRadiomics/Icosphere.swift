import Foundation

/// Points spread over a sphere: the corners of an icosahedron whose triangles are divided in four again
/// and again, each new corner at the middle of an edge and moved out to the sphere.
enum Icosphere {
  /// The corners, about the origin.
  static func vertices(subdivisions: Int, radius: Double) -> [SIMD3<Double>] {
    let golden = (1 + 5.0.squareRoot()) / 2
    var vertices: [SIMD3<Double>] = []
    for sign in [-1.0, 1] {
      for long in [-golden, golden] {
        vertices += [[sign, long, 0], [0, sign, long], [long, 0, sign]]
      }
    }
    // The icosahedron's edges are the shortest distances between corners, 2 before scaling.
    func isEdge(_ a: Int, _ b: Int) -> Bool {
      let d = vertices[a] - vertices[b]
      return abs((d * d).sum() - 4) < 1e-9
    }
    var triangles: [(Int, Int, Int)] = []
    for a in 0..<12 {
      for b in a + 1..<12 where isEdge(a, b) {
        for c in b + 1..<12 where isEdge(a, c) && isEdge(b, c) { triangles.append((a, b, c)) }
      }
    }
    func onSphere(_ point: SIMD3<Double>) -> SIMD3<Double> {
      point * (radius / (point * point).sum().squareRoot())
    }
    vertices = vertices.map(onSphere)
    for _ in 0..<subdivisions {
      var middles: [SIMD2<Int>: Int] = [:]
      func middle(_ a: Int, _ b: Int) -> Int {
        let edge = SIMD2(min(a, b), max(a, b))
        if let known = middles[edge] { return known }
        vertices.append(onSphere((vertices[a] + vertices[b]) / 2))
        middles[edge] = vertices.count - 1
        return vertices.count - 1
      }
      triangles = triangles.flatMap { a, b, c in
        let (ab, bc, ca) = (middle(a, b), middle(b, c), middle(c, a))
        return [(a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca)]
      }
    }
    return vertices
  }
}
