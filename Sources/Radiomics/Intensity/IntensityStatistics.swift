/// What intensities or grey levels of a region are like, wherever they lie (IBSI 3.3 and 3.4).
struct IntensityStatistics {
  var mean = 0.0
  var variance = 0.0
  /// Third standardised moment; 0 for values that are all the same.
  var skewness = 0.0
  /// Fourth standardised moment, 3 for a normal distribution; nil for values that are all the same.
  var kurtosis: Double?
  var median = 0.0
  var minimum = 0.0
  var maximum = 0.0
  var percentile10 = 0.0
  var percentile25 = 0.0
  var percentile75 = 0.0
  var percentile90 = 0.0
  var meanAbsoluteDeviation = 0.0
  /// The mean absolute deviation of what lies between the percentiles 10 and 90, from its mean.
  var robustMeanAbsoluteDeviation = 0.0
  /// The mean absolute deviation from the median.
  var medianAbsoluteDeviation = 0.0

  var interquartileRange: Double { percentile75 - percentile25 }
  var range: Double { maximum - minimum }

  /// - Precondition: there is at least one value, and all are finite.
  init(_ values: [Double]) {
    let order = OrderStatistics(values)
    let percentiles = order.percentiles([10, 25, 50, 75, 90])
    (minimum, maximum) = (order.minimum, order.maximum)
    (percentile10, percentile25, median) = (percentiles[0], percentiles[1], percentiles[2])
    (percentile75, percentile90) = (percentiles[3], percentiles[4])
    let count = Double(values.count)
    // Exact where all are the same, so that no rounding looks like a deviation.
    mean = minimum == maximum ? minimum : values.reduce(0, +) / count
    var (second, third, fourth) = (0.0, 0.0, 0.0)
    var (fromMean, fromMedian) = (0.0, 0.0)
    var (inner, innerSum) = (0, 0.0)
    for value in values {
      let deviation = value - mean
      let square = deviation * deviation
      second += square
      third += square * deviation
      fourth += square * square
      fromMean += abs(deviation)
      fromMedian += abs(value - median)
      if value >= percentile10, value <= percentile90 {
        inner += 1
        innerSum += value
      }
    }
    variance = second / count
    if variance > 0 {
      skewness = third / count / (variance * variance.squareRoot())
      kurtosis = fourth / count / (variance * variance)
    }
    meanAbsoluteDeviation = fromMean / count
    medianAbsoluteDeviation = fromMedian / count
    // Two values have none between their percentiles.
    guard inner > 0 else {
      robustMeanAbsoluteDeviation = .nan
      return
    }
    let innerMean = minimum == maximum ? minimum : innerSum / Double(inner)
    var fromInnerMean = 0.0
    for value in values where value >= percentile10 && value <= percentile90 {
      fromInnerMean += abs(value - innerMean)
    }
    robustMeanAbsoluteDeviation = fromInnerMean / Double(inner)
  }

  /// The statistics that IBSI defines of intensities and of levels alike, by name.
  func ibsiFeatures() -> [Feature] {
    let quartiles = percentile75 + percentile25
    return [
      Feature("10Percentile", percentile10),
      Feature("90Percentile", percentile90),
      mean == 0
        ? Feature("CoefficientOfVariation", undefined: "the mean is 0")
        : Feature("CoefficientOfVariation", variance.squareRoot() / mean),
      Feature("InterquartileRange", interquartileRange),
      // In excess of the normal distribution's; 0 where nothing varies.
      Feature("Kurtosis", kurtosis.map { $0 - 3 } ?? 0),
      Feature("Maximum", maximum),
      Feature("Mean", mean),
      Feature("MeanAbsoluteDeviation", meanAbsoluteDeviation),
      Feature("Median", median),
      Feature("MedianAbsoluteDeviation", medianAbsoluteDeviation),
      Feature("Minimum", minimum),
      quartiles == 0
        ? Feature("QuartileCoefficientOfDispersion", undefined: "the quartiles' sum is 0")
        : Feature("QuartileCoefficientOfDispersion", interquartileRange / quartiles),
      Feature("Range", range),
      robustFeature,
      Feature("Skewness", skewness),
      Feature("Variance", variance),
    ]
  }

  var robustFeature: Feature {
    robustMeanAbsoluteDeviation.isNaN
      ? Feature(
        "RobustMeanAbsoluteDeviation",
        undefined: "no intensity lies between the percentiles 10 and 90")
      : Feature("RobustMeanAbsoluteDeviation", robustMeanAbsoluteDeviation)
  }
}
