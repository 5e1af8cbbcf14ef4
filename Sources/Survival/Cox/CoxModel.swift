internal import Foundation
public import Parallel

/// Cox's proportional hazards model (1972): the hazard of a case is the baseline's times
/// exp(x · coefficients).
public struct CoxModel: Sendable {
  /// How deaths at one time are taken.
  public enum Ties: String, Sendable, CaseIterable {
    /// Efron's approximation (1977), the default of R and lifelines.
    case efron
    /// Breslow's (1974), the default of scikit-survival.
    case breslow
  }

  /// How a model is fitted.
  public struct Settings: Sendable {
    /// How deaths at one time are taken.
    public var ties = Ties.efron
    /// lambda of the penalty n lambda / 2 times the sum of squares of the coefficients of standardised
    /// covariates (divisor n - 1), as lifelines' `penalizer`; 0 for none.
    public var ridge = 0.0
    /// Whether the variance is Lin and Wei's (1989), which holds where the model does not; that of
    /// clustered data always is.
    public var isRobust = false
    /// The most of Newton's steps.
    public var iterations = 50

    /// The defaults.
    public init() {}
  }

  /// What the coefficients belong to.
  public let names: [String]
  /// The log hazard ratios for an increase by 1.
  public let coefficients: [Double]
  /// The square roots of the variances in use: robust ones if asked for.
  public let standardErrors: [Double]
  /// The covariance in use, row by row.
  public let covariance: [Double]
  /// The standard errors by the inverse of the information.
  public let modelStandardErrors: [Double]
  /// The log partial likelihood, without penalty.
  public let logLikelihood: Double
  /// The same with all coefficients 0.
  public let nullLogLikelihood: Double
  /// How many of Newton's steps were taken.
  public let iterations: Int
  /// The means of the covariates.
  public let means: [Double]
  /// The settings.
  public let settings: Settings
  /// The inverse of the penalised information.
  let inverseInformation: SymmetricMatrix

  /// Twice the gain in log likelihood over no covariates.
  public var likelihoodRatio: Double { 2 * (logLikelihood - nullLogLikelihood) }
  /// The chance of as large a ratio without effects, one degree of freedom a covariate.
  public var likelihoodRatioPValue: Double {
    Distributions.chiSquaredTail(likelihoodRatio, degreesOfFreedom: names.count)
  }
  /// The chances of coefficients as far from 0 (Wald), by covariate.
  public var pValues: [Double] {
    zip(coefficients, standardErrors).map { Distributions.normalTails($0 / $1) }
  }

  /// The log hazard of each case against one with the mean covariates; the higher, the sooner the event.
  ///
  /// - Throws: where the columns are not the model's.
  public func logHazards(of covariates: Covariates) throws(SurvivalError) -> [Double] {
    guard covariates.names == names else {
      throw .noColumn(
        name: names.first { !covariates.names.contains($0) } ?? names.first ?? "",
        columns: covariates.names)
    }
    let center = zip(means, coefficients).reduce(0) { $0 + $1.0 * $1.1 }
    return covariates.times(coefficients).map { $0 - center }
  }

  /// Fits the model by Newton's method, with half steps where the likelihood falls.
  ///
  /// - Throws: where there is no covariate or event, a column is constant or follows from others, or a
  ///   coefficient has no finite estimate.
  public init(
    fitting data: SurvivalData, settings: Settings = Settings(), workers: Workers = .all
  ) throws(SurvivalError) {
    guard data.eventCount > 0 else { throw .tooFew(what: "events", found: 0, expected: 1) }
    guard data.covariates.count > 0 else {
      throw .tooFew(what: "covariates", found: 0, expected: 1)
    }
    guard settings.ridge >= 0, settings.ridge.isFinite else {
      throw .invalidSetting(
        name: "ridge", found: "\(settings.ridge)", expected: "a finite number from 0")
    }
    let fit = try CoxNewton(data, settings: settings, workers: workers).run()
    let scales = fit.scales
    self.settings = settings
    names = data.covariates.names
    means = data.covariates.means(weights: data.weights)
    coefficients = zip(fit.coefficients, scales).map { $0 / $1 }
    var inverse = fit.inverse
    for i in 0..<names.count {
      for j in 0..<names.count { inverse[i, j] /= scales[i] * scales[j] }
    }
    inverseInformation = inverse
    modelStandardErrors = names.indices.map { inverse[$0, $0].squareRoot() }
    logLikelihood = fit.scan.logLikelihood
    nullLogLikelihood = fit.nullLogLikelihood
    iterations = fit.iterations
    if settings.isRobust || data.clusters != nil {
      let robust = CoxResiduals.robustCovariance(
        scan: fit.scan, inverse: inverse, workers: workers)
      covariance = robust.values
      standardErrors = names.indices.map { robust[$0, $0].squareRoot() }
    } else {
      covariance = inverse.values
      standardErrors = modelStandardErrors
    }
  }
}
