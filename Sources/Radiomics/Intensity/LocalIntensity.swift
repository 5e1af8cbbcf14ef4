import Foundation
import Volumes

/// Mean intensities in a sphere of 1 cubic centimetre (IBSI 3.2).
public enum LocalIntensity {
  /// The global and the local peak, in this order.
  ///
  /// Voxels outside the mask belong to a sphere too; those outside the scan, or without a finite
  /// intensity, do not.
  ///
  /// - Parameters:
  ///   - image: the scan, reaching beyond the region where it does.
  ///   - mask: the intensity mask on the scan's grid.
  /// - Throws: ``RadiomicsError/emptyRegion(what:remedy:)``, and
  ///   ``RadiomicsError/unusableRegion(found:expected:)`` for intensities in the mask that are not
  ///   finite.
  /// - Precondition: `mask` has as many elements as `image.intensities`.
  public static func features(_ image: Image, mask: [Bool]) throws(RadiomicsError) -> [Feature] {
    precondition(mask.count == image.intensities.count)
    let intensities = image.intensities
    let inside = mask.indices.filter { mask[$0] }
    guard !inside.isEmpty else {
      throw .emptyRegion(what: "the intensity mask", remedy: "check the mask and its label")
    }
    guard inside.allSatisfy({ intensities[$0].isFinite }) else {
      throw .unusableRegion(
        found: "NaN or infinite intensities", expected: "finite intensities in the mask")
    }
    let highest = inside.reduce(-Double.infinity) { max($0, intensities[$1]) }
    let means = SphereMeans(image)
    var (local, global) = (-Double.infinity, -Double.infinity)
    for voxel in inside {
      let mean = means.mean(around: voxel)
      global = max(global, mean)
      if intensities[voxel] == highest { local = max(local, mean) }
    }
    return [Feature("GlobalPeak", global), Feature("LocalPeak", local)]
  }
}

/// Means of spheres by sums along rows.
private struct SphereMeans {
  /// A row of the sphere: its place beside the centre, and how far it reaches to each side.
  private struct Chord {
    let j: Int
    let k: Int
    let reach: Int
  }

  private let size: SIMD3<Int>
  private let chords: [Chord]
  /// For each row the sums of the finite intensities before each voxel and, last, of all.
  private let sums: [Double]
  /// Likewise the numbers of finite intensities.
  private let counts: [Int32]

  init(_ image: Image) {
    let size = image.geometry.size
    self.size = size
    let spacing = image.geometry.spacing
    // 4/3 pi r^3 = 1000 cubic millimetres.
    let radius = cbrt(3 / (4 * Double.pi)) * 10
    var chords: [Chord] = []
    let (reachJ, reachK) = (
      Int(min(Double(size.y), radius / spacing.y)), Int(min(Double(size.z), radius / spacing.z))
    )
    for k in -reachK...reachK {
      for j in -reachJ...reachJ {
        let (y, z) = (Double(j) * spacing.y, Double(k) * spacing.z)
        let left = radius * radius - y * y - z * z
        guard left >= 0 else { continue }
        let reach = Int(min(Double(size.x), left.squareRoot() / spacing.x))
        chords.append(Chord(j: j, k: k, reach: reach))
      }
    }
    self.chords = chords
    let width = size.x + 1
    var sums = [Double](repeating: 0, count: width * size.y * size.z)
    var counts = [Int32](repeating: 0, count: sums.count)
    for row in 0..<size.y * size.z {
      var (sum, count) = (0.0, Int32(0))
      for i in 0..<size.x {
        let intensity = image.intensities[row * size.x + i]
        if intensity.isFinite {
          sum += intensity
          count += 1
        }
        sums[row * width + i + 1] = sum
        counts[row * width + i + 1] = count
      }
    }
    self.sums = sums
    self.counts = counts
  }

  func mean(around voxel: Int) -> Double {
    let (i, row) = (voxel % size.x, voxel / size.x)
    let (j, k) = (row % size.y, row / size.y)
    var (sum, count) = (0.0, Int32(0))
    for chord in chords {
      let (y, z) = (j + chord.j, k + chord.k)
      guard 0..<size.y ~= y, 0..<size.z ~= z else { continue }
      let start = (z * size.y + y) * (size.x + 1)
      let (low, high) = (start + max(0, i - chord.reach), start + min(size.x, i + chord.reach + 1))
      sum += sums[high] - sums[low]
      count += counts[high] - counts[low]
    }
    return sum / Double(count)
  }
}
