package import Parallel

/// The coefficients of the cubic B-spline through the samples of a grid, which goes on beyond its
/// borders as in a mirror (... 2 1 | 0 1 2 ...).
///
/// Unser, Aldroubi and Eden, "B-spline signal processing", IEEE Trans. Signal Processing 41 (1993):
/// the samples are filtered along each axis by a causal and an anti-causal recursion with the pole
/// √3 - 2.
package struct SplineCoefficients: Sendable {
  /// How far the stored coefficients reach beyond the grid: a place half a voxel beyond the border
  /// needs two.
  private static let border = 2

  /// The distance in memory between rows.
  package let row: Int
  /// The distance in memory between planes.
  package let plane: Int
  /// The coefficients, with the borders.
  private let values: [Double]

  private static let pole = 3.0.squareRoot() - 2
  /// Powers of the pole above this do not change a sum of doubles.
  private static let horizon = 32

  /// Rows that are filtered together, for memory's sake.
  private static let block = 8

  init(_ samples: UnsafePointer<Float>, size: SIMD3<Int>, workers: Workers) {
    self.init(converting: samples, size: size, workers: workers)
  }

  /// The spline through samples in double precision.
  package init(_ samples: UnsafePointer<Double>, size: SIMD3<Int>, workers: Workers) {
    self.init(converting: samples, size: size, workers: workers)
  }

  private init<Sample: BinaryFloatingPoint & Sendable>(
    converting samples: UnsafePointer<Sample>, size: SIMD3<Int>, workers: Workers
  ) {
    let border = Self.border
    let extent = size &+ 2 * border
    let (row, plane) = (extent.x, extent.x * extent.y)
    self.row = row
    self.plane = plane
    values = [Double](unsafeUninitializedCapacity: extent.x * extent.y * extent.z) {
      values, initialized in
      nonisolated(unsafe) let values = values.baseAddress!
      nonisolated(unsafe) let samples = samples
      // Along x and y, plane by plane.
      workers.forEach(size.z) { z, _ in
        let target = values + (z + border) * plane
        for y in 0..<size.y {
          let line = target + (y + border) * row
          for x in 0..<size.x {
            (line + border + x).initialize(to: Double(samples[(z * size.y + y) * size.x + x]))
          }
          Self.filter(line + border, count: size.x, stride: 1, width: 1)
          Self.mirror(line, count: size.x, stride: 1, width: 1)
        }
        for x in stride(from: 0, to: row, by: Self.block) {
          let width = min(Self.block, row - x)
          Self.filter(target + border * row + x, count: size.y, stride: row, width: width)
        }
        Self.mirror(target, count: size.y, stride: row, width: row)
      }
      // Along z, row by row.
      workers.forEach(extent.y) { y, _ in
        for x in stride(from: 0, to: row, by: Self.block) {
          let width = min(Self.block, row - x)
          let line = values + y * row + x
          Self.filter(line + border * plane, count: size.z, stride: plane, width: width)
          Self.mirror(line, count: size.z, stride: plane, width: width)
        }
      }
      initialized = extent.x * extent.y * extent.z
    }
  }

  /// Calls `body` with the address of the coefficient of voxel (0, 0, 0).
  package func withOrigin(_ body: (UnsafePointer<Double>) -> Void) {
    values.withUnsafeBufferPointer { body($0.baseAddress! + Self.border * (1 + row + plane)) }
  }

  /// Filters `width` neighbouring lines of `count` samples in place.
  private static func filter(
    _ first: UnsafeMutablePointer<Double>, count: Int, stride: Int, width: Int
  ) {
    guard count > 1 else { return }
    let pole = Self.pole
    let gain = (1 - pole) * (1 - 1 / pole)
    let last = first + (count - 1) * stride
    // The causal recursion starts from the sum over the mirrored line to minus infinity, which is
    // periodic.
    let farEnd = horizon > count ? power(pole, count - 1) : 0
    for lane in 0..<width {
      var sum = first[lane] + farEnd * last[lane]
      var weight = pole
      for index in 1..<min(count - 1, horizon) {
        sum += weight * (first[index * stride + lane] + farEnd * (last - index * stride)[lane])
        weight *= pole
      }
      first[lane] = gain * sum / (1 - farEnd * farEnd)
    }
    for index in 1..<count {
      let (here, before) = (first + index * stride, first + (index - 1) * stride)
      for lane in 0..<width { here[lane] = gain * here[lane] + pole * before[lane] }
    }
    let scale = pole / (pole * pole - 1)
    for lane in 0..<width {
      last[lane] = scale * (pole * (last - stride)[lane] + last[lane])
    }
    for index in Swift.stride(from: count - 2, through: 0, by: -1) {
      let (here, after) = (first + index * stride, first + (index + 1) * stride)
      for lane in 0..<width { here[lane] = pole * (after[lane] - here[lane]) }
    }
  }

  /// Fills the borders of `width` neighbouring lines, which hold `count` coefficients within.
  private static func mirror(
    _ line: UnsafeMutablePointer<Double>, count: Int, stride: Int, width: Int
  ) {
    let period = max(1, 2 * (count - 1))
    for beyond in 1...border {
      // A short line is passed several times.
      let low = beyond % period
      let high = (count - 1 + beyond) % period
      let fromLow = line + (border + min(low, period - low)) * stride
      let fromHigh = line + (border + (high < count ? high : period - high)) * stride
      let toLow = line + (border - beyond) * stride
      let toHigh = line + (border + count - 1 + beyond) * stride
      for lane in 0..<width {
        (toLow + lane).initialize(to: fromLow[lane])
        (toHigh + lane).initialize(to: fromHigh[lane])
      }
    }
  }

  private static func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }
}
