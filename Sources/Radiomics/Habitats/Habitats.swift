import Foundation
public import Parallel

/// The habitats of a region: clusters of its voxels that look alike in one or more maps (intensities of
/// channels, features of neighbourhoods), by k-means of standardised values.
///
/// Each map is centred and divided by its standard deviation in the region, so that none counts more for
/// its unit. Habitats are numbered by their mean of the first map, the smallest first.
public struct Habitats: Sendable {
  /// A map's values of the region's voxels.
  public struct Map: Sendable {
    /// What the map is, such as `FLAIR`.
    public let name: String
    /// The value of each voxel of the region, in a fixed order.
    public let values: [Double]

    /// Makes a map.
    public init(_ name: String, _ values: [Double]) {
      (self.name, self.values) = (name, values)
    }
  }

  /// What chooses the number of habitats.
  public enum Criterion: String, Sendable, CaseIterable, Codable {
    /// The largest ratio of the variances between and within clusters (Caliński and Harabasz 1974).
    case calinskiHarabasz = "calinski-harabasz"
    /// The smallest Bayesian information criterion of equal spherical Gaussians (Pelleg and Moore 2000).
    case bayesian = "bic"
  }

  /// A number of habitats that was tried.
  public struct Trial: Sendable, Equatable {
    /// The number of habitats.
    public let count: Int
    /// The sum of squared distances from the centres, of standardised values.
    public let inertia: Double
    /// Caliński and Harabasz' criterion: larger is better.
    public let calinskiHarabasz: Double
    /// The Bayesian information criterion: smaller is better.
    public let bayesian: Double
  }

  /// One habitat.
  public struct Habitat: Sendable, Equatable {
    /// The mean of each map.
    public let means: [Double]
    /// The number of its voxels.
    public let voxels: Int
  }

  /// The habitats in the order of their numbers, which begin at 1.
  public let habitats: [Habitat]
  /// The habitat of each voxel, from 1; 0 where a map has no value.
  public let numbers: [UInt16]
  /// The numbers of habitats that were tried.
  public let trials: [Trial]

  /// The most habitats that are sought.
  public static let largestCount = 100

  /// Finds the habitats of a region.
  ///
  /// - Parameters:
  ///   - counts: the numbers of habitats to choose from, 2 to ``largestCount``.
  ///   - seed: of the random numbers that clusters begin with.
  ///   - workers: the threads; results do not depend on them.
  /// - Throws: ``RadiomicsError/unusableRegion(found:expected:)`` for fewer different voxels than habitats,
  ///   ``RadiomicsError/invalidSetting(name:found:expected:)`` for numbers that cannot be.
  /// - Precondition: there is a map, and all have as many values.
  public init(
    of maps: [Map], counts: ClosedRange<Int>, criterion: Criterion = .calinskiHarabasz,
    seed: UInt64 = 0, workers: Workers = .all
  ) throws(RadiomicsError) {
    let total = maps.first?.values.count ?? 0
    precondition(!maps.isEmpty && maps.allSatisfy { $0.values.count == total })
    guard counts.lowerBound >= 2, counts.upperBound <= Habitats.largestCount else {
      throw .invalidSetting(
        name: "habitats", found: "\(counts.lowerBound) to \(counts.upperBound)",
        expected: "2 to \(Habitats.largestCount)")
    }
    let used = (0..<total).filter { voxel in maps.allSatisfy { $0.values[voxel].isFinite } }
    let points = Habitats.standardised(maps, used)
    let distinct = points.distinctCount(upTo: counts.upperBound + 1)
    guard distinct > counts.upperBound else {
      throw .unusableRegion(
        found:
          "\(distinct) different voxels in the maps \(maps.map(\.name).joined(separator: ", "))",
        expected: "more than the \(counts.upperBound) habitats that are sought")
    }
    var best: (clusters: KMeans, trial: Trial)?
    var trials: [Trial] = []
    let spread = points.totalSquares()
    for count in counts {
      let clusters = KMeans(points, count: count, seed: seed, workers: workers)
      let trial = Trial(clusters, points, spread)
      trials.append(trial)
      let isBetter: Bool =
        switch criterion {
        case .calinskiHarabasz:
          trial.calinskiHarabasz > best?.trial.calinskiHarabasz ?? -.infinity
        case .bayesian: trial.bayesian < best?.trial.bayesian ?? .infinity
        }
      if isBetter || best == nil { best = (clusters, trial) }
    }
    self.trials = trials
    guard var clusters = best?.clusters else { preconditionFailure("a range is not empty") }
    clusters.reorder(
      (0..<clusters.centres.count).sorted {
        clusters.centres[$0].lexicographicallyPrecedes(clusters.centres[$1])
      })
    var numbers = [UInt16](repeating: 0, count: total)
    for (point, voxel) in used.enumerated() {
      numbers[voxel] = UInt16(clusters.clusters[point]) + 1
    }
    self.numbers = numbers
    habitats = (1...clusters.centres.count).map { number in
      let members = used.filter { numbers[$0] == number }
      return Habitat(
        means: maps.map { map in
          members.reduce(0) { $0 + map.values[$1] } / Double(max(1, members.count))
        }, voxels: members.count)
    }
  }

  /// The voxels as points; a map of one value tells nothing and is 0.
  private static func standardised(_ maps: [Map], _ used: [Int]) -> PointSet {
    var points = [Double](repeating: 0, count: used.count * maps.count)
    for (axis, map) in maps.enumerated() {
      let values = used.map { map.values[$0] }
      let mean = values.reduce(0, +) / Double(max(1, values.count))
      let variance =
        values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, values.count))
      guard variance > 0 else { continue }
      let deviation = variance.squareRoot()
      for (index, value) in values.enumerated() {
        points[index * maps.count + axis] = (value - mean) / deviation
      }
    }
    return PointSet(dimensions: maps.count, values: points)
  }
}

extension Habitats.Trial {
  /// - Parameter spread: the sum of squared distances of all points from their mean.
  init(_ clusters: KMeans, _ points: PointSet, _ spread: Double) {
    let (n, k) = (Double(points.count), Double(clusters.centres.count))
    let dimensions = Double(points.dimensions)
    count = clusters.centres.count
    inertia = clusters.inertia
    calinskiHarabasz = ((spread - inertia) / (k - 1)) / (inertia / (n - k))
    var members = [Double](repeating: 0, count: count)
    for cluster in clusters.clusters { members[Int(cluster)] += 1 }
    // The likelihood of equal spherical Gaussians, of the variance that is most likely.
    let variance = inertia / (dimensions * (n - k))
    let likelihood =
      members.reduce(0) { $0 + ($1 > 0 ? $1 * log($1 / n) : 0) }
      - n * dimensions / 2 * log(2 * .pi * variance) - dimensions * (n - k) / 2
    bayesian = -2 * likelihood + (k - 1 + dimensions * k + 1) * log(n)
  }
}

extension PointSet {
  /// The number of different points, counted no further than a limit.
  func distinctCount(upTo limit: Int) -> Int {
    var seen: Set<[Double]> = []
    for point in 0..<count {
      seen.insert(self[point])
      if seen.count >= limit { break }
    }
    return seen.count
  }
}
