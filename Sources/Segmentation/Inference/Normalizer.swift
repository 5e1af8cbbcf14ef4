import Volumes

extension Normalization {
  /// Brings one channel to the network's scale.
  ///
  /// - Parameters:
  ///   - samples: the intensities of a channel, none of them NaN or infinite.
  ///   - mask: the brain, as many voxels as samples.
  ///   - channel: the channel's name, for messages.
  /// - Throws: ``SegmentationError/unusable(channel:reason:)`` where the region has no voxels or they all
  ///   have one value.
  func apply(
    to samples: inout [Float], mask: [Bool], channel: String
  ) throws(SegmentationError) {
    switch self {
    case .none:
      return
    case .dataset(let lower, let upper, let mean, let deviation):
      let (low, high) = (Float(lower), Float(upper))
      let (centre, scale) = (Float(mean), Float(deviation))
      samples.withUnsafeMutableBufferPointer { samples in
        for index in samples.indices {
          samples[index] = (min(max(samples[index], low), high) - centre) / scale
        }
      }
    case .zScore(let region, let lowerQuantile, let upperQuantile, let deviations, let zeroOutside):
      let inside = try values(of: samples, in: region, mask: mask, channel: channel)
      var (mean, deviation) = Normalization.moments(of: inside)
      if lowerQuantile != nil || upperQuantile != nil || deviations != nil {
        var (low, high) = (-Double.infinity, Double.infinity)
        if lowerQuantile != nil || upperQuantile != nil {
          let quantiles = Quantiles(of: inside)
          low = lowerQuantile.map { quantiles[$0] } ?? low
          high = upperQuantile.map { quantiles[$0] } ?? high
        }
        if let deviations {
          low = max(low, mean - deviations * deviation)
          high = min(high, mean + deviations * deviation)
        }
        (mean, deviation) = Normalization.moments(
          of: inside.filter { low <= Double($0) && Double($0) <= high })
      }
      guard deviation > 0, deviation.isFinite else {
        throw .unusable(
          channel: channel,
          reason: "its intensities do not vary where statistics are formed; give another image")
      }
      let (centre, scale) = (Float(mean), Float(deviation))
      transform(&samples, region, mask, zeroOutside) { ($0 - centre) / scale }
    case .quantiles(let region, let lower, let upper, let zeroOutside):
      let inside = try values(of: samples, in: region, mask: mask, channel: channel)
      let quantiles = Quantiles(of: inside)
      let (low, high) = (quantiles[lower], quantiles[upper])
      guard low < high else {
        throw .unusable(
          channel: channel,
          reason: "its quantiles \(lower) and \(upper) are both \(low); give another image")
      }
      let (base, range) = (Float(low), Float(high - low))
      transform(&samples, region, mask, zeroOutside) { min(max(($0 - base) / range, 0), 1) }
    }
  }

  private func values(
    of samples: [Float], in region: Region, mask: [Bool], channel: String
  ) throws(SegmentationError) -> [Float] {
    let inside: [Float] =
      switch region {
      case .image: samples
      case .nonZero: samples.filter { $0 != 0 }
      case .mask: zip(samples, mask).filter { $0.1 }.map { $0.0 }
      }
    guard !inside.isEmpty else {
      let place = region == .mask ? "inside the mask" : "that is not zero"
      throw .unusable(
        channel: channel, reason: "it has no voxel \(place); check the file and the mask")
    }
    return inside
  }

  private func transform(
    _ samples: inout [Float], _ region: Region, _ mask: [Bool], _ zeroOutside: Bool,
    _ map: (Float) -> Float
  ) {
    samples.withUnsafeMutableBufferPointer { samples in
      for index in samples.indices {
        let isInside =
          switch region {
          case .image: true
          case .nonZero: samples[index] != 0
          case .mask: mask[index]
          }
        if isInside || !zeroOutside {
          samples[index] = map(samples[index])
        } else {
          samples[index] = 0
        }
      }
    }
  }

  /// The mean and the population standard deviation, in two passes.
  private static func moments(of values: [Float]) -> (mean: Double, deviation: Double) {
    guard !values.isEmpty else { return (.nan, .nan) }
    let count = Double(values.count)
    let mean = values.reduce(0.0) { $0 + Double($1) } / count
    let squares = values.reduce(0.0) { sum, value in
      let difference = Double(value) - mean
      return sum + difference * difference
    }
    return (mean, (squares / count).squareRoot())
  }
}
