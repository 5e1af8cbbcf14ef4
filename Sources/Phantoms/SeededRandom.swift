/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers from the same seed on every machine.
public struct SeededRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Makes a generator.
  public init(seed: UInt64) {
    state = seed
  }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return SeededRandom.mix(state)
  }

  /// A number that is uniform in a range.
  ///
  /// The standard library does not promise that its own `Double.random(in:using:)` stays the same.
  mutating func uniform(_ range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * SeededRandom.unit(next())
  }

  /// A whole number of a range, each as likely.
  mutating func integer(_ range: ClosedRange<Int>) -> Int {
    let count = Double(range.upperBound - range.lowerBound + 1)
    return min(
      range.upperBound, range.lowerBound + Int(count * SeededRandom.unit(next())))
  }

  /// True in so many cases of 1.
  mutating func chance(_ probability: Double) -> Bool {
    SeededRandom.unit(next()) < probability
  }

  /// A generator of its own for one purpose: what it gives does not depend on how many numbers other
  /// purposes took.
  init(seed: UInt64, purpose: UInt64) {
    state = SeededRandom.mix(seed &+ SeededRandom.mix(purpose &+ 0x632B_E59B_D9B4_E019))
  }

  /// SplitMix64's finaliser: 64 bits, each of which depends on all bits of the argument.
  static func mix(_ bits: UInt64) -> UInt64 {
    var bits = bits
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  /// A number in [0, 1) from 64 random bits.
  static func unit(_ bits: UInt64) -> Double {
    Double(bits >> 11) * 0x1p-53
  }

  /// A nearly Gaussian number of mean 0 and standard deviation 1 from 64 random bits: the sum of
  /// four uniform ones (Irwin and Hall), which needs no logarithm and so has the same bits on
  /// every machine.
  static func gaussian(_ bits: UInt64) -> Double {
    let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
    // Four variances of 1/12 each.
    return (Double(sum) / 65536 - 2 + 2.0 / 65536) * 1.732_050_807_568_877_2
  }
}
