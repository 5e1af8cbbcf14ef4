import Foundation
import Parallel
import Volumes

/// The Riesz transform of given orders along the axes, together with a filter of the frequency's length
/// alone, of a periodic image (IBSI-2 §3.7).
struct RieszTransform: Sendable {
  /// The orders along x, y and z; all 0 for none.
  let orders: SIMD3<Int>
  /// The axes that are transformed.
  let axes: [Int]
  /// The spacing of the voxels.
  let spacing: SIMD3<Double>

  /// The real part of the transformed image.
  ///
  /// - Parameter band: the factor for a frequency whose length is given in units of the highest
  ///   along an axis (Nyquist's), by voxels. The transform's direction is one in space.
  func applied(
    to image: Block<Double>, band: @Sendable (Double) -> Double, workers: Workers
  ) -> Block<Double> {
    let size = image.box.size
    var spectrum = Spectrum(image.voxels, size: size)
    spectrum.transform(along: axes, isInverse: false, workers: workers)
    let frequencies = (0..<3).map { axis in
      (0..<size[axis]).map { k -> (band: Double, direction: Double) in
        guard axes.contains(axis), size[axis] > 1 else { return (0, 0) }
        let signed = Double(2 * k < size[axis] ? k : k - size[axis])
        // The reference maps choose the band on a grid from -1 to 1 about its own middle, which an even
        // number of frequencies does not have: half a step aside.
        let middle = size[axis].isMultiple(of: 2) ? 0.5 : 0
        return (
          2 * (signed + middle) / Double(size[axis] - 1),
          2 * signed / Double(size[axis]) / spacing[axis]
        )
      }
    }
    let total = orders.wrappedSum()
    func factorial(_ n: Int) -> Double { (1...max(1, n)).reduce(1) { $0 * Double($1) } }
    let factor =
      (factorial(total) / (factorial(orders.x) * factorial(orders.y) * factorial(orders.z)))
      .squareRoot()
    let orders = orders
    spectrum.real.withUnsafeMutableBufferPointer { real in
      spectrum.imaginary.withUnsafeMutableBufferPointer { imaginary in
        nonisolated(unsafe) let real = real
        nonisolated(unsafe) let imaginary = imaginary
        workers.forEach(size.z) { z, _ in
          for y in 0..<size.y {
            for x in 0..<size.x {
              let place = (z * size.y + y) * size.x + x
              let (u, v, w) = (frequencies[0][x], frequencies[1][y], frequencies[2][z])
              let frequency = SIMD3(u.band, v.band, w.band)
              var gain = band((frequency * frequency).sum().squareRoot())
              if total > 0 {
                let direction = SIMD3(u.direction, v.direction, w.direction)
                let length = (direction * direction).sum().squareRoot()
                for axis in 0..<3 where orders[axis] > 0 {
                  for _ in 0..<orders[axis] {
                    gain *= length > 0 ? direction[axis] / length : 0
                  }
                }
                gain *= factor
              }
              // (-i)^total
              let (a, b) = (real[place] * gain, imaginary[place] * gain)
              switch total & 3 {
              case 0: (real[place], imaginary[place]) = (a, b)
              case 1: (real[place], imaginary[place]) = (b, -a)
              case 2: (real[place], imaginary[place]) = (-a, -b)
              default: (real[place], imaginary[place]) = (-b, a)
              }
            }
          }
        }
      }
    }
    spectrum.transform(along: axes, isInverse: true, workers: workers)
    return Block(box: image.box, voxels: spectrum.real)
  }
}

/// Simoncelli's non-separable wavelet (IBSI-2 §3.6).
enum Simoncelli {
  /// The gain of a level's band at a frequency in units of Nyquist's.
  static func band(_ frequency: Double, level: Int) -> Double {
    let highest = 1 / Double(1 << (level - 1))
    guard frequency >= highest / 4, frequency <= highest else { return 0 }
    return cos(.pi / 2 * log2(2 * frequency / highest))
  }
}
