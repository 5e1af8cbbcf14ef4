import Volumes

/// The range of intensities that is shown from black to white.
struct IntensityWindow: Sendable {
  let low: Double
  let high: Double

  /// From the 1 % to the 99.8 % quantile of a scan's foreground.
  ///
  /// - Parameter background: a value that does not count.
  init(of samples: [Float], background: Float) {
    // A part of the voxels is enough for a display.
    let step = max(1, samples.count / 400_000)
    var values = stride(from: 0, to: samples.count, by: step).map { samples[$0] }
    values.removeAll { $0 == background || !$0.isFinite }
    guard !values.isEmpty else {
      low = 0
      high = 1
      return
    }
    let quantiles = Quantiles(of: values)
    let bottom = quantiles[0.01]
    let top = quantiles[0.998]
    // Where the background is dark it stays black.
    low = Double(background) < bottom ? min(bottom, 0.5 * (bottom + Double(background))) : bottom
    high = max(top, low + 1e-6 * max(1, abs(low)))
  }

  /// A window between two values.
  init(low: Double, high: Double) {
    self.low = low
    self.high = max(high, low + 1e-6 * max(1, abs(low)))
  }

  /// 0 (black) to 1 (white).
  func brightness(_ value: Double) -> Double {
    value.isNaN ? 0 : min(1, max(0, (value - low) / (high - low)))
  }
}
