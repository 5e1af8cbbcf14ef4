import Foundation

/// The sigmoid of a profile across an edge, I(x) = I0 + S / (1 + exp(-(x - x0) / W)) (Xu et al., Medical
/// Physics 2012), x growing from the inside to the outside.
public struct SigmoidFit: Sendable, Equatable {
  /// I0, the intensity far inside.
  public var inside: Double
  /// S, the outside's intensity minus the inside's.
  public var step: Double
  /// x0, where the edge lies from the drawn one, outwards, in mm.
  public var offset: Double
  /// W, in mm; from 10 to 90 % of the step it takes 4.394 W.
  public var width: Double
  /// The standard error of W, in mm.
  public var widthError = 0.0
  /// The standard error of x0, in mm.
  public var offsetError = 0.0
  /// The part of the profile's variance that the sigmoid explains, outliers as little as they count.
  public var goodness = 0.0

  /// The slope in the middle of the edge, S / 4W, in intensities per mm.
  public var slope: Double { step / (4 * width) }

  /// The intensity at a place.
  public func value(at x: Double) -> Double {
    inside + step * SigmoidFit.logistic((x - offset) / width)
  }

  static func logistic(_ u: Double) -> Double { 1 / (1 + exp(-u)) }

  /// Fits a profile by least squares with bisquare weights, which leave out what does not belong to
  /// the edge.
  ///
  /// - Parameters:
  ///   - positions: of the samples, in mm, ascending, at least 8.
  ///   - values: the intensities.
  /// - Returns: nil where no sigmoid within the profile's reach fits.
  public init?(positions: [Double], values: [Double]) {
    guard let start = SigmoidFit(startingFor: positions, values) else { return nil }
    self = start
    let widest = positions[positions.count - 1] - positions[0]
    var weights = [Double](repeating: 1, count: values.count)
    // Weights follow the residuals of the fit before.
    for round in 0..<4 {
      guard descend(positions, values, weights, widest: widest) else { return nil }
      if round == 3 { break }
      let residuals = zip(positions, values).map { abs($1 - value(at: $0)) }
      let scale = 4.685 * residuals.sorted()[residuals.count / 2] / 0.6745
      // What fits exactly has no outliers.
      guard scale > 1e-9 * abs(step) else { break }
      weights = residuals.map { residual in
        let u = residual / scale
        return u < 1 ? (1 - u * u) * (1 - u * u) : 0
      }
    }
    judge(positions, values, weights)
    guard width > 0.01, width < widest / 2, offset > positions[0],
      offset < positions[positions.count - 1], step.isFinite
    else { return nil }
  }

  init(inside: Double, step: Double, offset: Double, width: Double) {
    self.inside = inside
    self.step = step
    self.offset = offset
    self.width = width
  }

  /// The best of some widths and offsets, with the levels that then fit best.
  private init?(startingFor positions: [Double], _ values: [Double]) {
    var best: (error: Double, fit: SigmoidFit)?
    let reach = min(-positions[0], positions[positions.count - 1])
    for width in [0.05, 0.12, 0.25, 0.45] {
      for place in [-0.6, -0.3, 0, 0.3, 0.6] {
        var candidate = SigmoidFit(
          inside: 0, step: 1, offset: place * reach, width: width * reach)
        let shape = positions.map { SigmoidFit.logistic(($0 - candidate.offset) / candidate.width) }
        let count = Double(shape.count)
        let (meanShape, mean) = (shape.reduce(0, +) / count, values.reduce(0, +) / count)
        var (variance, covariance) = (0.0, 0.0)
        for (s, v) in zip(shape, values) {
          variance += (s - meanShape) * (s - meanShape)
          covariance += (s - meanShape) * (v - mean)
        }
        guard variance > 0 else { continue }
        candidate.step = covariance / variance
        candidate.inside = mean - candidate.step * meanShape
        let error = zip(positions, values).reduce(0) {
          $0 + ($1.1 - candidate.value(at: $1.0)) * ($1.1 - candidate.value(at: $1.0))
        }
        if error < best?.error ?? .infinity { best = (error, candidate) }
      }
    }
    guard let best, best.fit.step != 0 else { return nil }
    self = best.fit
  }

