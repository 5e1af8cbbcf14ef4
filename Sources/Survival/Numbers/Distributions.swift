internal import Foundation

/// Tails and quantiles of the distributions that tests and intervals use.
enum Distributions {
  /// The chance of a standard normal variable of being at most `x`.
  static func normal(atMost x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }

  /// The two-sided chance of a standard normal variable of being as far from 0.
  static func normalTails(_ x: Double) -> Double { erfc(abs(x) / 2.0.squareRoot()) }

  /// The value that a standard normal variable is below with a chance in (0, 1).
  ///
  /// Halley's steps on the distribution function from a logistic start.
  static func normalQuantile(_ chance: Double) -> Double {
    guard chance != 0.5 else { return 0 }
    // In the lower half, where the distribution function keeps its digits.
    let lower = min(chance, 1 - chance)
    guard lower > 0 else { return chance < 0.5 ? -.infinity : .infinity }
    let t = (-2 * log(lower)).squareRoot()
    // Abramowitz and Stegun 26.2.23.
    var x =
      (2.515517 + t * (0.802853 + t * 0.010328))
      / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t
    for _ in 0..<4 {
      let density = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
      guard density > 0 else { break }
      let error = (normal(atMost: x) - lower) / density
      x -= error / (1 + x * error / 2)
    }
    return chance < 0.5 ? x : -x
  }

  /// The chance of a chi-squared variable of being at least `x`.
  static func chiSquaredTail(_ x: Double, degreesOfFreedom: Int) -> Double {
    guard degreesOfFreedom > 0, x > 0 else { return 1 }
    guard x.isFinite else { return x.isNaN ? .nan : 0 }
    return upperGamma(Double(degreesOfFreedom) / 2, x / 2)
  }

  /// The regularised upper incomplete gamma function: a series below, Lentz's continued fraction above
  /// (Numerical Recipes 6.2).
  private static func upperGamma(_ a: Double, _ x: Double) -> Double {
    var sign: Int32 = 0
    let front = exp(-x + a * log(x) - lgamma_r(a, &sign))
    if x < a + 1 {
      var (term, sum, n) = (1 / a, 1 / a, a)
      for _ in 0..<10_000 {
        n += 1
        term *= x / n
        sum += term
        if abs(term) < abs(sum) * 1e-17 { break }
      }
      return max(0, 1 - sum * front)
    }
    var b = x + 1 - a
    var c = 1e300
    var d = 1 / b
    var h = d
    for i in 1..<10_000 {
      let an = -Double(i) * (Double(i) - a)
      b += 2
      d = 1 / (an * d + b)
      c = b + an / c
      let step = d * c
      h *= step
      if abs(step - 1) < 1e-16 { break }
    }
    return front * h
  }
}
