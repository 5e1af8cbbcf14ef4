internal import Foundation

/// The test of whether groups have the same hazard, by the events of each group at each time against
/// those expected (Mantel 1966), weighted over time, and summed over strata.
public struct LogRankTest: Sendable, Equatable {
  /// What the times weigh.
  public enum Weighting: Sendable, Equatable {
    /// All the same.
    case equal
    /// The number at risk (Gehan, Breslow).
    case gehan
    /// The root of the number at risk (Tarone and Ware).
    case taroneWare
    /// The product of 1 - d / (n + 1) up to the time (Peto and Peto).
    case peto
    /// S(t-)^rho (1 - S(t-))^gamma by the curve of all groups (Fleming and Harrington).
    case flemingHarrington(rho: Double, gamma: Double)
  }

  /// The events of each group, weighted over time.
  public let observed: [Double]
  /// Those expected if all groups had the same hazard.
  public let expected: [Double]
  /// The test's statistic.
  public let chiSquared: Double
  /// The number of groups less one.
  public let degreesOfFreedom: Int
  /// The chance of as large a statistic among equal hazards.
  public let pValue: Double

  /// - Parameter groups: a number for each case, in `0..<count` with at least two that occur; the
  ///   data's strata are those of the test, its case weights and covariates are not used.
  /// - Throws: where there are not two groups, or no event.
  public init(
    _ data: SurvivalData, groups: [Int], weighting: Weighting = .equal
  ) throws(SurvivalError) {
    guard groups.count == data.count else {
      throw .differentCounts(what: "groups", found: groups.count, expected: data.count)
    }
    let distinct = Set(groups).sorted()
    guard distinct.count > 1 else {
      throw .tooFew(what: "groups", found: distinct.count, expected: 2)
    }
    guard data.eventCount > 0 else { throw .tooFew(what: "events", found: 0, expected: 1) }
    let numbers = Dictionary(uniqueKeysWithValues: distinct.enumerated().map { ($1, $0) })
    let group = groups.map { numbers[$0]! }
    let k = distinct.count
    var observed = [Double](repeating: 0, count: k)
    var expected = observed
    var covariance = SymmetricMatrix(order: k)
    for range in data.stratumRanges {
      var sums = Sums(groups: k, weighting: weighting)
      sums.add(data, Array(data.order[range]), group)
      for g in 0..<k {
        observed[g] += sums.observed[g]
        expected[g] += sums.expected[g]
      }
      for index in covariance.values.indices { covariance.values[index] += sums.covariance[index] }
    }
    // Groups of which nobody is ever at risk beside others tell nothing.
    let telling = (0..<k).filter { covariance[$0, $0] > 0 }
    guard telling.count > 1 else {
      throw .undefined(
        what: "the log-rank test", reason: "no two groups are at risk at the time of an event")
    }
    let used = Array(telling.dropLast())
    guard case .success(let factor) = covariance.selecting(used).factored() else {
      throw .undefined(
        what: "the log-rank test", reason: "some groups are never at risk beside others")
    }
    let difference = used.map { observed[$0] - expected[$0] }
    chiSquared = zip(difference, factor.solve(difference)).reduce(0) { $0 + $1.0 * $1.1 }
    (self.observed, self.expected) = (observed, expected)
    degreesOfFreedom = used.count
    pValue = Distributions.chiSquaredTail(chiSquared, degreesOfFreedom: used.count)
  }

  /// The sums of one stratum.
  private struct Sums {
    let groups: Int
    let weighting: Weighting
    var observed: [Double]
    var expected: [Double]
    var covariance: [Double]

    init(groups: Int, weighting: Weighting) {
      (self.groups, self.weighting) = (groups, weighting)
      observed = [Double](repeating: 0, count: groups)
      expected = observed
      covariance = [Double](repeating: 0, count: groups * groups)
    }

    mutating func add(_ data: SurvivalData, _ rows: [Int], _ group: [Int]) {
      var atRisk = [Double](repeating: 0, count: groups)
      let byEntry = data.entry.map { entry in rows.sorted { entry[$0] < entry[$1] } }
      if byEntry == nil { for row in rows { atRisk[group[row]] += 1 } }
      var (entered, start) = (0, 0)
      var (survival, peto) = (1.0, 1.0)
      while start < rows.count {
        let time = data.time[rows[start]]
        if let byEntry, let entry = data.entry {
          while entered < byEntry.count, entry[byEntry[entered]] < time {
            atRisk[group[byEntry[entered]]] += 1
            entered += 1
          }
        }
        var events = [Double](repeating: 0, count: groups)
        var end = start
        while end < rows.count, data.time[rows[end]] == time {
          if data.event[rows[end]] { events[group[rows[end]]] += 1 }
          end += 1
        }
        let n = atRisk.reduce(0, +)
        let d = events.reduce(0, +)
        if d > 0 {
          peto *= 1 - d / (n + 1)
          let weight: Double =
            switch weighting {
            case .equal: 1
            case .gehan: n
            case .taroneWare: n.squareRoot()
            case .peto: peto
            case .flemingHarrington(let rho, let gamma):
              pow(survival, rho) * pow(1 - survival, gamma)
            }
          let spread = n > 1 ? weight * weight * d * (n - d) / (n - 1) : 0
          for g in 0..<groups {
            observed[g] += weight * events[g]
            expected[g] += weight * d * atRisk[g] / n
            for h in 0..<groups {
              covariance[g * groups + h] +=
                spread * atRisk[g] / n * ((g == h ? 1 : 0) - atRisk[h] / n)
            }
          }
          survival *= 1 - d / n
        }
        for position in start..<end { atRisk[group[rows[position]]] -= 1 }
        start = end
      }
    }
  }
}
