import Foundation

/// A Gaussian, or its second derivative, as a recursive filter of fourth order along a line.
///
/// Farnebäck and Westin, "Improving Deriche-style recursive Gaussian filters", J. Math. Imaging and
/// Vision 26 (2006), with the constants of ITK, whose filter PyRadiomics uses. Beyond its ends the line
/// goes on with the end's value.
struct RecursiveGaussian: Sendable {
  enum Order: Sendable { case smoothing, secondDerivative }

  /// The fewest voxels along a line.
  static let shortestLine = 4
  /// How many lines are filtered together.
  static let lanes = 8
  typealias Lanes = SIMD8<Double>

  private let causal: (Double, Double, Double, Double)
  private let anticausal: (Double, Double, Double, Double)
  private let feedback: (Double, Double, Double, Double)
  private let causalEdge: (Double, Double, Double, Double)
  private let anticausalEdge: (Double, Double, Double, Double)

  /// One of the two exponential series that make up the kernel: amplitudes of its cosine and sine.
  private struct Series {
    let cosine1, sine1, cosine2, sine2: Double
  }
  private static let gaussian = Series(
    cosine1: 1.3530, sine1: 1.8151, cosine2: -0.3531, sine2: 0.0902)
  private static let curvature = Series(
    cosine1: -1.3563, sine1: 5.2318, cosine2: 0.3446, sine2: -2.2355)

  /// - Parameters:
  ///   - sigma: the standard deviation in millimetres, above 0.
  ///   - spacing: the distance of the voxels along the line in millimetres.
  ///   - order: the second derivative is multiplied by `sigma²` (normalised across scales), and is one by
  ///     voxel indices.
  init(_ order: Order, sigma: Double, spacing: Double) {
    let width = sigma / spacing
    let (frequency1, decay1, frequency2, decay2) = (0.6681, -1.3932, 2.0787, -1.3732)
    let (sin1, sin2) = (sin(frequency1 / width), sin(frequency2 / width))
    let (cos1, cos2) = (cos(frequency1 / width), cos(frequency2 / width))
    let (exp1, exp2) = (exp(decay1 / width), exp(decay2 / width))

    let d4 = exp1 * exp1 * exp2 * exp2
    var d3 = -2 * cos1 * exp1 * exp2 * exp2
    d3 += -2 * cos2 * exp2 * exp1 * exp1
    var d2 = 4 * cos2 * cos1 * exp1 * exp2
    d2 += exp1 * exp1 + exp2 * exp2
    let d1 = -2 * (exp2 * cos2 + exp1 * cos1)
    let sumD = 1 + d1 + d2 + d3 + d4
    let firstD = d1 + 2 * d2 + 3 * d3 + 4 * d4
    let secondD = d1 + 4 * d2 + 9 * d3 + 16 * d4

    func numerator(_ s: Series) -> SIMD4<Double> {
      let (a1, b1, a2, b2) = (s.cosine1, s.sine1, s.cosine2, s.sine2)
      var n1 = exp2 * (b2 * sin2 - (a2 + 2 * a1) * cos2)
      n1 += exp1 * (b1 * sin1 - (a1 + 2 * a2) * cos1)
      var n2 = (a1 + a2) * cos2 * cos1
      n2 -= b1 * cos2 * sin1 + b2 * cos1 * sin2
      n2 *= 2 * exp1 * exp2
      n2 += a2 * exp1 * exp1 + a1 * exp2 * exp2
      var n3 = exp2 * exp1 * exp1 * (b2 * sin2 - a2 * cos2)
      n3 += exp1 * exp2 * exp2 * (b1 * sin1 - a1 * cos1)
      return [a1 + a2, n1, n2, n3]
    }
    func moments(_ n: SIMD4<Double>) -> (sum: Double, first: Double, second: Double) {
      (n[0] + n[1] + n[2] + n[3], n[1] + 2 * n[2] + 3 * n[3], n[1] + 4 * n[2] + 9 * n[3])
    }
    var n = numerator(Self.gaussian)
    let zero = moments(n)
    switch order {
    case .smoothing:
      n *= 1 / (2 * zero.sum / sumD - n[0])
    case .secondDerivative:
      let curved = numerator(Self.curvature)
      let two = moments(curved)
      // So much of the Gaussian that constants give 0.
      let beta = -(2 * two.sum - sumD * curved[0]) / (2 * zero.sum - sumD * n[0])
      let sum = two.sum + beta * zero.sum
      let first = two.first + beta * zero.first
      let second = two.second + beta * zero.second
      var alpha = second * sumD * sumD - secondD * sum * sumD
      alpha = alpha - 2 * first * firstD * sumD + 2 * firstD * firstD * sum
      alpha /= sumD * sumD * sumD
      n = (curved + beta * n) * (sigma * sigma / alpha)
    }
    causal = (n[0], n[1], n[2], n[3])
    feedback = (d1, d2, d3, d4)
    let m = (n[1] - d1 * n[0], n[2] - d2 * n[0], n[3] - d3 * n[0], -d4 * n[0])
    anticausal = m
    let sumN = n[0] + n[1] + n[2] + n[3]
    let sumM = m.0 + m.1 + m.2 + m.3
    causalEdge = (
      d1 * sumN / sumD, d2 * sumN / sumD, d3 * sumN / sumD, d4 * sumN / sumD
    )
    anticausalEdge = (
      d1 * sumM / sumD, d2 * sumM / sumD, d3 * sumM / sumD, d4 * sumM / sumD
    )
  }

