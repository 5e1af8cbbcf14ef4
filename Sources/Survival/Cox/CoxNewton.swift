internal import Foundation
internal import Parallel

/// Newton's method on the penalised partial likelihood of standardised covariates.
struct CoxNewton {
  struct Fit {
    let coefficients: [Double]
    let scales: [Double]
    let scan: CoxScan
    let inverse: SymmetricMatrix
    let nullLogLikelihood: Double
    let iterations: Int
  }

  let data: SurvivalData
  let settings: CoxModel.Settings
  let workers: Workers
  private let covariates: Covariates
  private let scales: [Double]
  private let penalty: Double

  init(
    _ data: SurvivalData, settings: CoxModel.Settings, workers: Workers
  ) throws(SurvivalError) {
    (self.data, self.settings, self.workers) = (data, settings, workers)
    let means = data.covariates.means()
    var scales: [Double] = []
    for (index, name) in data.covariates.names.enumerated() {
      let column = data.covariates[column: index]
      let first = column.first ?? 0
      guard column.contains(where: { $0 != first }) else {
        throw .unusableColumn(
          name: name, found: "has the one value \(first)", remedy: "leave it out")
      }
      var sum = 0.0
      for value in column { sum += (value - means[index]) * (value - means[index]) }
      let scale = (sum / Double(data.count - 1)).squareRoot()
      guard scale.isFinite, scale > 1e-300, means[index].isFinite else {
        throw .unusableColumn(
          name: name, found: "has values whose variance cannot be computed",
          remedy: "express it in another unit")
      }
      scales.append(scale)
    }
    self.scales = scales
    covariates = data.covariates.standardized(centers: means, scales: scales)
    penalty = settings.ridge * Double(data.count)
  }

  private func scan(_ coefficients: [Double]) -> CoxScan {
    var predictor = covariates.times(coefficients)
    if let offset = data.offset { for row in offset.indices { predictor[row] += offset[row] } }
    return CoxScan(data, ties: settings.ties, predictor: predictor)
  }

  private func objective(_ scan: CoxScan, _ coefficients: [Double]) -> Double {
    scan.logLikelihood - penalty / 2 * coefficients.reduce(0) { $0 + $1 * $1 }
  }

  private func information(_ scan: CoxScan) -> SymmetricMatrix {
    var information = scan.information(
      of: covariates, means: scan.means(of: covariates, workers: workers), workers: workers)
    for index in 0..<covariates.count { information[index, index] += penalty }
    return information
  }

  func run() throws(SurvivalError) -> Fit {
    var coefficients = [Double](repeating: 0, count: covariates.count)
    var current = scan(coefficients)
    let null = current.logLikelihood
    var value = null
    var first: SymmetricMatrix?
    for iteration in 1...max(1, settings.iterations) {
      let information = information(current)
      if first == nil { first = information }
      let factor = try factored(information, first: first)
      var gradient = current.gradient(of: covariates, expected: current.expected())
      for index in gradient.indices { gradient[index] -= penalty * coefficients[index] }
      let step = factor.solve(gradient)
      // Twice the gain that a quadratic likelihood would have.
      let decrement = zip(step, gradient).reduce(0) { $0 + $1.0 * $1.1 }
      if decrement < 1e-15 * max(1, abs(value)) {
        try refuseMonotone(coefficients, information, first: first)
        return Fit(
          coefficients: coefficients, scales: scales, scan: current, inverse: factor.inverse,
          nullLogLikelihood: null, iterations: iteration - 1)
      }
      var length = 1.0
      for attempt in 0... {
        let trial = zip(coefficients, step).map { $0 + length * $1 }
        let next = scan(trial)
        let nextValue = objective(next, trial)
        if nextValue.isFinite, nextValue >= value - 1e-12 * abs(value) {
          (coefficients, current, value) = (trial, next, nextValue)
          break
        }
        guard attempt < 40 else {
          throw .notConverged(what: "Cox's model", iterations: iteration)
        }
        length /= 2
      }
    }
    try refuseMonotone(coefficients, information(current), first: first)
    throw .notConverged(what: "Cox's model", iterations: settings.iterations)
  }

  private func factored(
    _ information: SymmetricMatrix, first: SymmetricMatrix?
  ) throws(SurvivalError) -> CholeskyFactor {
    switch information.factored() {
    case .success(let factor): return factor
    case .failure(let deficient):
      if let first, case .success = first.factored() {
        throw .monotoneLikelihood(column: covariates.names[deficient.index])
      }
      // What the column is made of: its regression on those before it.
      let before = Array(0..<deficient.index)
      var others: [String] = []
      if information[deficient.index, deficient.index] > 1e-9,
        case .success(let factor) = information.selecting(before).factored()
      {
        let parts = factor.solve(before.map { information[$0, deficient.index] })
        others = before.filter { abs(parts[$0]) > 1e-6 }.map { covariates.names[$0] }
      }
      throw .collinear(column: covariates.names[deficient.index], others: others)
    }
  }

  /// A likelihood without a maximum flattens as a coefficient grows: the information falls to nothing.
  private func refuseMonotone(
    _ coefficients: [Double], _ information: SymmetricMatrix, first: SymmetricMatrix?
  ) throws(SurvivalError) {
    guard let first, penalty == 0 else { return }
    for index in coefficients.indices
    where abs(coefficients[index]) > 3 && information[index, index] < 1e-5 * first[index, index] {
      throw .monotoneLikelihood(column: covariates.names[index])
    }
  }
}
