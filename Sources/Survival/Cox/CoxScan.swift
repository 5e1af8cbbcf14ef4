internal import Foundation
internal import Parallel

/// One pass over the risk sets at a linear predictor: the partial likelihood (Cox 1972) and what its
/// derivatives are made of.
///
/// With ties, d deaths of mean weight v make d steps. Step k takes S - f D in place of the sum S over
/// the risk set, D being the sum over the deaths: f = k / d in Efron's approximation (1977), f = 0 in
/// Breslow's (1974). A step's hazard is h = v / (S - f D).
struct CoxScan: Sendable {
  /// A step of the hazard.
  struct Step: Sendable {
    /// The deaths at the step's time, as positions in `SurvivalData.order`.
    let tied: Range<Int>
    /// f.
    let fraction: Double
    /// S - f D.
    let denominator: Double
    /// v.
    let weight: Double
    /// h.
    var hazard: Double { weight / denominator }
  }

  let data: SurvivalData
  let ties: CoxModel.Ties
  /// exp of the linear predictor times the case's weight.
  let risk: [Double]
  private(set) var logLikelihood = 0.0
  private(set) var steps: [Step] = []
  /// Which of `steps` each stratum has.
  private(set) var stepRanges: [Range<Int>] = []
  /// Cases of each stratum by entry.
  let entryOrder: [[Int]]

  init(_ data: SurvivalData, ties: CoxModel.Ties, predictor: [Double]) {
    self.data = data
    self.ties = ties
    // A common factor cancels; without it exp might overflow.
    let shift = predictor.max() ?? 0
    risk = predictor.indices.map { exp(predictor[$0] - shift) * (data.weights?[$0] ?? 1) }
    entryOrder = data.stratumRanges.map { range in
      guard let entry = data.entry else { return [] }
      return data.order[range].sorted { entry[$0] > entry[$1] }
    }
    for (stratum, range) in data.stratumRanges.enumerated() {
      scan(range, entering: entryOrder[stratum], predictor: predictor, shift: shift)
    }
  }

  private mutating func scan(
    _ range: Range<Int>, entering: [Int], predictor: [Double], shift: Double
  ) {
    let first = steps.count
    var (sum, end, next) = (0.0, range.upperBound, 0)
    while end > range.lowerBound {
      let time = data.time[data.order[end - 1]]
      var start = end
      var (deaths, deathRisk, deathWeight) = (0, 0.0, 0.0)
      var (latest, predicted) = (0.0, 0.0)
      while start > range.lowerBound, data.time[data.order[start - 1]] == time {
        start -= 1
        let row = data.order[start]
        latest += risk[row]
        if data.event[row] {
          let weight = data.weights?[row] ?? 1
          deaths += 1
          deathRisk += risk[row]
          deathWeight += weight
          predicted += weight * (predictor[row] - shift)
        }
      }
      sum += latest
      if let entry = data.entry {
        while next < entering.count, entry[entering[next]] >= time {
          sum -= risk[entering[next]]
          next += 1
        }
      }
      if deaths > 0 {
        logLikelihood += predicted
        let weight = deathWeight / Double(deaths)
        for k in 0..<deaths {
          let fraction = ties == .efron ? Double(k) / Double(deaths) : 0
          let denominator = sum - fraction * deathRisk
          logLikelihood -= weight * log(denominator)
          steps.append(
            Step(tied: start..<end, fraction: fraction, denominator: denominator, weight: weight))
        }
      }
      end = start
    }
    stepRanges.append(first..<steps.count)
  }

