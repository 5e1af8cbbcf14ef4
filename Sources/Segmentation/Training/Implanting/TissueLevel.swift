internal import Volumes

/// The intensities of a scan's healthy tissue.
struct TissueLevel: Sendable, Hashable {
  let median: Double
  /// The standard deviation of a normal distribution with the same middle 90 %; positive.
  let spread: Double

  /// - Throws: `VolumeError` where there is no such tissue.
  init(of scan: Volume, in healthy: Mask) throws {
    let quantiles = try scan.quantiles(in: healthy)
    median = quantiles[0.5]
    spread = max((quantiles[0.95] - quantiles[0.05]) / 3.29, 1e-6)
  }
}
