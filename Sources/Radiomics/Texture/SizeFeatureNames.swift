/// What a family of levels and sizes calls its features.
struct SizeFeatureNames: Sendable {
  typealias Measure = any KeyPath<SizeMeasures, Double> & Sendable

  /// Names with what they name, in PyRadiomics' order.
  let all: [(name: String, measure: Measure)]
  /// Features that are not of a convention, by their names.
  let absent: [Convention: Set<String>]

  /// - Parameters:
  ///   - size: how names of non-uniformity begin.
  ///   - energy: nil where the family has none.
  init(
    small: String, large: String, low: String, high: String, smallLow: String, smallHigh: String,
    largeLow: String, largeHigh: String, size: String, percentage: String, variance: String,
    entropy: String, energy: String?, absent: [Convention: Set<String>] = [:]
  ) {
    var all: [(name: String, measure: Measure)] = [
      (small, \.small), (large, \.large), (low, \.low), (high, \.high), (smallLow, \.smallLow),
      (smallHigh, \.smallHigh), (largeLow, \.largeLow), (largeHigh, \.largeHigh),
      ("GrayLevelNonUniformity", \.levelNonUniformity),
      ("GrayLevelNonUniformityNormalized", \.levelNonUniformityNormalized),
      ("\(size)NonUniformity", \.sizeNonUniformity),
      ("\(size)NonUniformityNormalized", \.sizeNonUniformityNormalized),
      (percentage, \.percentage), ("GrayLevelVariance", \.levelVariance),
      (variance, \.sizeVariance), (entropy, \.entropy),
    ]
    if let energy { all.append((energy, \.energy)) }
    self.all = all.sorted { FeatureNames.precedes($0.name, $1.name) }
    self.absent = absent
  }

  /// The features of a convention: the means over matrices.
  func features(
    _ measures: [SizeMeasures], _ convention: Convention, undefined reason: String
  ) -> [Feature] {
    all.compactMap { name, measure in
      if absent[convention]?.contains(name) == true { return nil }
      let value = meanOfNumbers(measures.lazy.map { $0[keyPath: measure] })
      return value.isNaN ? Feature(name, undefined: reason) : Feature(name, value)
    }
  }
}
