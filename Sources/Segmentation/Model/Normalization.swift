/// How the intensities of one channel are brought to the scale that a network was trained on.
///
/// Statistics are formed in Float64; quantiles interpolate linearly between order statistics, as
/// NumPy's default does.
public enum Normalization: Sendable, Hashable, Codable {
  /// Which voxels count for statistics.
  public enum Region: String, Sendable, Hashable, Codable {
    /// The voxels of the mask: the one that the user gives, or else those that are not zero in
    /// some channel.
    case mask
    /// The voxels of this channel that are not zero.
    case nonZero
    /// All voxels.
    case image
  }

  /// Intensities as they are.
  case none
  /// (x - mean) / sd with the mean and the (population) standard deviation of those voxels of the
  /// region that lie between max(the lower quantile, m - deviations s) and min(the upper quantile,
  /// m + deviations s), where m and s are the mean and the standard deviation of the whole region.
  /// A bound that is nil does not apply. Voxels outside the region become 0 where `zeroOutside`.
  case zScore(
    region: Region, lowerQuantile: Double?, upperQuantile: Double?, deviations: Double?,
    zeroOutside: Bool)
  /// (min(max(x, lower), upper) - mean) / deviation, with the training set's numbers (nnU-Net's
  /// scheme for CT).
  case dataset(lower: Double, upper: Double, mean: Double, deviation: Double)
  /// The lower and the upper quantile of the region become 0 and 1; beyond them values are cut.
  /// Voxels outside the region become 0 where `zeroOutside`.
  case quantiles(region: Region, lower: Double, upper: Double, zeroOutside: Bool)

  /// The z-score over all voxels of the region, 0 outside.
  public static func zScore(over region: Region) -> Normalization {
    .zScore(
      region: region, lowerQuantile: nil, upperQuantile: nil, deviations: nil, zeroOutside: true)
  }

  /// The scheme of DeepMedic's trained networks: the voxels that are not zero, between the 5 % and
  /// 95 % quantiles and within three standard deviations; 0 elsewhere.
  public static let deepMedic = Normalization.zScore(
    region: .nonZero, lowerQuantile: 0.05, upperQuantile: 0.95, deviations: 3, zeroOutside: true)

  /// What contradicts itself, or nil.
  var fault: String? {
    func isQuantile(_ value: Double?) -> Bool { value.map { 0...1 ~= $0 } ?? true }
    switch self {
    case .none:
      return nil
    case .zScore(_, let lower, let upper, let deviations, _):
      guard isQuantile(lower), isQuantile(upper), lower ?? 0 < upper ?? 1 else {
        return "quantiles must ascend within 0 and 1"
      }
      return deviations ?? 1 > 0 ? nil : "deviations must be positive"
    case .dataset(let lower, let upper, let mean, let deviation):
      guard lower < upper, mean.isFinite else { return "lower must be below upper" }
      return deviation > 0 && deviation.isFinite ? nil : "deviation must be positive"
    case .quantiles(_, let lower, let upper, _):
      guard isQuantile(lower), isQuantile(upper), lower < upper else {
        return "quantiles must ascend within 0 and 1"
      }
      return nil
    }
  }
}
