import Foundation

/// Spherical harmonics of degree n at points of a sphere.
enum SphericalHarmonics {
  /// The real and imaginary parts of the harmonics of orders m = 0...n, with the phase of Condon and
  /// Shortley.
  ///
  /// - Parameters:
  ///   - azimuth: the angle that m multiplies.
  ///   - polar: the angle whose cosine the Legendre functions see.
  static func values(degree n: Int, azimuth: Double, polar: Double) -> [SIMD2<Double>] {
    (0...n).map { m in
      // (2n + 1) / 4π · (n - m)! / (n + m)!
      var square = Double(2 * n + 1) / (4 * Double.pi)
      for k in n - m + 1..<n + m + 1 { square /= Double(k) }
      let amplitude = square.squareRoot() * legendre(degree: n, order: m, cos(polar))
      return [amplitude * cos(Double(m) * azimuth), amplitude * sin(Double(m) * azimuth)]
    }
  }

  /// The associated Legendre function, by recursion over the degree.
  private static func legendre(degree n: Int, order m: Int, _ x: Double) -> Double {
    var value = 1.0
    let sine = max(0, 1 - x * x).squareRoot()
    for k in 0..<m { value *= -Double(2 * k + 1) * sine }
    if n == m { return value }
    var (before, current) = (value, x * Double(2 * m + 1) * value)
    for l in m + 2..<max(m + 2, n + 1) {
      let next = (x * Double(2 * l - 1) * current - Double(l + m - 1) * before) / Double(l - m)
      (before, current) = (current, next)
    }
    return current
  }
}
