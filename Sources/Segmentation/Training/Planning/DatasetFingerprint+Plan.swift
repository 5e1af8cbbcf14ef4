/// What nnU-Net derives from a fingerprint beside the network (Isensee et al. 2021, supplement 4).
extension DatasetFingerprint {
  /// The distances between voxels to which scans are brought: the medians, but for an axis that is more
  /// than three times as coarse as the others and has less than a third of their voxels the quantile
  /// .1, at least the distance along the others.
  var targetSpacing: [Double] {
    var target = medianSpacing
    let coarse = (0..<3).max { target[$0] < target[$1] } ?? 2
    let others = (0..<3).filter { $0 != coarse }
    let spacing = others.map { target[$0] }.max() ?? 1
    let shape = others.map { medianShape[$0] }.min() ?? 1
    if target[coarse] > 3 * spacing, medianShape[coarse] * 3 < shape {
      target[coarse] = max(smallSpacing[coarse], spacing)
    }
    // Headers hold float32 numbers; what they mean has fewer digits.
    return target.map { ($0 * 10_000).rounded() / 10_000 }
  }

  /// How a channel is normalised: CT as ``normalizationOfCT(_:)`` says, other scans by their own mean and
  /// standard deviation, inside the mask where the cases have much background around.
  func normalization(of channel: String) -> Normalization {
    normalizationOfCT(channel) ?? .zScore(over: relativeSize < 0.75 ? .mask : .image)
  }

  /// For a channel that is called CT: cut at the quantiles .005 and .995 of the foreground of all cases,
  /// and brought to its mean and standard deviation; nil for others.
  func normalizationOfCT(_ channel: String) -> Normalization? {
    guard channel.lowercased() == "ct", let found = intensities[channel], found.deviation > 0,
      found.quantile005 < found.quantile995
    else { return nil }
    return .dataset(
      lower: found.quantile005, upper: found.quantile995, mean: found.mean,
      deviation: found.deviation)
  }
}