  /// For each case, the sum over the steps at which it is at risk of h times `factor`, less the tied
  /// fraction where the case dies, times its risk. With factors of 1 it is the expected number of events.
  func expected(factor: (_ step: Int) -> Double = { _ in 1 }) -> [Double] {
    var result = [Double](repeating: 0, count: data.count)
    for (stratum, range) in data.stratumRanges.enumerated() {
      var cumulative = 0.0
      // From early to late; steps are kept from late to early.
      var step = stepRanges[stratum].upperBound - 1
      let lowest = stepRanges[stratum].lowerBound
      var late = entryOrder[stratum].count - 1
      func enter(before time: Double) {
        guard let entry = data.entry else { return }
        while late >= 0, entry[entryOrder[stratum][late]] < time {
          result[entryOrder[stratum][late]] -= cumulative
          late -= 1
        }
      }
      var position = range.lowerBound
      while position < range.upperBound {
        let time = data.time[data.order[position]]
        enter(before: time)
        var end = position
        while end < range.upperBound, data.time[data.order[end]] == time { end += 1 }
        var tied = 0.0
        while step >= lowest, steps[step].tied.lowerBound == position {
          let hazard = steps[step].hazard * factor(step)
          cumulative += hazard
          tied += hazard * steps[step].fraction
          step -= 1
        }
        for index in position..<end {
          let row = data.order[index]
          result[row] += cumulative - (data.event[row] ? tied : 0)
        }
        position = end
      }
    }
    for row in result.indices { result[row] *= risk[row] }
    return result
  }

  /// The mean of a column over the risk set of each step.
  func means(of column: UnsafeBufferPointer<Double>) -> [Double] {
    var means = [Double](repeating: 0, count: steps.count)
    for (stratum, range) in data.stratumRanges.enumerated() {
      var (sum, end, next) = (0.0, range.upperBound, 0)
      let entering = entryOrder[stratum]
      var step = stepRanges[stratum].lowerBound
      while step < stepRanges[stratum].upperBound {
        let tied = steps[step].tied
        while end > tied.lowerBound {
          end -= 1
          let row = data.order[end]
          sum += risk[row] * column[row]
        }
        if let entry = data.entry {
          let time = data.time[data.order[tied.lowerBound]]
          while next < entering.count, entry[entering[next]] >= time {
            sum -= risk[entering[next]] * column[entering[next]]
            next += 1
          }
        }
        var deaths = 0.0
        for index in tied where data.event[data.order[index]] {
          deaths += risk[data.order[index]] * column[data.order[index]]
        }
        while step < stepRanges[stratum].upperBound, steps[step].tied == tied {
          means[step] = (sum - steps[step].fraction * deaths) / steps[step].denominator
          step += 1
        }
      }
    }
    return means
  }

  /// The means of all columns, one column after another.
  func means(of covariates: Covariates, workers: Workers) -> [Double] {
    Array(
      workers.map(covariates.count) { index in
        covariates.values.withUnsafeBufferPointer {
          means(
            of: UnsafeBufferPointer(
              rebasing: $0[index * covariates.rows..<(index + 1) * covariates.rows]))
        }
      }.joined())
  }

  /// The first derivative of the log likelihood.
  func gradient(of covariates: Covariates, expected: [Double]) -> [Double] {
    (0..<covariates.count).map { index in
      var sum = 0.0
      for (row, value) in covariates[column: index].enumerated() {
        let observed = data.event[row] ? data.weights?[row] ?? 1 : 0
        sum += (observed - expected[row]) * value
      }
      return sum
    }
  }

  /// The second derivative of the log likelihood, less its sign, with each step times its factor.
  ///
  /// Summed over steps, the second moments are one product of the covariates weighted by their expected
  /// events; the means take a second product.
  func information(
    of covariates: Covariates, means: [Double], workers: Workers,
    factor: (_ step: Int) -> Double = { _ in 1 }
  ) -> SymmetricMatrix {
    var result = WeightedProduct.of(
      covariates.values, rows: covariates.rows, columns: covariates.count,
      weights: expected(factor: factor), workers: workers)
    let product = WeightedProduct.of(
      means, rows: steps.count, columns: covariates.count,
      weights: steps.indices.map { steps[$0].weight * factor($0) }, workers: workers)
    for index in result.values.indices { result.values[index] -= product.values[index] }
    return result
  }
}
