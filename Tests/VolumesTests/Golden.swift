import Foundation
import Volumes

/// Reads a table of reference values that Tests/Oracles/volumes_golden.py made.
func golden<Table: Decodable>(_ file: String, as type: Table.Type = Table.self) throws -> Table {
  let url = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(components: "Golden", file)
  return try JSONDecoder().decode(Table.self, from: Data(contentsOf: url))
}

/// The voxels of a mask written as zeros and ones.
func voxels(_ bits: String) -> [Bool] { bits.utf8.map { $0 == UInt8(ascii: "1") } }

/// The largest difference between values in pairs; infinite where the counts differ.
func largestDifference(_ a: [Double], _ b: [Double]) -> Double {
  a.count == b.count ? zip(a, b).map { $0 == $1 ? 0 : abs($0 - $1) }.max() ?? 0 : .infinity
}

/// A grid whose axes are turned about all three world axes.
func obliqueGeometry(
  _ size: SIMD3<Int>, spacing: SIMD3<Double> = [0.9, 1.1, 3]
) throws -> Geometry {
  // The columns are a rotation's, with the cosine 0.8 and sine 0.6 about z and then about x.
  try Geometry(
    size: size,
    affine: Affine(
      i: SIMD3(0.8, 0.48, 0.36) * spacing.x, j: SIMD3(-0.6, 0.64, 0.48) * spacing.y,
      k: SIMD3(0, -0.6, 0.8) * spacing.z, origin: [-31.5, 12.25, 7]))
}

/// Samples that all differ.
func distinctSamples(_ count: Int) -> [Float] {
  (0..<count).map { Float(($0 * 7919) % 104_729) / 8 - 100 }
}
