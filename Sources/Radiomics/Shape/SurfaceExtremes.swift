import Parallel
import Volumes

/// The vertices of a region's surface mesh that can be corners of its convex hull, and the largest
/// distances between vertices, without comparing all pairs.
///
/// Vertices lie half-way between voxel centres, so that twice their coordinates are whole numbers: of
/// the padded mask, voxel p is at 2p. Of the vertices in a row only the two ends can be corners of the
/// hull of a plane, and only corners of the hulls of all three planes through a vertex can be corners
/// of the hull of all. A convex polygon on a grid of N points a side has no more than about N^(2/3)
/// corners, and few vertices are left.
struct SurfaceExtremes {
  /// The vertices that can be corners of the convex hull, in half voxels.
  let corners: [SIMD3<Int>]
  /// The largest distance between vertices whose first, second or third coordinate is the same.
  let planeDiameters: SIMD3<Double>
  /// The largest distance between vertices, in millimetres.
  let diameter: Double

  init(_ mask: PaddedMask, workers: Workers) {
    let rows = SurfaceRows(mask, workers: workers)
    let step = mask.spacing / 2
    let size = rows.size
    // Planes through x: rows along y, one for each z; and so on.
    let x = PlaneHulls(rows.alongY, planes: size.x, rows: size.z, workers: workers) {
      (row: $1 * size.x + $0, steps: (step.z, step.y))
    }
    let y = PlaneHulls(rows.alongX, planes: size.y, rows: size.z, workers: workers) {
      (row: $1 * size.y + $0, steps: (step.z, step.x))
    }
    let z = PlaneHulls(rows.alongX, planes: size.z, rows: size.y, workers: workers) {
      (row: $0 * size.y + $1, steps: (step.y, step.x))
    }
    planeDiameters = SIMD3(x.diameter, y.diameter, z.diameter)

    var corners: [SIMD3<Int>] = []
    for k in 0..<size.z {
      for j in 0..<size.y {
        let row = k * size.y + j
        let range = rows.alongX[row]
        guard range.low <= range.high else { continue }
        for i in range.low == range.high ? [range.low] : [range.low, range.high] {
          let (i, other) = (Int(i), k * size.x + Int(i))
          guard y.isCorner(i, of: row, range), z.isCorner(i, of: row, range),
            x.isCorner(j, of: other, rows.alongY[other])
          else { continue }
          corners.append(SIMD3(i, j, k))
        }
      }
    }
    self.corners = corners
    let points = corners.map { SIMD3<Double>($0) * step }
    // Rows of the triangle of pairs, taken in blocks.
    let largest = workers.map((points.count + 63) / 64) { block in
      var largest = 0.0
      points.withUnsafeBufferPointer { points in
        for first in block * 64..<min(points.count, block * 64 + 64) {
          let point = points[first]
          for second in first + 1..<max(first + 1, points.count) {
            let difference = point - points[second]
            largest = max(largest, dot(difference, difference))
          }
        }
      }
      return largest
    }
    diameter = (largest.max() ?? 0).squareRoot()
  }
}

/// For each row of mesh vertices the first and the last, in half voxels of the padded mask.
struct SurfaceRows {
  /// The ends of a row; the row is empty where `low > high`.
  struct Ends: Sendable {
    var low = Int32.max
    var high = Int32.min

    mutating func include(_ position: Int) {
      low = min(low, Int32(truncatingIfNeeded: position))
      high = max(high, Int32(truncatingIfNeeded: position))
    }
  }

  /// The number of positions along each axis.
  let size: SIMD3<Int>
  /// Of the rows along x, at z * size.y + y.
  private(set) var alongX: [Ends]
  /// Of the rows along y, at z * size.x + x.
  private(set) var alongY: [Ends]

