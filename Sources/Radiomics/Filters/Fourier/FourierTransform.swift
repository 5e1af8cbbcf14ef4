import Foundation

/// Discrete Fourier transforms of one length, for eight lines at once.
///
/// Lengths of small prime factors are transformed stage by stage (Stockham's order, which needs no bit
/// reversal); others as a convolution of a longer, friendly length (Bluestein).
struct FourierTransform: Sendable {
  typealias Lanes = SIMD8<Double>
  static let lanes = 8

  /// The number of places along a line.
  let count: Int
  private let factors: [Int]
  /// exp(-2πi k / count).
  private let cosines: [Double]
  private let sines: [Double]
  private let bluestein: Bluestein?

  private static let largestFactor = 31

  /// - Parameter count: 1 or more.
  init(count: Int) {
    self.count = count
    let (factors, rest) = Self.factors(of: count)
    if rest > 1 {
      self.factors = []
      (cosines, sines) = ([], [])
      bluestein = Bluestein(count: count)
    } else {
      self.factors = factors
      (cosines, sines) = Self.roots(count)
      bluestein = nil
    }
  }

  /// The smallest length from `count` on whose prime factors are 2, 3 and 5.
  static func friendlyLength(from count: Int) -> Int {
    var length = max(1, count)
    while true {
      var rest = length
      for factor in [2, 3, 5] { while rest.isMultiple(of: factor) { rest /= factor } }
      if rest == 1 { return length }
      length += 1
    }
  }

  /// The lanes of real and imaginary parts that one transform needs as scratch.
  var scratchCount: Int { bluestein.map { 4 * $0.length } ?? 2 * count }

  /// Transforms lines in place: `X[k] = Σ x[n] exp(-2πi n k / count)`, or with `+` and without a factor.
  func transform(
    real: UnsafeMutablePointer<Lanes>, imaginary: UnsafeMutablePointer<Lanes>, isInverse: Bool,
    scratch: UnsafeMutablePointer<Lanes>
  ) {
    // The inverse exchanges the parts.
    let (re, im) = isInverse ? (imaginary, real) : (real, imaginary)
    if let bluestein {
      bluestein.transform(real: re, imaginary: im, scratch: scratch)
      return
    }
    var (inReal, inImaginary) = (re, im)
    var (outReal, outImaginary) = (scratch, scratch + count)
    var (length, stride) = (count, 1)
    for factor in factors {
      switch factor {
      case 2: radix2(inReal, inImaginary, outReal, outImaginary, length / 2, stride)
      case 4: radix4(inReal, inImaginary, outReal, outImaginary, length / 4, stride)
      default: radix(factor, inReal, inImaginary, outReal, outImaginary, length / factor, stride)
      }
      length /= factor
      stride *= factor
      swap(&inReal, &outReal)
      swap(&inImaginary, &outImaginary)
    }
    if inReal != re {
      re.update(from: inReal, count: count)
      im.update(from: inImaginary, count: count)
    }
  }

  private func radix2(
    _ xr: UnsafeMutablePointer<Lanes>, _ xi: UnsafeMutablePointer<Lanes>,
    _ yr: UnsafeMutablePointer<Lanes>, _ yi: UnsafeMutablePointer<Lanes>, _ m: Int, _ s: Int
  ) {
    for j in 0..<m {
      let (wr, wi) = (cosines[j * s], sines[j * s])
      for q in 0..<s {
        let (a, b) = (q + s * j, q + s * (j + m))
        let (ar, ai, br, bi) = (xr[a], xi[a], xr[b], xi[b])
        let target = q + s * 2 * j
        yr[target] = ar + br
        yi[target] = ai + bi
        let (dr, di) = (ar - br, ai - bi)
        yr[target + s] = dr * wr - di * wi
        yi[target + s] = dr * wi + di * wr
      }
    }
  }

  private func radix4(
    _ xr: UnsafeMutablePointer<Lanes>, _ xi: UnsafeMutablePointer<Lanes>,
    _ yr: UnsafeMutablePointer<Lanes>, _ yi: UnsafeMutablePointer<Lanes>, _ m: Int, _ s: Int
  ) {
    for j in 0..<m {
      let (w1r, w1i) = (cosines[j * s], sines[j * s])
      let (w2r, w2i) = (cosines[2 * j * s], sines[2 * j * s])
      let (w3r, w3i) = (cosines[3 * j * s], sines[3 * j * s])
      for q in 0..<s {
        let a = q + s * j
        let (b, c, d) = (a + s * m, a + 2 * s * m, a + 3 * s * m)
        let (sumR, sumI) = (xr[a] + xr[c], xi[a] + xi[c])
        let (differenceR, differenceI) = (xr[a] - xr[c], xi[a] - xi[c])
        let (oddR, oddI) = (xr[b] + xr[d], xi[b] + xi[d])
        // -i (b - d)
        let (turnedR, turnedI) = (xi[b] - xi[d], xr[d] - xr[b])
        let target = q + s * 4 * j
        yr[target] = sumR + oddR
        yi[target] = sumI + oddI
        let (ur, ui) = (differenceR + turnedR, differenceI + turnedI)
        yr[target + s] = ur * w1r - ui * w1i
        yi[target + s] = ur * w1i + ui * w1r
        let (vr, vi) = (sumR - oddR, sumI - oddI)
        yr[target + 2 * s] = vr * w2r - vi * w2i
        yi[target + 2 * s] = vr * w2i + vi * w2r
        let (tr, ti) = (differenceR - turnedR, differenceI - turnedI)
        yr[target + 3 * s] = tr * w3r - ti * w3i
        yi[target + 3 * s] = tr * w3i + ti * w3r
      }
    }
  }

