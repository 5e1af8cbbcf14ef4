import Foundation

/// Steele, Lea and Flood's SplitMix64, a generator whose every state is a good seed: the same numbers
/// from the same seed.
public struct SplitMix: RandomNumberGenerator, Sendable {
  var state: UInt64

  init(state: UInt64) {
    self.state = state
  }

  /// A generator of its own for each list of keys, such as a step and an image in it.
  public init(seed: UInt64, keys: Int...) {
    state = SplitMix.mixed(seed)
    for key in keys { state = SplitMix.mixed(state &+ UInt64(bitPattern: Int64(key)) &+ 1) }
  }

  /// A seed for other generators.
  public var seed: UInt64 { state }

  /// The next 64 bits.
  @inline(__always)
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return SplitMix.mixed(state)
  }

  /// A number in [0, 1).
  public mutating func unit() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A number that is uniform in a range.
  public mutating func uniform(_ low: Double, _ high: Double) -> Double {
    low + (high - low) * unit()
  }

  /// A whole number from 0 to below `count`, each as likely; 0 where `count` is not positive.
  public mutating func index(below count: Int) -> Int {
    max(0, min(count - 1, Int(Double(count) * unit())))
  }

  /// True in so many cases of 1.
  public mutating func chance(_ probability: Double) -> Bool {
    unit() < probability
  }

  /// A number from the standard normal distribution (Box and Muller).
  public mutating func normal() -> Double {
    let radius = (-2 * log(1 - unit())).squareRoot()
    return radius * cos(2 * .pi * unit())
  }

  @inline(__always)
  static func mixed(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