  init(_ mask: PaddedMask, workers: Workers) {
    let voxels = mask.size
    let size = 2 &* voxels
    self.size = size
    alongX = [Ends](repeating: Ends(), count: size.y * size.z)
    alongY = [Ends](repeating: Ends(), count: size.x * size.z)
    alongX.withUnsafeMutableBufferPointer { alongX in
      alongY.withUnsafeMutableBufferPointer { alongY in
        nonisolated(unsafe) let (alongX, alongY) = (alongX, alongY)
        mask.bytes.withUnsafeBufferPointer { bytes in
          nonisolated(unsafe) let bytes = bytes.baseAddress!
          let plane = voxels.x * voxels.y
          // The last layer of the padding has no neighbour beyond it.
          workers.forEach(voxels.z - 1) { z, _ in
            for y in 0..<voxels.y - 1 {
              let row = bytes + (z * voxels.y + y) * voxels.x
              for x in 0..<voxels.x - 1 {
                let here = row[x]
                let (i, j, k) = (here ^ row[x + 1], here ^ row[x + voxels.x], here ^ row[x + plane])
                guard i | j | k != 0 else { continue }
                let at = 2 &* SIMD3(x, y, z)
                if i != 0 {
                  alongX[at.z * size.y + at.y].include(at.x + 1)
                  alongY[at.z * size.x + at.x + 1].include(at.y)
                }
                if j != 0 {
                  alongX[at.z * size.y + at.y + 1].include(at.x)
                  alongY[at.z * size.x + at.x].include(at.y + 1)
                }
                if k != 0 {
                  alongX[(at.z + 1) * size.y + at.y].include(at.x)
                  alongY[(at.z + 1) * size.x + at.x].include(at.y)
                }
              }
            }
          }
        }
      }
    }
  }
}

/// The convex hulls of the mesh vertices in each of the planes across an axis.
struct PlaneHulls {
  /// The largest distance between vertices of a plane, in millimetres.
  let diameter: Double
  /// Which ends of the rows are corners: bit 0 for the first, bit 1 for the last.
  private let flags: [UInt8]

  /// - Parameter place: for a plane and a row of it, the row's index, and the millimetres between rows
  ///   and between positions in a row.
  init(
    _ ends: [SurfaceRows.Ends], planes: Int, rows: Int, workers: Workers,
    place: @escaping @Sendable (_ plane: Int, _ row: Int) -> (row: Int, steps: (Double, Double))
  ) {
    var flags = [UInt8](repeating: 0, count: ends.count)
    diameter = flags.withUnsafeMutableBufferPointer { flags in
      nonisolated(unsafe) let flags = flags
      return workers.map(planes) { plane in
        var filled: [SIMD2<Int>] = []
        for row in 0..<rows where ends[place(plane, row).row].low != .max {
          filled.append(SIMD2(row, place(plane, row).row))
        }
        let low = PlaneHulls.chain(filled.map { SIMD2($0.x, Int(ends[$0.y].low)) }, turning: 1)
        let high = PlaneHulls.chain(filled.map { SIMD2($0.x, Int(ends[$0.y].high)) }, turning: -1)
        for point in low { flags[place(plane, point.x).row] |= 1 }
        for point in high { flags[place(plane, point.x).row] |= 2 }
        let steps = place(plane, 0).steps
        let points = (low + high).map {
          SIMD2(Double($0.x) * steps.0, Double($0.y) * steps.1)
        }
        var largest = 0.0
        for (index, point) in points.enumerated() {
          for other in points[..<index] {
            let difference = point - other
            largest = max(largest, (difference * difference).sum())
          }
        }
        return largest
      }.max() ?? 0
    }.squareRoot()
    self.flags = flags
  }

  /// Whether the vertex at a position of a row is a corner of the hull of its plane.
  func isCorner(_ position: Int, of row: Int, _ ends: SurfaceRows.Ends) -> Bool {
    Int(ends.low) == position && flags[row] & 1 != 0
      || Int(ends.high) == position && flags[row] & 2 != 0
  }

  /// The corners of one side of a polygon, of points ascending by their first coordinate (Andrew's
  /// monotone chain).
  private static func chain(_ points: [SIMD2<Int>], turning: Int) -> [SIMD2<Int>] {
    var chain: [SIMD2<Int>] = []
    for point in points {
      while chain.count >= 2 {
        let a = chain[chain.count - 1] &- chain[chain.count - 2]
        let b = point &- chain[chain.count - 1]
        guard (a.x &* b.y &- a.y &* b.x) &* turning <= 0 else { break }
        chain.removeLast()
      }
      chain.append(point)
    }
    return chain
  }
}
