import Foundation

/// Steele, Lea and Flood's SplitMix64 (2014), a generator whose every state is a good seed: the same
/// numbers from the same seed on every machine, which the standard library does not promise of its own
/// `Double.random(in:using:)`.
public struct SplitMix: RandomNumberGenerator, Sendable {
  @usableFromInline var state: UInt64

  /// A generator with a state.
  @inlinable
  public init(state: UInt64) {
    self.state = state
  }

  /// A generator of its own for each list of keys, such as a step and an image in it.
  public init(seed: UInt64, keys: Int...) {
    state = SplitMix.mixed(seed)
    for key in keys { state = SplitMix.mixed(state &+ UInt64(bitPattern: Int64(key)) &+ 1) }
  }

  /// A generator of its own for one purpose: what it gives does not depend on how many numbers other
  /// purposes took.
  public init(seed: UInt64, purpose: UInt64) {
    state = SplitMix.mixed(seed &+ SplitMix.mixed(purpose &+ 0x632B_E59B_D9B4_E019))
  }

  /// A seed for other generators.
  public var seed: UInt64 { state }

  /// The next 64 bits.
  @inlinable
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return SplitMix.mixed(state)
  }

  /// A number in [0, 1).
  @inlinable
  public mutating func unit() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A number that is uniform in a range.
  @inlinable
  public mutating func uniform(_ low: Double, _ high: Double) -> Double {
    low + (high - low) * unit()
  }

  /// A number that is uniform in a range.
  @inlinable
  public mutating func uniform(_ range: ClosedRange<Double>) -> Double {
    uniform(range.lowerBound, range.upperBound)
  }

  /// A whole number from 0 to below `count`, each as likely; 0 where `count` is not positive.
  @inlinable
  public mutating func index(below count: Int) -> Int {
    max(0, min(count - 1, Int(Double(count) * unit())))
  }

  /// A whole number of a range, each as likely.
  @inlinable
  public mutating func integer(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + index(below: range.upperBound - range.lowerBound + 1)
  }

  /// True in so many cases of 1.
  @inlinable
  public mutating func chance(_ probability: Double) -> Bool {
    unit() < probability
  }

  /// A number from the standard normal distribution (Box and Muller).
  public mutating func normal() -> Double {
    let radius = (-2 * log(1 - unit())).squareRoot()
    return radius * cos(2 * .pi * unit())
  }

  /// SplitMix64's finaliser: 64 bits, each of which depends on all bits of the argument.
  @inlinable
  public static func mixed(_ bits: UInt64) -> UInt64 {
    var bits = bits
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  /// A nearly Gaussian number of mean 0 and standard deviation 1 from 64 random bits: the sum of four
  /// uniform ones (Irwin and Hall), which needs no logarithm and so has the same bits on every machine.
  @inlinable
  public static func gaussian(_ bits: UInt64) -> Double {
    let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
    // Four variances of 1/12 each.
    return (Double(sum) / 65536 - 2 + 2.0 / 65536) * 1.732_050_807_568_877_2
  }
}
