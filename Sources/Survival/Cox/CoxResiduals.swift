internal import Foundation
internal import Parallel

/// What single cases contribute to a fit.
enum CoxResiduals {
  /// The cases' contributions to the first derivative, column by column (R's score residuals).
  static func scores(
    scan: CoxScan, covariates: Covariates, workers: Workers
  ) -> [[Double]] {
    let means = scan.means(of: covariates, workers: workers)
    let expected = scan.expected()
    let data = scan.data
    return workers.map(covariates.count) { column in
      let mean = means[column * scan.steps.count..<(column + 1) * scan.steps.count]
      let expectedMean = scan.expected { mean[mean.startIndex + $0] }
      var result = data.time.indices.map { row in
        expectedMean[row] - expected[row] * covariates[row, column]
      }
      if let weights = data.weights { for row in weights.indices { result[row] /= weights[row] } }
      for (step, part) in scan.steps.enumerated() {
        let deaths = part.tied.filter { data.event[data.order[$0]] }
        for position in deaths {
          let row = data.order[position]
          // Each of the tied deaths takes its share of each step.
          result[row] +=
            (covariates[row, column] - mean[mean.startIndex + step]) / Double(deaths.count)
        }
      }
      return result
    }
  }

  /// The inverse information times the outer product of the (clusters') scores times the inverse again.
  static func robustCovariance(
    scan: CoxScan, inverse: SymmetricMatrix, workers: Workers
  ) -> SymmetricMatrix {
    let data = scan.data
    let scores = scores(scan: scan, covariates: data.covariates, workers: workers)
    let count = scores.count
    var groups: [Int: Int] = [:]
    let group = data.time.indices.map { row -> Int in
      let key = data.clusters?[row] ?? row
      if let known = groups[key] { return known }
      groups[key] = groups.count
      return groups.count - 1
    }
    var sums = [Double](repeating: 0, count: count * groups.count)
    for column in 0..<count {
      for row in data.time.indices {
        sums[column * groups.count + group[row]] +=
          scores[column][row] * (data.weights?[row] ?? 1)
      }
    }
    let middle = WeightedProduct.of(
      sums, rows: groups.count, columns: count,
      weights: [Double](repeating: 1, count: groups.count), workers: workers)
    var left = SymmetricMatrix(order: count)
    var result = left
    for i in 0..<count {
      for j in 0..<count {
        left[i, j] = (0..<count).reduce(0) { $0 + inverse[i, $1] * middle[$1, j] }
      }
    }
    for i in 0..<count {
      for j in 0..<count {
        result[i, j] = (0..<count).reduce(0) { $0 + left[i, $1] * inverse[$1, j] }
      }
    }
    return result
  }
}
