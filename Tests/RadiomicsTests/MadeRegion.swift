import Foundation
import Radiomics
import Volumes

/// Masks made by the same rules as in Tests/Oracles/radiomics/shape.py.
enum MadeMask {
  static func numbers(seed: UInt64, count: Int) -> [Int] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % 1000
    }
  }

  static func voxels(kind: Substring, size: SIMD3<Int>, seed: UInt64) -> [Bool] {
    let noise = numbers(seed: seed, count: size.x * size.y * size.z)
    switch kind {
    case "noise", "plane": return noise.map { $0 < 500 }
    case "sparse": return noise.map { $0 < 80 }
    case "full": return noise.map { _ in true }
    default:
      return noise.indices.map { index in
        let voxel = SIMD3(
          index % size.x, index / size.x % size.y, index / (size.x * size.y))
        let ellipsoid = (0..<3).reduce(0.0) { sum, axis in
          let distance = Double(2 * voxel[axis] + 1 - size[axis])
          return sum + distance * distance / Double(size[axis] * size[axis])
        }
        return ellipsoid < 0.9 && noise[index] < 950
      }
    }
  }

  /// A region of the mask alone, of intensity 0.
  static func region(_ voxels: [Bool], size: SIMD3<Int>, spacing: SIMD3<Double>) throws -> Region {
    let geometry = try Geometry(size: size, spacing: spacing)
    return Region(
      geometry: geometry, intensities: [Double](repeating: 0, count: voxels.count), mask: voxels,
      shape: voxels)
  }
}

/// The lines of a table in `Golden`, by the names of the columns; `#` begins a comment.
enum GoldenTable {
  static func rows(_ name: String) throws -> [[String: Substring]] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let text = try String(
      contentsOf: folder.appendingPathComponent("Golden/\(name)"), encoding: .utf8)
    let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    return lines.dropFirst().map { line in
      Dictionary(zip(lines[0].map(String.init), line)) { first, _ in first }
    }
  }
}

/// Whether two values agree to a part of the larger, or are both not numbers.
func agree(_ a: Double, _ b: Double, within relative: Double) -> Bool {
  if a.isNaN || b.isNaN { return a.isNaN && b.isNaN }
  return abs(a - b) <= relative * max(abs(a), abs(b))
}