  /// Levenberg's and Marquardt's descent.
  ///
  /// - Returns: whether it has come to rest.
  private mutating func descend(
    _ positions: [Double], _ values: [Double], _ weights: [Double], widest: Double
  ) -> Bool {
    var damping = 1e-3
    var system = NormalEquations(self, positions, values, weights)
    for _ in 0..<100 {
      guard let change = system.solution(damping: damping) else { return false }
      var next = self
      next.inside += change[0]
      next.step += change[1]
      next.offset += change[2]
      // By its logarithm the width stays positive.
      next.width *= exp(min(max(change[3], -1), 1))
      if next.width < 0.005 || next.width > 4 * widest || abs(next.offset) > 4 * widest {
        return false
      }
      let nextSystem = NormalEquations(next, positions, values, weights)
      if nextSystem.error <= system.error {
        let gain = system.error - nextSystem.error
        self = next
        system = nextSystem
        damping = max(damping / 10, 1e-12)
        let isAtRest =
          abs(change[3]) < 1e-8 && abs(change[2]) < 1e-8 * width
          && abs(change[1]) < 1e-8 * abs(step)
        if isAtRest || gain <= 1e-14 * system.error { return true }
      } else {
        damping *= 10
        // No smaller error nearby: this is the least.
        if damping > 1e8 { return true }
      }
    }
    return false
  }

  /// Standard errors and the goodness of the fit.
  private mutating func judge(_ positions: [Double], _ values: [Double], _ weights: [Double]) {
    let system = NormalEquations(self, positions, values, weights)
    let total = weights.reduce(0, +)
    let mean = zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 } / total
    let spread = zip(values, weights).reduce(0) { $0 + $1.1 * ($1.0 - mean) * ($1.0 - mean) }
    goodness = spread > 0 ? 1 - system.error / spread : 0
    let freedom = Double(weights.filter { $0 > 0 }.count - 4)
    guard freedom > 0, let variances = system.inverseDiagonal() else { return }
    offsetError = (variances[2] * system.error / freedom).squareRoot()
    widthError = width * (variances[3] * system.error / freedom).squareRoot()
  }
}

/// The normal equations of a sigmoid's parameters I0, S, x0 and ln W.
private struct NormalEquations {
  private var matrix = [Double](repeating: 0, count: 16)
  private var right = SIMD4<Double>.zero
  /// The weighted sum of squared residuals.
  private(set) var error = 0.0

  init(_ fit: SigmoidFit, _ positions: [Double], _ values: [Double], _ weights: [Double]) {
    for index in positions.indices where weights[index] > 0 {
      let u = (positions[index] - fit.offset) / fit.width
      let shape = SigmoidFit.logistic(u)
      let slope = fit.step * shape * (1 - shape)
      let gradient = SIMD4(1, shape, -slope / fit.width, -slope * u)
      let residual = values[index] - fit.inside - fit.step * shape
      let weighted = gradient * weights[index]
      right += weighted * residual
      for row in 0..<4 {
        for column in 0..<4 { matrix[4 * row + column] += weighted[row] * gradient[column] }
      }
      error += weights[index] * residual * residual
    }
  }

  /// The change of the parameters; nil where the equations say nothing.
  func solution(damping: Double) -> SIMD4<Double>? {
    var damped = matrix
    for index in 0..<4 { damped[5 * index] *= 1 + damping }
    return NormalEquations.solve(damped, right)
  }

  /// The diagonal of the inverse matrix.
  func inverseDiagonal() -> SIMD4<Double>? {
    var diagonal = SIMD4<Double>.zero
    for index in 0..<4 {
      var unit = SIMD4<Double>.zero
      unit[index] = 1
      guard let column = NormalEquations.solve(matrix, unit) else { return nil }
      diagonal[index] = column[index]
    }
    return diagonal
  }

  /// Solves by Cholesky's decomposition, after scaling the unknowns to equal size.
  private static func solve(_ matrix: [Double], _ right: SIMD4<Double>) -> SIMD4<Double>? {
    var scale = SIMD4<Double>.zero
    for index in 0..<4 {
      guard matrix[5 * index] > 0 else { return nil }
      scale[index] = 1 / matrix[5 * index].squareRoot()
    }
    var lower = [Double](repeating: 0, count: 16)
    for row in 0..<4 {
      for column in 0...row {
        var sum = matrix[4 * row + column] * scale[row] * scale[column]
        for k in 0..<column { sum -= lower[4 * row + k] * lower[4 * column + k] }
        if row == column {
          guard sum > 1e-14 else { return nil }
          lower[5 * row] = sum.squareRoot()
        } else {
          lower[4 * row + column] = sum / lower[5 * column]
        }
      }
    }
    var solution = right * scale
    for row in 0..<4 {
      for k in 0..<row { solution[row] -= lower[4 * row + k] * solution[k] }
      solution[row] /= lower[5 * row]
    }
    for row in (0..<4).reversed() {
      for k in stride(from: row + 1, to: 4, by: 1) {
        solution[row] -= lower[4 * k + row] * solution[k]
      }
      solution[row] /= lower[5 * row]
    }
    return solution * scale
  }
}
