import Volumes

/// The histogram of grey levels (IBSI 3.4).
public enum IntensityHistogram {
  /// The 23 features, in the order of their names.
  ///
  /// - Throws: ``RadiomicsError/emptyRegion(what:remedy:)``.
  public static func features(_ levels: DiscretisedRegion) throws(RadiomicsError) -> [Feature] {
    guard levels.voxelCount > 0 else {
      throw .emptyRegion(what: "the intensity mask", remedy: "check the mask and its label")
    }
    let statistics = IntensityStatistics(
      levels.levels.lazy.filter { $0 > 0 }.map { Double($0) })
    let (entropy, uniformity) = FirstOrder.spread(levels.counts, .ibsi)
    let features =
      statistics.ibsiFeatures() + gradients(levels) + [
        Feature("Entropy", entropy), Feature("Uniformity", uniformity),
        Feature("Mode", mode(levels, mean: statistics.mean)),
      ]
    return features.sorted { FeatureNames.precedes($0.name, $1.name) }
  }

  /// The most common level; of several the one next to the mean, and the lower of two that are as near.
  private static func mode(_ levels: DiscretisedRegion, mean: Double) -> Double {
    let most = levels.counts.max() ?? 0
    let candidates = zip(levels.present, levels.counts).filter { $0.1 == most }.map {
      Double($0.0)
    }
    return candidates.min { abs($0 - mean) < abs($1 - mean) } ?? .nan
  }

  /// The largest and smallest slope of the histogram and where they are (IBSI 3.4.20 to 3.4.23).
  private static func gradients(_ levels: DiscretisedRegion) -> [Feature] {
    let names = [
      "MaximumGradient", "MaximumGradientLevel", "MinimumGradient", "MinimumGradientLevel",
    ]
    let count = levels.levelCount
    guard count > 1 else {
      return names.map { Feature($0, undefined: "the region has one grey level") }
    }
    var histogram = [Double](repeating: 0, count: count)
    for (level, voxels) in zip(levels.present, levels.counts) {
      histogram[level - 1] = Double(voxels)
    }
    var (largest, smallest) = (-Double.infinity, Double.infinity)
    var (largestLevel, smallestLevel) = (0, 0)
    for index in 0..<count {
      let (low, high) = (max(0, index - 1), min(count - 1, index + 1))
      let slope = (histogram[high] - histogram[low]) / Double(high - low)
      if slope > largest { (largest, largestLevel) = (slope, index + 1) }
      if slope < smallest { (smallest, smallestLevel) = (slope, index + 1) }
    }
    let values = [largest, Double(largestLevel), smallest, Double(smallestLevel)]
    return zip(names, values).map { Feature($0, $1) }
  }
}
