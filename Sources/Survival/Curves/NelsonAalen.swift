/// Nelson and Aalen's estimate of the cumulative hazard: the sum of d / n, with the variance d / n².
public struct NelsonAalen: Sendable, Equatable {
  /// The distinct times of events and of censoring, ascending.
  public let times: [Double]
  /// The estimate from each time to the next.
  public let cumulativeHazard: [Double]
  /// Its variance.
  public let variance: [Double]

  /// The estimate of all cases, whatever their strata.
  public init(_ data: SurvivalData) {
    let table = EventTable(data)
    var (hazard, variance): ([Double], [Double]) = ([], [])
    for (n, d) in zip(table.atRisk, table.events) {
      hazard.append((hazard.last ?? 0) + (d > 0 ? d / n : 0))
      variance.append((variance.last ?? 0) + (d > 0 ? d / (n * n) : 0))
    }
    (times, cumulativeHazard, self.variance) = (table.times, hazard, variance)
  }
}
