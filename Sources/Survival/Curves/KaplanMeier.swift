internal import Foundation

/// Kaplan and Meier's estimate (1958) of the chance to be without the event, with Greenwood's variance.
public struct KaplanMeier: Sendable, Equatable {
  /// How an interval is formed about the estimate S.
  public enum Interval: String, Sendable, CaseIterable {
    /// About log(-log S): stays within 0 and 1 and does not depend on the scale of time.
    case logLog
    /// About log S, R's default.
    case log
    /// About S itself.
    case plain
  }

  /// The distinct times of events and of censoring, ascending.
  public let times: [Double]
  /// The weight at risk just before each time.
  public let atRisk: [Double]
  /// The weight of the events at each time.
  public let events: [Double]
  /// The weight of the cases censored at each time.
  public let censored: [Double]
  /// The estimate from each time to the next.
  public let survival: [Double]
  /// Greenwood's estimate of the variance of log S: the sum of d / (n (n - d)).
  public let logVariance: [Double]
  /// The lower ends of the interval; NaN where S is 0.
  public let lower: [Double]
  /// The upper ends of the interval; NaN where S is 0.
  public let upper: [Double]

  /// The curve of all cases, whatever their strata.
  ///
  /// - Parameter level: the confidence level of the interval, within 0 and 1.
  /// - Throws: where the level is not.
  public init(
    _ data: SurvivalData, interval: Interval = .logLog, level: Double = 0.95
  ) throws(SurvivalError) {
    guard level > 0, level < 1 else {
      throw .invalidSetting(
        name: "confidence level", found: "\(level)", expected: "a number between 0 and 1")
    }
    let table = EventTable(data)
    (times, atRisk, events, censored) = (table.times, table.atRisk, table.events, table.censored)
    let quantile = Distributions.normalQuantile((1 + level) / 2)
    var (survival, logVariance, lower, upper): ([Double], [Double], [Double], [Double]) =
      ([], [], [], [])
    var (current, sum) = (1.0, 0.0)
    for (n, d) in zip(table.atRisk, table.events) {
      if d > 0 {
        current *= n > d ? 1 - d / n : 0
        sum += n > d ? d / (n * (n - d)) : .infinity
      }
      survival.append(current)
      logVariance.append(sum)
      let error = sum.squareRoot()
      switch interval {
      case _ where current == 0:
        lower.append(.nan)
        upper.append(.nan)
      case _ where current == 1:
        lower.append(1)
        upper.append(1)
      case .logLog:
        let spread = quantile * error / Foundation.log(current)
        lower.append(pow(current, exp(-spread)))
        upper.append(pow(current, exp(spread)))
      case .log:
        lower.append(current * exp(-quantile * error))
        upper.append(min(1, current * exp(quantile * error)))
      case .plain:
        lower.append(max(0, current * (1 - quantile * error)))
        upper.append(min(1, current * (1 + quantile * error)))
      }
    }
    (self.survival, self.logVariance, self.lower, self.upper) = (
      survival, logVariance, lower, upper
    )
  }

  /// The estimate at a time; 1 before the first.
  public func survival(at time: Double) -> Double {
    EventTable.step(survival, over: times, at: time, initial: 1)
  }

  /// The standard error of S at each time.
  public var standardErrors: [Double] {
    zip(survival, logVariance).map { $0 == 0 ? .nan : $0 * $1.squareRoot() }
  }

  /// The first time at which S is at most `chance`, and the same of the ends of the interval (Brookmeyer
  /// and Crowley 1982); nil where it stays above.
  public func quantile(_ chance: Double) -> (time: Double?, lower: Double?, upper: Double?) {
    func first(_ values: [Double]) -> Double? {
      // A product of fractions may miss a half by its last digit.
      values.firstIndex { $0 <= chance + 1e-12 }.map { times[$0] }
    }
    // The curve that has reached 0 has no interval; the time is known where the interval below was.
    return (first(survival), first(lower), first(upper))
  }

  /// The time by which half have had the event, with its interval.
  public var median: (time: Double?, lower: Double?, upper: Double?) { quantile(0.5) }

  /// The mean time without the event up to `horizon`, the area under the curve, and its standard error.
  ///
  /// - Throws: where the horizon is not above 0, or the curve ends above 0 before it.
  public func restrictedMean(
    to horizon: Double
  ) throws(SurvivalError) -> (mean: Double, standardError: Double) {
    guard horizon > 0, horizon.isFinite else {
      throw .invalidSetting(name: "horizon", found: "\(horizon)", expected: "a time above 0")
    }
    guard let last = times.last, horizon <= last || survival.last == 0 else {
      throw .undefined(
        what: "the restricted mean to \(horizon)",
        reason: "the last case was seen at \(times.last ?? 0); choose a horizon up to then")
    }
    var area = 0.0
    var variance = 0.0
    var end = horizon
    for index in times.indices.reversed() where times[index] < horizon {
      area += survival[index] * (end - times[index])
      end = times[index]
      let (n, d) = (atRisk[index], events[index])
      if d > 0, n > d { variance += area * area * d / (n * (n - d)) }
    }
    return (area + end, variance.squareRoot())
  }
}
