/// PyRadiomics' edges of bins, rounded as NumPy rounds them in the precision of the image.
struct BinEdges {
  /// The lowest edge.
  let first: Double
  private let step: Double
  /// The number of bins where the topmost is closed: the maximum belongs to it.
  private let closed: Int?
  /// Whether edges are of single precision themselves.
  private let isSingle: Bool

  /// Edges at the multiples of a width, the first being the last one that is not above a minimum:
  /// NumPy's `arange`, whose steps are the first one as rounded.
  init<Number: BinaryFloatingPoint>(from minimum: Number, width: Number) {
    // The remainder is exact, and has the sign of the minimum.
    var remainder = minimum.truncatingRemainder(dividingBy: width)
    if remainder < 0 { remainder += width }
    let lowest = minimum - remainder
    first = Double(lowest)
    step = Double(lowest + width) - Double(lowest)
    closed = nil
    isSingle = false
  }

  /// Edges that divide a range into bins of equal width: NumPy's `histogram`, which puts a single
  /// intensity into the middle of a range of 1.
  init<Number: BinaryFloatingPoint>(from minimum: Number, to maximum: Number, count: Int) {
    let isFlat = minimum == maximum
    let (low, high) = isFlat ? (minimum - 0.5, maximum + 0.5) : (minimum, maximum)
    first = Double(low)
    step = Double((high - low) / Number(count))
    closed = count
    isSingle = Number.self == Float.self
  }

  /// For each intensity the number of edges that are not above it.
  ///
  /// - Throws: ``RadiomicsError/tooLarge(what:remedy:)`` where edges do not ascend.
  func levels(of intensities: [Double]) throws(RadiomicsError) -> [Int32] {
    guard step > 0, step.isFinite else { throw Discretisation.tooFine }
    return intensities.map { intensity in
      // Rounding may put the guess on the wrong side of an edge.
      var bin = max(0, Int(((intensity - first) / step).rounded(.down)))
      if let closed { bin = min(bin, closed - 1) }
      while edge(bin + 1) <= intensity { bin += 1 }
      while bin > 0, edge(bin) > intensity { bin -= 1 }
      return Int32(bin + 1)
    }
  }

  private func edge(_ index: Int) -> Double {
    if index == closed { return .infinity }
    // A product and a sum of two single numbers are rounded once each.
    return isSingle
      ? Double(Float(index) * Float(step) + Float(first)) : first + Double(index) * step
  }
}
