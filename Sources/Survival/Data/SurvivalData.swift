/// Cases followed over time: when each was last seen, and whether the event happened then.
///
/// A case is at risk at time t where entry < t <= time, as in R's `Surv(start, stop, event)`.
public struct SurvivalData: Sendable {
  /// When each case came under observation; from the beginning where nil.
  public let entry: [Double]?
  /// When each case had the event or was last seen, from 0, in any unit.
  public let time: [Double]
  /// Whether the event happened at `time`; otherwise the case is censored then.
  public let event: [Bool]
  /// How much each case counts, above 0; 1 where nil.
  public let weights: [Double]?
  /// A number for each case; cases of different numbers are never compared.
  public let strata: [Int]?
  /// A number for each case; cases of one number are not independent.
  public let clusters: [Int]?
  /// Known parts of the linear predictor; 0 where nil.
  public let offset: [Double]?
  /// What is known of each case.
  public let covariates: Covariates

  /// The cases by stratum, then by time; cases of equal time as in the table.
  let order: [Int]
  /// Where each stratum lies in `order`.
  let stratumRanges: [Range<Int>]

  /// How many cases there are.
  public var count: Int { time.count }
  /// How many events there are.
  public var eventCount: Int { event.count { $0 } }

  /// - Throws: where there is no case, lists differ in length, or a value cannot be used: a time that is
  ///   negative or not finite, an entry not before its time, a weight not above 0.
  public init(
    entry: [Double]? = nil, time: [Double], event: [Bool], weights: [Double]? = nil,
    strata: [Int]? = nil, clusters: [Int]? = nil, offset: [Double]? = nil,
    covariates: Covariates? = nil
  ) throws(SurvivalError) {
    let count = time.count
    guard count > 0 else { throw .tooFew(what: "cases", found: 0, expected: 1) }
    for (what, found) in [
      ("entry", entry?.count), ("event", event.count), ("weights", weights?.count),
      ("strata", strata?.count), ("clusters", clusters?.count), ("offset", offset?.count),
      ("covariates", covariates.flatMap { $0.count == 0 ? nil : $0.rows }),
    ] {
      guard let found, found != count else { continue }
      throw .differentCounts(what: what, found: found, expected: count)
    }
    func check(
      _ name: String, _ values: [Double]?, _ expected: String,
      _ isFine: (_ row: Int, _ value: Double) -> Bool
    ) throws(SurvivalError) {
      guard let values else { return }
      for (row, value) in values.enumerated() where !(value.isFinite && isFine(row, value)) {
        throw .unusableValue(column: name, row: row + 1, found: "\(value)", expected: expected)
      }
    }
    try check("time", time, "a number from 0") { $1 >= 0 }
    try check("entry", entry, "a number before the case's time") { $1 < time[$0] }
    try check("weights", weights, "a number above 0") { $1 > 0 }
    try check("offset", offset, "a finite number") { _, _ in true }
    self.entry = entry
    self.time = time
    self.event = event
    self.weights = weights
    self.strata = strata
    self.clusters = clusters
    self.offset = offset
    self.covariates = covariates.flatMap { $0.count == 0 ? nil : $0 } ?? Covariates(rows: count)
    let order = (0..<count).sorted { a, b in
      if let strata, strata[a] != strata[b] { return strata[a] < strata[b] }
      return time[a] != time[b] ? time[a] < time[b] : a < b
    }
    var ranges: [Range<Int>] = []
    var start = 0
    for position in 1...count
    where position == count
      || strata.map({ $0[order[position]] != $0[order[start]] }) ?? false
    {
      ranges.append(start..<position)
      start = position
    }
    self.order = order
    stratumRanges = ranges
  }

  /// Some cases, in the order given; a case may come more than once.
  ///
  /// - Throws: where no case is chosen.
  public func selecting(rows: [Int]) throws(SurvivalError) -> SurvivalData {
    try SurvivalData(
      entry: entry.map { values in rows.map { values[$0] } }, time: rows.map { time[$0] },
      event: rows.map { event[$0] }, weights: weights.map { values in rows.map { values[$0] } },
      strata: strata.map { values in rows.map { values[$0] } },
      clusters: clusters.map { values in rows.map { values[$0] } },
      offset: offset.map { values in rows.map { values[$0] } },
      covariates: covariates.selecting(rows: rows))
  }
}
