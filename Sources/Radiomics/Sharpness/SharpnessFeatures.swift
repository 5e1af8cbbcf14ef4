import Foundation
public import Parallel
import Volumes

/// How sharp a lesion's edge is: the family `sharpness`.
public enum SharpnessFeatures {
  /// What a sigmoid says of an edge.
  private static let quantities: [(name: String, value: @Sendable (SigmoidFit) -> Double)] = [
    ("Width", { $0.width }),
    ("Step", { $0.step }),
    ("Offset", { $0.offset }),
    ("Slope", { $0.slope }),
    ("Width1090", { 2 * log(9) * $0.width }),
  ]

  /// What is told of each quantity over the surface.
  private static let summaries = [
    "Mean", "TrimmedMean", "Median", "StandardDeviation", "InterquartileRange", "10Percentile",
    "90Percentile", "Skewness", "Kurtosis", "Entropy",
  ]

  private static let rejections: [(name: String, reason: EdgeProfiles.Rejection)] = [
    ("LowContrastFraction", .lowContrast), ("FailedFitFraction", .failedFit),
    ("OutsideImageFraction", .outsideImage), ("ExcludedFraction", .excluded),
    ("TooThinFraction", .tooThin),
  ]

  /// The names of all features, in order.
  public static var names: [String] {
    quantities.flatMap { quantity in summaries.map { quantity.name + $0 } }
      + [
        "WidthStepCorrelation", "WidthMoranI", "StepMoranI", "GoodnessOfFitMedian",
        "DiscardedFraction",
      ] + rejections.map(\.name) + RimMeasures.names
  }

  /// Computes all features of a lesion.
  ///
  /// - Parameters:
  ///   - image: the scan, or a box of it that reaches beyond the lesion by the profiles' reach.
  ///   - membership: how much each voxel belongs to the lesion, 0 to 1: a mask or a probability.
  ///   - excluded: voxels of other structures that profiles must not touch.
  /// - Throws: ``RadiomicsError`` for settings out of range and an empty lesion.
  public static func compute(
    _ image: Image, membership: [Double], excluded: [Bool]? = nil,
    _ settings: SharpnessSettings = SharpnessSettings(), workers: Workers
  ) throws(RadiomicsError) -> [Feature] {
    try settings.check()
    guard membership.contains(where: { $0 >= 0.5 }) else {
      throw .emptyRegion(what: "the lesion", remedy: "check the mask and the label")
    }
    let surface = EdgeSurface(
      membership, image.geometry, density: settings.density, most: settings.mostProfiles,
      workers: workers)
    let profiles = try EdgeProfiles(
      surface, of: image, membership: membership, excluded: excluded, settings, workers: workers)
    return features(of: profiles)
      + RimMeasures(image, membership: membership).features
  }

  /// The features of sigmoids.
  private static func features(of profiles: EdgeProfiles) -> [Feature] {
    let edges = profiles.edges
    var result: [Feature] = []
    let missing = "no profile has a sigmoid"
    for quantity in quantities {
      guard !edges.isEmpty else {
        result += summaries.map { Feature(quantity.name + $0, undefined: missing) }
        continue
      }
      let values = edges.map { quantity.value($0.fit) }
      let statistics = IntensityStatistics(values)
      let numbers = [
        statistics.mean, trimmedMean(values), statistics.median,
        statistics.variance.squareRoot(), statistics.interquartileRange,
        statistics.percentile10, statistics.percentile90, statistics.skewness,
        statistics.kurtosis ?? .nan, entropy(values, statistics),
      ]
      for (name, value) in zip(summaries, numbers) {
        result.append(
          value.isNaN
            ? Feature(quantity.name + name, undefined: "all values are the same")
            : Feature(quantity.name + name, value))
      }
    }
    let widths = edges.map(\.fit.width)
    let steps = edges.map(\.fit.step)
    let places = edges.map(\.point.place)
    func optional(_ name: String, _ value: Double?, _ reason: String) -> Feature {
      value.map { Feature(name, $0) } ?? Feature(name, undefined: reason)
    }
    let few = "fewer than 8 sigmoids, or none that differ"
    result.append(optional("WidthStepCorrelation", correlation(widths, steps), few))
    let neighbours = edges.count >= 8 ? SurfaceNeighbours(places) : nil
    result.append(optional("WidthMoranI", neighbours?.moranI(widths), few))
    result.append(optional("StepMoranI", neighbours?.moranI(steps), few))
    result.append(
      edges.isEmpty
        ? Feature("GoodnessOfFitMedian", undefined: missing)
        : Feature(
          "GoodnessOfFitMedian", IntensityStatistics(edges.map(\.fit.goodness)).median))
    let total = Double(max(1, profiles.total))
    result.append(Feature("DiscardedFraction", 1 - Double(edges.count) / total))
    for (name, reason) in rejections {
      result.append(Feature(name, Double(profiles.rejected[reason.rawValue]) / total))
    }
    return result
  }

