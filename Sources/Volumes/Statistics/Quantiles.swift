/// Quantiles of some values, found without sorting: the bits of a float, with negative numbers
/// turned around, ascend as the number does, so that counts of the upper and then, where a wanted
/// rank falls, of the lower 16 bits find it.
///
/// Between two values they are interpolated linearly: NumPy's default, definition 7 of Hyndman and
/// Fan (1996).
public struct Quantiles: Sendable {
  private let values: [Float]
  /// How many values have each upper half.
  private let upperCounts: [Int]
  private let hasNaN: Bool

  /// - Precondition: there is at least one value.
  public init(of values: [Float]) {
    precondition(!values.isEmpty)
    var hasNaN = false
    var counts = [Int](repeating: 0, count: 1 << 16)
    counts.withUnsafeMutableBufferPointer { counts in
      for value in values {
        if value.isNaN { hasNaN = true }
        counts[Int(Self.key(value) >> 16)] += 1
      }
    }
    self.values = values
    self.hasNaN = hasNaN
    upperCounts = counts
  }

  /// The quantile of a fraction from 0 (the minimum) over 0.5 (the median) to 1 (the maximum);
  /// fractions beyond count as 0 or 1. NaN where a value is NaN.
  public subscript(fraction: Double) -> Double {
    guard !hasNaN, !fraction.isNaN else { return .nan }
    let position = min(max(fraction, 0), 1) * Double(values.count - 1)
    let below = Int(position)
    let weight = position - Double(below)
    let (low, high) = neighbours(of: below)
    // At a rank there is its value, also beside an infinite one.
    if weight == 0 { return low }
    // From the nearer side, as NumPy does.
    return weight < 0.5 ? low + (high - low) * weight : high - (high - low) * (1 - weight)
  }

  /// The value of a rank, 0 being the smallest, and the next larger.
  private func neighbours(of rank: Int) -> (Double, Double) {
    let first = place(of: rank)
    let counts = lowerCounts(of: first.upper)
    let low = value(first, counts)
    guard rank + 1 < values.count else { return (low, low) }
    let second = place(of: rank + 1)
    let isTogether = second.upper == first.upper
    return (low, value(second, isTogether ? counts : lowerCounts(of: second.upper)))
  }

  /// The upper half of the value of a rank, and its rank among those that share it.
  private func place(of rank: Int) -> (upper: Int, rank: Int) {
    var (upper, left) = (0, rank)
    while left >= upperCounts[upper] {
      left -= upperCounts[upper]
      upper += 1
    }
    return (upper, left)
  }

  private func lowerCounts(of upper: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: 1 << 16)
    counts.withUnsafeMutableBufferPointer { counts in
      for value in values {
        let key = Self.key(value)
        if Int(key >> 16) == upper { counts[Int(key & 0xFFFF)] += 1 }
      }
    }
    return counts
  }

  private func value(_ place: (upper: Int, rank: Int), _ lowerCounts: [Int]) -> Double {
    var (lower, left) = (0, place.rank)
    while left >= lowerCounts[lower] {
      left -= lowerCounts[lower]
      lower += 1
    }
    let key = UInt32(place.upper) << 16 | UInt32(lower)
    return Double(Float(bitPattern: key >> 31 == 1 ? key & 0x7FFF_FFFF : ~key))
  }

  /// A bit pattern that grows with the value.
  private static func key(_ value: Float) -> UInt32 {
    let bits = value.bitPattern
    return bits >> 31 == 1 ? ~bits : bits | 1 << 31
  }
}

extension Volume {
  /// The quantiles of one channel, over a mask or over all voxels.
  ///
  /// - Throws: ``VolumeError/emptyMask``, ``VolumeError/noSuchChannel(found:channels:)`` and
  ///   ``VolumeError/geometryMismatch(first:_:second:_:)``.
  public func quantiles(channel: Int = 0, in mask: Mask? = nil) throws(VolumeError) -> Quantiles {
    var values = try self.channel(channel).samples
    if let mask {
      try requireMatch(of: "the volume", geometry, "the mask", mask.geometry)
      values = zip(values, mask.voxels).filter { $0.1 }.map { $0.0 }
    }
    guard !values.isEmpty else { throw .emptyMask }
    return Quantiles(of: values)
  }
}
