internal import Basics
import Parallel

/// A smooth random field in space: random numbers on a cubic lattice, joined by cubic B-splines.
///
/// The lattice is hashed from a seed and fixed to the patient, so that the field does not depend on
/// the grid on which it is looked at. Whole rows of voxels are evaluated at once, which costs four
/// multiplications a voxel; only additions and multiplications: the same bits on every machine.
struct LatticeField: Sendable {
  /// The distance between lattice points, in millimetres.
  let wavelength: Double
  private let seed: UInt64

  /// A field of mean 0 and standard deviation about 1.
  init(wavelength: Double, random: inout SplitMix) {
    self.wavelength = wavelength
    seed = random.next()
  }

  /// What makes the field's standard deviation 1 on average over the lattice's cell: the inverse of
  /// the root of a third power of the mean of the sums of squared B-spline weights, 151/315.
  private static let gain: Float = 3.013

  /// The four weights of the cubic B-spline at a fraction of a cell.
  private static func weights(_ t: Float) -> SIMD4<Float> {
    let s = 1 - t
    return SIMD4(
      s * s * s, 3 * t * t * t - 6 * t * t + 4, 3 * s * s * s - 6 * s * s + 4, t * t * t) / 6
  }

  private func value(_ i: Int, _ j: Int, _ k: Int) -> Float {
    var hash = seed &+ UInt64(bitPattern: Int64(i)) &* 0x9E37_79B9_7F4A_7C15
    hash = SplitMix.mixed(hash) &+ UInt64(bitPattern: Int64(j)) &* 0xD1B5_4A32_D192_ED03
    hash = SplitMix.mixed(hash) &+ UInt64(bitPattern: Int64(k)) &* 0xABC9_8388_FB8F_AC03
    return Float(SplitMix.gaussian(SplitMix.mixed(hash)))
  }

  /// The field's lattice over a grid, ready to evaluate its rows.
  struct Sampler: Sendable {
    private struct Axis: Sendable {
      /// Where the four lattice points of each voxel begin, and their weights.
      var starts: [Int32] = []
      var weights: [SIMD4<Float>] = []
      var count = 0
      var first = 0

      init(origin: Double, step: Double, size: Int, wavelength: Double) {
        let cells = (0..<size).map { (origin + step * Double($0)) / wavelength }
        first = Int(min(cells[0], cells[size - 1]).rounded(.down)) - 1
        count = Int(max(cells[0], cells[size - 1]).rounded(.down)) + 3 - first
        for cell in cells {
          let low = cell.rounded(.down)
          starts.append(Int32(Int(low) - 1 - first))
          weights.append(LatticeField.weights(Float(cell - low)))
        }
      }
    }

    private let x: Axis
    private let y: Axis
    private let z: Axis
    private let values: [Float]

    /// The number of lattice points of a row, which ``row(_:_:scratch:into:)`` needs as scratch.
    var scratchCount: Int { x.count }

    /// - Parameters:
    ///   - origin: the position of voxel (0, 0, 0) in millimetres.
    ///   - step: the distance along each axis from voxel to voxel, negative where the axis runs
    ///     against the coordinate.
    init(
      _ field: LatticeField, origin: SIMD3<Double>, step: SIMD3<Double>, size: SIMD3<Int>,
      workers: Workers
    ) {
      x = Axis(origin: origin.x, step: step.x, size: size.x, wavelength: field.wavelength)
      y = Axis(origin: origin.y, step: step.y, size: size.y, wavelength: field.wavelength)
      z = Axis(origin: origin.z, step: step.z, size: size.z, wavelength: field.wavelength)
      let (x, y, z) = (x, y, z)
      var values = [Float](repeating: 0, count: x.count * y.count * z.count)
      values.withUnsafeMutableBufferPointer { values in
        // Each plane writes its own values only.
        nonisolated(unsafe) let values = values
        workers.forEach(z.count) { k, _ in
          for j in 0..<y.count {
            let row = (k * y.count + j) * x.count
            for i in 0..<x.count {
              values[row + i] =
                LatticeField.gain * field.value(x.first + i, y.first + j, z.first + k)
            }
          }
        }
      }
      self.values = values
    }

    /// Evaluates the field at all voxels of row (j, k).
    func row(
      _ j: Int, _ k: Int, scratch: UnsafeMutableBufferPointer<Float>,
      into row: UnsafeMutableBufferPointer<Float>
    ) {
      let yWeights = y.weights[j]
      let zWeights = z.weights[k]
      let yStart = Int(y.starts[j])
      let zStart = Int(z.starts[k])
      for i in 0..<x.count { scratch[i] = 0 }
      values.withUnsafeBufferPointer { values in
        for c in 0..<4 {
          for b in 0..<4 {
            let weight = yWeights[b] * zWeights[c]
            let base = ((zStart + c) * y.count + yStart + b) * x.count
            for i in 0..<x.count { scratch[i] += weight * values[base + i] }
          }
        }
      }
      x.starts.withUnsafeBufferPointer { starts in
        x.weights.withUnsafeBufferPointer { weights in
          for i in 0..<row.count {
            let start = Int(starts[i])
            let w = weights[i]
            let left = scratch[start] * w.x + scratch[start + 1] * w.y
            row[i] = left + (scratch[start + 2] * w.z + scratch[start + 3] * w.w)
          }
        }
      }
    }
  }
}