  /// The mean without the lowest and the highest tenth.
  private static func trimmedMean(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let cut = sorted.count / 10
    let kept = sorted[cut..<sorted.count - cut]
    return kept.reduce(0, +) / Double(kept.count)
  }

  /// The entropy in bits of a histogram of 30 bins between the 1st and the 99th percentile.
  private static func entropy(_ values: [Double], _ statistics: IntensityStatistics) -> Double {
    let limits = OrderStatistics(values).percentiles([1, 99])
    guard limits[1] > limits[0] else { return 0 }
    var counts = [Double](repeating: 0, count: 30)
    for value in values {
      let bin = Int((value - limits[0]) / (limits[1] - limits[0]) * 30)
      counts[min(max(bin, 0), 29)] += 1
    }
    return counts.reduce(0) {
      let p = $1 / Double(values.count)
      return p > 0 ? $0 - p * log2(p) : $0
    }
  }

  /// Pearson's correlation; nil where there are few values or one side does not vary.
  private static func correlation(_ a: [Double], _ b: [Double]) -> Double? {
    guard a.count >= 8 else { return nil }
    let count = Double(a.count)
    let (meanA, meanB) = (a.reduce(0, +) / count, b.reduce(0, +) / count)
    var (aa, bb, ab) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      aa += (x - meanA) * (x - meanA)
      bb += (y - meanB) * (y - meanB)
      ab += (x - meanA) * (y - meanB)
    }
    return aa > 0 && bb > 0 ? ab / (aa * bb).squareRoot() : nil
  }
}

/// The nearest points of each point of a surface.
private struct SurfaceNeighbours {
  private let lists: [[Int32]]

  /// - Parameter places: of the points, at least seven.
  init(_ places: [SIMD3<Double>]) {
    // Sorted along the axis on which they are spread most, near points are near in order too.
    let low = places.reduce(places[0]) { pointwiseMin($0, $1) }
    let high = places.reduce(places[0]) { pointwiseMax($0, $1) }
    let spread = high - low
    let axis = (0..<3).max { spread[$0] < spread[$1] } ?? 0
    let order = places.indices.sorted { (places[$0][axis], $0) < (places[$1][axis], $1) }
    var lists = [[Int32]](repeating: [], count: places.count)
    for (position, index) in order.enumerated() {
      var nearest: [(square: Double, index: Int)] = []
      func look(_ other: Int) -> Bool {
        let along = places[other][axis] - places[index][axis]
        if nearest.count == 6, along * along > nearest[5].square { return false }
        let way = places[other] - places[index]
        let square = dot(way, way)
        if nearest.count < 6 || square < nearest[5].square {
          let place = nearest.firstIndex { square < $0.square } ?? nearest.count
          nearest.insert((square, other), at: place)
          if nearest.count > 6 { nearest.removeLast() }
        }
        return true
      }
      var above = position + 1
      while above < order.count, look(order[above]) { above += 1 }
      var below = position - 1
      while below >= 0, look(order[below]) { below -= 1 }
      lists[index] = nearest.map { Int32($0.index) }
    }
    self.lists = lists
  }

  /// Moran's I with weight 1 for each of the six nearest points: 1 where neighbours are alike, about 0
  /// where values are scattered; nil where they do not vary.
  func moranI(_ values: [Double]) -> Double? {
    let mean = values.reduce(0, +) / Double(values.count)
    var (products, pairs) = (0.0, 0.0)
    for (index, neighbours) in lists.enumerated() {
      for other in neighbours {
        products += (values[index] - mean) * (values[Int(other)] - mean)
        pairs += 1
      }
    }
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return variance > 0 && pairs > 0 ? Double(values.count) / pairs * products / variance : nil
  }
}
