/// Values by rank, and percentiles, without sorting all of them: a coarse histogram tells which few values
/// a rank is among.
struct OrderStatistics {
  let minimum: Double
  let maximum: Double
  private let values: [Double]
  private let scale: Double
  /// How many values lie below each bin, and all of them at the end.
  private let below: [Int]
  private let bins: Int

  /// - Precondition: there is at least one value, and all are finite.
  init(_ values: [Double]) {
    var (minimum, maximum) = (values[0], values[0])
    for value in values {
      if value < minimum { minimum = value }
      if value > maximum { maximum = value }
    }
    let bins = min(values.count, 4096)
    self.bins = bins
    let scale = Double(bins - 1) / (maximum / 2 - minimum / 2)
    // Values that are all the same, or all but, share a bin.
    self.scale = scale.isFinite ? scale : 0
    self.minimum = minimum
    self.maximum = maximum
    self.values = values
    var counts = [Int](repeating: 0, count: bins + 1)
    for value in values { counts[1 + Self.bin(value, minimum, self.scale)] += 1 }
    for bin in 1...bins { counts[bin] += counts[bin - 1] }
    below = counts
  }

  /// Halves cannot overflow.
  private static func bin(_ value: Double, _ minimum: Double, _ scale: Double) -> Int {
    Int((value / 2 - minimum / 2) * scale)
  }

  /// The percentile, interpolated linearly between ranks (Hyndman and Fan's definition 7).
  ///
  /// - Parameter percentages: 0...100, each.
  func percentiles(_ percentages: [Double]) -> [Double] {
    // Values of a bin are sorted once for all ranks among them.
    var sorted: [Int: [Double]] = [:]
    func value(_ rank: Int) -> Double {
      // The last bin with no more values before it than the rank.
      var (low, high) = (0, bins)
      while high - low > 1 {
        let middle = (low + high) / 2
        if below[middle] <= rank { low = middle } else { high = middle }
      }
      if sorted[low] == nil {
        sorted[low] = values.filter { Self.bin($0, minimum, scale) == low }.sorted()
      }
      return sorted[low]?[rank - below[low]] ?? maximum
    }
    return percentages.map { percentage in
      let position = percentage / 100 * Double(values.count - 1)
      let rank = Int(position)
      let part = position - Double(rank)
      let low = value(rank)
      guard part > 0, rank + 1 < values.count else { return low }
      let high = value(rank + 1)
      // From the nearer side, as NumPy does.
      return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part)
    }
  }
}
