extension Volume {
  /// Quantiles of one channel, over a mask or over all voxels.
  ///
  /// Between two intensities they are interpolated linearly: NumPy's default, definition 7 of
  /// Hyndman and Fan (1996). NaN where a voxel is NaN.
  ///
  /// - Parameter fractions: each from 0 (the minimum) over 0.5 (the median) to 1 (the maximum).
  /// - Throws: ``VolumeError/invalidQuantile(_:)``, ``VolumeError/emptyMask``,
  ///   ``VolumeError/noSuchChannel(found:channels:)`` and
  ///   ``VolumeError/geometryMismatch(first:_:second:_:)``.
  public func quantiles(
    _ fractions: [Double], channel: Int = 0, in mask: Mask? = nil
  ) throws(VolumeError) -> [Double] {
    for fraction in fractions where !(0...1 ~= fraction) { throw .invalidQuantile(fraction) }
    guard 0..<channels ~= channel else {
      throw .noSuchChannel(found: channel, channels: channels)
    }
    if let mask { try requireMatch(of: "the volume", geometry, "the mask", mask.geometry) }
    let first = channel * geometry.voxelCount
    let samples = samples[first..<first + geometry.voxelCount]
    let ranking = samples.withUnsafeBufferPointer { samples in
      guard let mask else { return Ranking(samples) { _ in true } }
      return mask.voxels.withUnsafeBufferPointer { voxels in Ranking(samples) { voxels[$0] } }
    }
    guard ranking.count > 0 else { throw .emptyMask }
    if ranking.hasNaN { return fractions.map { _ in .nan } }
    return samples.withUnsafeBufferPointer { samples in
      let position = fractions.map { $0 * Double(ranking.count - 1) }
      let below = position.map { Int($0) }
      let above = below.map { min($0 + 1, ranking.count - 1) }
      let values =
        if let mask {
          mask.voxels.withUnsafeBufferPointer { voxels in
            ranking.values(at: below + above, samples) { voxels[$0] }
          }
        } else {
          ranking.values(at: below + above, samples) { _ in true }
        }
      return fractions.indices.map { index in
        let (low, high) = (Double(values[index]), Double(values[index + fractions.count]))
        let weight = position[index] - Double(below[index])
        // From the nearer side, as NumPy does, so that a weight of 1 gives the upper value exactly.
        return weight < 0.5 ? low + (high - low) * weight : high - (high - low) * (1 - weight)
      }
    }
  }
}

/// Order statistics of floats, without sorting them: their bit patterns are counted by the upper
/// and then, where a wanted rank falls, by the lower 16 bits.
private struct Ranking {
  /// How many samples have each upper half.
  private var upperCounts = [Int](repeating: 0, count: 1 << 16)
  private(set) var count = 0
  private(set) var hasNaN = false

  init(_ samples: UnsafeBufferPointer<Float>, where isChosen: (Int) -> Bool) {
    upperCounts.withUnsafeMutableBufferPointer { upperCounts in
      for index in samples.indices where isChosen(index) {
        let sample = samples[index]
        if sample.isNaN { hasNaN = true }
        upperCounts[Int(Self.key(sample) >> 16)] += 1
        count += 1
      }
    }
  }

  /// The samples of given ranks, 0 being the smallest.
  func values(
    at ranks: [Int], _ samples: UnsafeBufferPointer<Float>, where isChosen: (Int) -> Bool
  ) -> [Float] {
    // For each rank its upper half, and its rank among the samples that share it.
    let places = ranks.map { rank in
      var (upper, left) = (0, rank)
      while left >= upperCounts[upper] {
        left -= upperCounts[upper]
        upper += 1
      }
      return (upper: upper, rank: left)
    }
    let uppers = Set(places.map(\.upper)).sorted()
    var slot = [Int](repeating: -1, count: 1 << 16)
    for (index, upper) in uppers.enumerated() { slot[upper] = index << 16 }
    var lowerCounts = [Int](repeating: 0, count: uppers.count << 16)
    slot.withUnsafeBufferPointer { slot in
      lowerCounts.withUnsafeMutableBufferPointer { lowerCounts in
        for index in samples.indices where isChosen(index) {
          let key = Self.key(samples[index])
          let start = slot[Int(key >> 16)]
          if start >= 0 { lowerCounts[start + Int(key & 0xFFFF)] += 1 }
        }
      }
    }
    return places.map { place in
      var (lower, left) = (0, place.rank)
      while left >= lowerCounts[slot[place.upper] + lower] {
        left -= lowerCounts[slot[place.upper] + lower]
        lower += 1
      }
      return Self.value(UInt32(place.upper) << 16 | UInt32(lower))
    }
  }

  /// A bit pattern that grows with the value.
  private static func key(_ value: Float) -> UInt32 {
    let bits = value.bitPattern
    return bits >> 31 == 1 ? ~bits : bits | 1 << 31
  }

  private static func value(_ key: UInt32) -> Float {
    Float(bitPattern: key >> 31 == 1 ? key & 0x7FFF_FFFF : ~key)
  }
}
