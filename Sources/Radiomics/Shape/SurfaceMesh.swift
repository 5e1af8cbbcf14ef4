import Parallel
import Volumes

/// The area of a region's surface mesh and the volume within.
///
/// Neither needs the triangles one by one: the cubes of each case are counted, and the positions that
/// they are at summed, in whole numbers; the measures follow exactly.
struct SurfaceMesh {
  /// In squared millimetres.
  let area: Double
  /// In cubic millimetres; the origin of the signed volumes is the first voxel of the padded mask, as in
  /// PyRadiomics.
  let volume: Double

  /// How many cubes are of each case, and the sums of their positions. Whole numbers below 2^53 are exact.
  private struct Tally: Sendable {
    var counts = [Double](repeating: 0, count: 256)
    var positions = [SIMD3<Double>](repeating: .zero, count: 256)
  }

  init(_ mask: PaddedMask, workers: Workers) {
    let size = mask.size
    let tallies = workers.map(size.z - 1) { z in
      var tally = Tally()
      tally.counts.withUnsafeMutableBufferPointer { counts in
        tally.positions.withUnsafeMutableBufferPointer { positions in
          mask.bytes.withUnsafeBufferPointer { bytes in
            for y in 0..<size.y - 1 {
              let row = bytes.baseAddress! + (z * size.y + y) * size.x
              SurfaceMesh.tally(
                row, size, at: (Double(y), Double(z)), counts: counts, positions: positions)
            }
          }
        }
      }
      return tally
    }
    let cases = MeshCases()
    var area = 0.0
    var products = 0.0
    for code in 1..<255 {
      let count = tallies.reduce(0) { $0 + $1.counts[code] }
      guard count > 0 else { continue }
      let positions = tallies.reduce(SIMD3<Double>.zero) { $0 + $1.positions[code] }
      area += count * cases.area(code, spacing: mask.spacing)
      products += count * cases.products[code] + dot(cases.closures[code], positions)
    }
    self.area = area
    let spacing = mask.spacing
    volume = products * spacing.x * spacing.y * spacing.z / 6
  }

  /// Counts the cubes whose first edge is in a row of voxels.
  private static func tally(
    _ row: UnsafePointer<UInt8>, _ size: SIMD3<Int>, at position: (y: Double, z: Double),
    counts: UnsafeMutableBufferPointer<Double>,
    positions: UnsafeMutableBufferPointer<SIMD3<Double>>
  ) {
    let plane = size.x * size.y
    var left: UInt8 = 0
    for x in 0..<size.x - 1 {
      let corner = row + x + 1
      let right =
        corner[0] | corner[size.x] << 2 | corner[plane] << 4 | corner[plane + size.x] << 6
      let code = left | right << 1
      left = right
      guard code != 0, code != 255 else { continue }
      counts[Int(code)] += 1
      positions[Int(code)] += SIMD3(Double(x), position.y, position.z)
    }
  }
}