  private func radix(
    _ p: Int,
    _ xr: UnsafeMutablePointer<Lanes>, _ xi: UnsafeMutablePointer<Lanes>,
    _ yr: UnsafeMutablePointer<Lanes>, _ yi: UnsafeMutablePointer<Lanes>, _ m: Int, _ s: Int
  ) {
    let step = count / p
    for j in 0..<m {
      for q in 0..<s {
        for r in 0..<p {
          var (sumR, sumI) = (xr[q + s * j], xi[q + s * j])
          for k in 1..<p {
            let root = k * r % p * step
            let (wr, wi) = (cosines[root], sines[root])
            let source = q + s * (j + m * k)
            sumR += xr[source] * wr - xi[source] * wi
            sumI += xr[source] * wi + xi[source] * wr
          }
          let (wr, wi) = (cosines[j * r * s], sines[j * r * s])
          let target = q + s * (p * j + r)
          yr[target] = sumR * wr - sumI * wi
          yi[target] = sumR * wi + sumI * wr
        }
      }
    }
  }

  private static func factors(of count: Int) -> (factors: [Int], rest: Int) {
    var rest = count
    var factors: [Int] = []
    while rest.isMultiple(of: 4) {
      factors.append(4)
      rest /= 4
    }
    var factor = 2
    while factor <= largestFactor && rest > 1 {
      while rest.isMultiple(of: factor) {
        factors.append(factor)
        rest /= factor
      }
      factor += 1
    }
    return (factors, rest)
  }

  private static func roots(_ count: Int) -> ([Double], [Double]) {
    let angles = (0..<count).map { -2 * Double.pi * Double($0) / Double(count) }
    return (angles.map { cos($0) }, angles.map { sin($0) })
  }

  /// A transform of any length as the convolution with exp(πi n² / count).
  private final class Bluestein: Sendable {
    let count: Int
    let length: Int
    private let plan: FourierTransform
    /// exp(-πi n² / count).
    private let chirp: (real: [Double], imaginary: [Double])
    /// The spectrum of the conjugate chirp, divided by the length.
    private let spectrum: (real: [Double], imaginary: [Double])

    init(count: Int) {
      self.count = count
      length = FourierTransform.friendlyLength(from: 2 * count - 1)
      plan = FourierTransform(count: length)
      let angles = (0..<count).map { -Double.pi * Double($0 * $0 % (2 * count)) / Double(count) }
      chirp = (angles.map { cos($0) }, angles.map { sin($0) })
      var real = [Lanes](repeating: .zero, count: length)
      var imaginary = real
      for n in 0..<count {
        for place in [n, (length - n) % length] {
          real[place] = Lanes(repeating: chirp.real[n])
          imaginary[place] = Lanes(repeating: -chirp.imaginary[n])
        }
      }
      var scratch = [Lanes](repeating: .zero, count: plan.scratchCount)
      plan.transform(real: &real, imaginary: &imaginary, isInverse: false, scratch: &scratch)
      let scale = 1 / Double(length)
      spectrum = (real.map { $0[0] * scale }, imaginary.map { $0[0] * scale })
    }

    func transform(
      real: UnsafeMutablePointer<Lanes>, imaginary: UnsafeMutablePointer<Lanes>,
      scratch: UnsafeMutablePointer<Lanes>
    ) {
      let (re, im, inner) = (scratch, scratch + length, scratch + 2 * length)
      for n in 0..<count {
        let (c, s) = (chirp.real[n], chirp.imaginary[n])
        re[n] = real[n] * c - imaginary[n] * s
        im[n] = real[n] * s + imaginary[n] * c
      }
      for n in count..<length {
        re[n] = .zero
        im[n] = .zero
      }
      plan.transform(real: re, imaginary: im, isInverse: false, scratch: inner)
      for n in 0..<length {
        let (c, s) = (spectrum.real[n], spectrum.imaginary[n])
        let (a, b) = (re[n], im[n])
        re[n] = a * c - b * s
        im[n] = a * s + b * c
      }
      plan.transform(real: re, imaginary: im, isInverse: true, scratch: inner)
      for n in 0..<count {
        let (c, s) = (chirp.real[n], chirp.imaginary[n])
        real[n] = re[n] * c - im[n] * s
        imaginary[n] = re[n] * s + im[n] * c
      }
    }
  }
}
