/// The area of the surface that separates inside from outside among eight neighbouring voxels, for
/// each of the 256 ways in which those can be inside.
///
/// The surface is that of marching cubes (Lorensen and Cline 1987) through the midpoints between
/// inside and outside voxels. Two choices make it definite, and both agree with the areas of
/// DeepMind's surface-distance: on a face whose diagonals differ, the surface keeps apart the
/// corners that are in the minority in the cube; and of the triangulations of a loop that is not
/// plane, the one of the largest area at unit spacing counts.
struct SurfaceElementAreas: Sendable {
  /// The area in square millimetres by neighbour code: bit `i + 2 j + 4 k` is voxel (i, j, k).
  let byCode: [Double]

  /// - Parameter spacing: the distance between voxel centres along i, j and k in millimetres.
  init(spacing: SIMD3<Double>) {
    byCode = SurfaceElementAreas.triangles.map { triangles in
      triangles.reduce(0) { $0 + SurfaceElementAreas.area(of: $1, spacing) }
    }
  }

  /// The triangles of the surface by neighbour code.
  private static let triangles: [[[Edge]]] = (0..<256).map { code in
    loops(of: code, joining: code.nonzeroBitCount > 4).flatMap(largestTriangulation)
  }

  /// An edge of the cube, known by its midpoint: twice its coordinates, each 0, 1 or 2.
  private typealias Edge = SIMD3<Int>

  /// The closed loops in which the surface cuts the cube's edges.
  ///
  /// - Parameter joining: whether inside corners that are diagonal on a face are joined.
  private static func loops(of code: Int, joining: Bool) -> [[Edge]] {
    func isInside(_ corner: SIMD3<Int>) -> Bool {
      code >> (corner.x + 2 * corner.y + 4 * corner.z) & 1 == 1
    }
    var neighbours: [Edge: [Edge]] = [:]
    func link(_ a: Edge, _ b: Edge) {
      neighbours[a, default: []].append(b)
      neighbours[b, default: []].append(a)
    }
    for axis in 0..<3 {
      for side in 0...1 {
        let corners = [(0, 0), (1, 0), (1, 1), (0, 1)].map { u, v in
          var corner = SIMD3<Int>(repeating: side)
          corner[(axis + 1) % 3] = u
          corner[(axis + 2) % 3] = v
          return corner
        }
        // Edge n leads from corner n to the next.
        let edges = (0..<4).map { corners[$0] &+ corners[($0 + 1) % 4] }
        let cut = (0..<4).filter { isInside(corners[$0]) != isInside(corners[($0 + 1) % 4]) }
        if cut.count == 2 {
          link(edges[cut[0]], edges[cut[1]])
        } else if cut.count == 4 {
          for n in 0..<4 where isInside(corners[n]) != joining {
            link(edges[(n + 3) % 4], edges[n])
          }
        }
      }
    }
    var seen: Set<Edge> = []
    var loops: [[Edge]] = []
    let order = neighbours.keys.sorted { ($0.x, $0.y, $0.z) < ($1.x, $1.y, $1.z) }
    for start in order where !seen.contains(start) {
      var loop: [Edge] = []
      var next: Edge? = start
      while let edge = next {
        seen.insert(edge)
        loop.append(edge)
        next = neighbours[edge]?.first { !seen.contains($0) }
      }
      loops.append(loop)
    }
    return loops
  }

  private static func area(of triangle: [Edge], _ spacing: SIMD3<Double>) -> Double {
    func side(_ a: Edge, _ b: Edge) -> SIMD3<Double> { SIMD3<Double>(b &- a) / 2 * spacing }
    let (u, v) = (side(triangle[0], triangle[1]), side(triangle[0], triangle[2]))
    let normal = SIMD3(
      u.y * v.z - u.z * v.y, u.z * v.x - u.x * v.z, u.x * v.y - u.y * v.x)
    return (normal * normal).sum().squareRoot() / 2
  }

  private static func largestTriangulation(of loop: [Edge]) -> [[Edge]] {
    guard loop.count >= 3, let last = loop.last else { return [] }
    // The triangle on the side from the last vertex to the first has some third vertex; the rest
    // falls into two smaller loops.
    return (1..<loop.count - 1).map { third in
      [[loop[0], loop[third], last]] + largestTriangulation(of: Array(loop[...third]))
        + largestTriangulation(of: Array(loop[third...]))
    }.max { total($0) < total($1) } ?? []
  }

  private static func total(_ triangles: [[Edge]]) -> Double {
    triangles.reduce(0) { $0 + area(of: $1, SIMD3(1, 1, 1)) }
  }
}
