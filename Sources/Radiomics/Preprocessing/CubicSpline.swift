import Foundation
import Parallel

/// The cubic B-spline through a scan's voxels (Unser, Aldroubi and Eden 1993), mirrored at the edges.
///
/// The operations are those of ITK, in its order: where the interpolated intensity is a whole number,
/// PyRadiomics' result hangs on the last bits, as it cuts fractions off.
struct CubicSpline {
  /// The spline's coefficient of each voxel.
  private(set) var coefficients: [Double]

  init(_ intensities: [Double], size: SIMD3<Int>, workers: Workers) {
    coefficients = intensities
    let strides = SIMD3(1, size.x, size.x * size.y)
    coefficients.withUnsafeMutableBufferPointer { voxels in
      nonisolated(unsafe) let voxels = voxels
      for axis in 0..<3 where size[axis] > 1 {
        let (u, v) = axis == 0 ? (1, 2) : axis == 1 ? (0, 2) : (0, 1)
        workers.forEach(size[v]) { outer, _ in
          var line = [Double](repeating: 0, count: size[axis])
          line.withUnsafeMutableBufferPointer { line in
            for inner in 0..<size[u] {
              let start = voxels.baseAddress! + inner * strides[u] + outer * strides[v]
              for index in line.indices { line[index] = start[index * strides[axis]] }
              CubicSpline.filter(line)
              for index in line.indices { start[index * strides[axis]] = line[index] }
            }
          }
        }
      }
    }
  }

  /// Turns a line of samples into the coefficients of the spline through them.
  private static func filter(_ line: UnsafeMutableBufferPointer<Double>) {
    let count = line.count
    let pole = 3.0.squareRoot() - 2
    let gain = (1 - pole) * (1 - 1 / pole)
    for index in 0..<count { line[index] *= gain }

    // How far back samples count, for a tolerance of 1e-10.
    let horizon = Int((log(1e-10) / log(abs(pole))).rounded(.up))
    var power = pole
    if horizon < count {
      var sum = line[0]
      for index in 1..<horizon {
        sum += power * line[index]
        power *= pole
      }
      line[0] = sum
    } else {
      let inverse = 1 / pole
      var mirrored = pow(pole, Double(count - 1))
      var sum = line[0] + mirrored * line[count - 1]
      mirrored *= mirrored * inverse
      for index in 1..<max(1, count - 1) {
        sum += (power + mirrored) * line[index]
        power *= pole
        mirrored *= inverse
      }
      line[0] = sum / (1 - power * power)
    }
    for index in 1..<count { line[index] += pole * line[index - 1] }
    line[count - 1] = (pole / (pole * pole - 1)) * (pole * line[count - 2] + line[count - 1])
    for index in stride(from: count - 2, through: 0, by: -1) {
      line[index] = pole * (line[index + 1] - line[index])
    }
  }

  /// The spline's value at a place among the voxels.
  static func value(
    at place: SIMD3<Double>, _ coefficients: UnsafeBufferPointer<Double>, _ size: SIMD3<Int>
  ) -> Double {
    let x = Support(place.x, count: size.x)
    let y = Support(place.y, count: size.y)
    let z = Support(place.z, count: size.z)
    var sum = 0.0
    for c in 0..<4 {
      for b in 0..<4 {
        let row = (z.voxels[c] * size.y + y.voxels[b]) * size.x
        for a in 0..<4 {
          sum += x.weights[a] * y.weights[b] * z.weights[c] * coefficients[row + x.voxels[a]]
        }
      }
    }
    return sum
  }

  /// The four voxels of an axis that count at a place, and their weights.
  struct Support {
    var voxels: SIMD4<Int>
    var weights: SIMD4<Double>

    init(_ place: Double, count: Int) {
      // ITK looks for the voxel in single precision.
      let first = Int(Float(place).rounded(.down)) - 1
      let w = place - Double(first + 1)
      let last = (1.0 / 6.0) * w * w * w
      let start = (1.0 / 6.0) + 0.5 * w * (w - 1) - last
      let third = w + start - 2 * last
      weights = SIMD4(start, 1 - start - third - last, third, last)
      voxels = SIMD4(first, first + 1, first + 2, first + 3)
      guard count > 1 else {
        voxels = SIMD4(repeating: 0)
        return
      }
      for index in 0..<4 {
        if voxels[index] < 0 { voxels[index] = -voxels[index] }
        if voxels[index] >= count - 1 { voxels[index] = 2 * (count - 1) - voxels[index] }
        // Grids of two or three voxels are mirrored more than once.
        voxels[index] = min(max(voxels[index], 0), count - 1)
      }
    }
  }
}