  /// Filters lines side by side.
  ///
  /// - Parameters:
  ///   - data: the lines' values, place by place.
  ///   - result: room for as many.
  ///   - scratch: room for as many.
  ///   - count: the number of places, at least ``shortestLine``.
  func filter(
    _ data: UnsafePointer<Lanes>, into result: UnsafeMutablePointer<Lanes>,
    scratch: UnsafeMutablePointer<Lanes>, count: Int
  ) {
    let (n0, n1, n2, n3) = causal
    let (m1, m2, m3, m4) = anticausal
    let (d1, d2, d3, d4) = feedback
    @inline(__always)
    func combine(
      _ a: Lanes, _ u: Double, _ b: Lanes, _ v: Double, _ c: Lanes, _ w: Double, _ d: Lanes,
      _ z: Double
    ) -> Lanes {
      a * u + b * v + c * w + d * z
    }
    do {
      let (e1, e2, e3, e4) = causalEdge
      let edge = data[0]
      result[0] =
        combine(edge, n0, edge, n1, edge, n2, edge, n3)
        - combine(edge, e1, edge, e2, edge, e3, edge, e4)
      result[1] =
        combine(data[1], n0, edge, n1, edge, n2, edge, n3)
        - combine(result[0], d1, edge, e2, edge, e3, edge, e4)
      result[2] =
        combine(data[2], n0, data[1], n1, edge, n2, edge, n3)
        - combine(result[1], d1, result[0], d2, edge, e3, edge, e4)
      result[3] =
        combine(data[3], n0, data[2], n1, data[1], n2, edge, n3)
        - combine(result[2], d1, result[1], d2, result[0], d3, edge, e4)
    }
    for i in 4..<max(4, count) {
      result[i] =
        combine(data[i], n0, data[i - 1], n1, data[i - 2], n2, data[i - 3], n3)
        - combine(result[i - 1], d1, result[i - 2], d2, result[i - 3], d3, result[i - 4], d4)
    }
    do {
      let (e1, e2, e3, e4) = anticausalEdge
      let last = count - 1
      let edge = data[last]
      scratch[last] =
        combine(edge, m1, edge, m2, edge, m3, edge, m4)
        - combine(edge, e1, edge, e2, edge, e3, edge, e4)
      scratch[last - 1] =
        combine(edge, m1, edge, m2, edge, m3, edge, m4)
        - combine(scratch[last], d1, edge, e2, edge, e3, edge, e4)
      scratch[last - 2] =
        combine(data[last - 1], m1, edge, m2, edge, m3, edge, m4)
        - combine(scratch[last - 1], d1, scratch[last], d2, edge, e3, edge, e4)
      scratch[last - 3] =
        combine(data[last - 2], m1, data[last - 1], m2, edge, m3, edge, m4)
        - combine(scratch[last - 2], d1, scratch[last - 1], d2, scratch[last], d3, edge, e4)
    }
    for i in stride(from: count - 5, through: 0, by: -1) {
      scratch[i] =
        combine(data[i + 1], m1, data[i + 2], m2, data[i + 3], m3, data[i + 4], m4)
        - combine(scratch[i + 1], d1, scratch[i + 2], d2, scratch[i + 3], d3, scratch[i + 4], d4)
    }
    for i in 0..<count { result[i] += scratch[i] }
  }
}
