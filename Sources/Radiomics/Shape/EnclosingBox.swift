import Foundation
import Parallel
import Volumes

/// A box of any direction around a convex hull, the smallest of those with a side in a face of the hull.
struct EnclosingBox {
  /// The lengths of the edges, in millimetres.
  let lengths: SIMD3<Double>

  var volume: Double { lengths.x * lengths.y * lengths.z }
  var area: Double {
    2 * (lengths.x * lengths.y + lengths.y * lengths.z + lengths.z * lengths.x)
  }

  init(_ hull: ConvexHull, workers: Workers) {
    var normals: [SIMD3<Double>] = []
    for face in hull.triangles {
      let normal = cross(
        hull.corners[face.y] - hull.corners[face.x], hull.corners[face.z] - hull.corners[face.x])
      normals.append(normal / dot(normal, normal).squareRoot())
    }
    // Faces in a plane and opposite ones give the same boxes.
    var seen: Set<SIMD3<Int>> = []
    normals = normals.filter { normal in
      let main = (0..<3).first { abs(normal[$0]) > 1e-9 } ?? 0
      let rounded = SIMD3<Int>((normal * (normal[main] < 0 ? -1e9 : 1e9)).rounded(.toNearestOrEven))
      return seen.insert(rounded).inserted
    }
    let directions = normals
    let boxes = workers.map(directions.count) { EnclosingBox.lengths(hull.corners, directions[$0]) }
    lengths =
      boxes.min { $0.x * $0.y * $0.z < $1.x * $1.y * $1.z } ?? .zero
  }

  /// The smallest box with a side across a direction: the smallest rectangle around the shadow, which has
  /// a side along one of the edges of the shadow's hull.
  private static func lengths(
    _ points: [SIMD3<Double>], _ normal: SIMD3<Double>
  ) -> SIMD3<Double> {
    let helper: SIMD3<Double> = abs(normal.x) < 0.6 ? SIMD3(1, 0, 0) : SIMD3(0, 1, 0)
    var u = cross(normal, helper)
    u /= dot(u, u).squareRoot()
    let v = cross(normal, u)
    var (low, high) = (Double.infinity, -Double.infinity)
    var shadow: [SIMD2<Double>] = []
    for point in points {
      let height = dot(point, normal)
      (low, high) = (min(low, height), max(high, height))
      shadow.append(SIMD2(dot(point, u), dot(point, v)))
    }
    let outline = hull(shadow)
    var best = SIMD2(Double.infinity, 1)
    for (index, point) in outline.enumerated() {
      let edge = outline[(index + 1) % outline.count] - point
      let length = (edge * edge).sum().squareRoot()
      guard length > 0 else { continue }
      let along = edge / length
      let across = SIMD2(-along.y, along.x)
      var (lowest, highest) = (
        SIMD2(repeating: Double.infinity), SIMD2(repeating: -Double.infinity)
      )
      for corner in outline {
        let place = SIMD2((corner * along).sum(), (corner * across).sum())
        lowest = SIMD2(min(lowest.x, place.x), min(lowest.y, place.y))
        highest = SIMD2(max(highest.x, place.x), max(highest.y, place.y))
      }
      let extent = highest - lowest
      if extent.x * extent.y < best.x * best.y { best = extent }
    }
    return SIMD3(high - low, best.x, best.y)
  }

  /// The corners of the convex hull in a plane (Andrew's monotone chain).
  private static func hull(_ points: [SIMD2<Double>]) -> [SIMD2<Double>] {
    let sorted = points.sorted { ($0.x, $0.y) < ($1.x, $1.y) }
    func chain(_ points: some Sequence<SIMD2<Double>>) -> [SIMD2<Double>] {
      var chain: [SIMD2<Double>] = []
      for point in points {
        while chain.count >= 2 {
          let a = chain[chain.count - 1] - chain[chain.count - 2]
          let b = point - chain[chain.count - 1]
          guard a.x * b.y - a.y * b.x <= 0 else { break }
          chain.removeLast()
        }
        chain.append(point)
      }
      return chain
    }
    return chain(sorted).dropLast() + chain(sorted.reversed()).dropLast()
  }
}
