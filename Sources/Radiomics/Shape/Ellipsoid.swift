import Foundation
import Volumes

/// An ellipsoid, by its semi-axes.
struct Ellipsoid {
  /// In millimetres.
  let axes: SIMD3<Double>

  var volume: Double { 4 / 3 * Double.pi * axes.x * axes.y * axes.z }

  /// The area of the surface by the series of IBSI's manual (3.1.22), to the 20th term. It falls short of
  /// the exact area, but reference values are by it.
  var area: Double {
    let (a, b, c) = (axes.max(), axes.sum() - axes.max() - axes.min(), axes.min())
    guard a > 0 else { return 0 }
    let (alpha, beta) = (1 - b * b / (a * a), 1 - c * c / (a * a))
    // Legendre's polynomials times the powers of the product of both eccentricities.
    let (half, product) = ((alpha + beta) / 2, alpha * beta)
    var (last, current) = (1.0, half)
    var sum = 1 - half / 3
    for order in 1..<20 {
      let n = Double(order)
      (last, current) = (
        current, ((2 * n + 1) * half * current - n * product * last) / (n + 1)
      )
      sum += current / (1 - 4 * (n + 1) * (n + 1))
    }
    return 4 * Double.pi * a * b * sum
  }

  init(axes: SIMD3<Double>) { self.axes = axes }

  /// The smallest ellipsoid around points, to one part in 10^4 (Khachiyan's algorithm, with the steps of
  /// Kumar and Yildirim 2005 towards and away from points); nil where they are in a plane.
  init?(around points: [SIMD3<Double>]) {
    let mean = points.reduce(.zero, +) / Double(points.count)
    let points = points.map { $0 - mean }
    let count = points.count
    guard count > 3 else { return nil }
    var weights = [Double](repeating: 1 / Double(count), count: count)
    for _ in 0..<20_000 {
      guard let form = Lifted(points, weights) else { return nil }
      let distances = points.map(form.distance)
      var (farthest, nearest) = (0, -1)
      for index in 0..<count {
        if distances[index] > distances[farthest] { farthest = index }
        if weights[index] > 1e-12, nearest < 0 || distances[index] < distances[nearest] {
          nearest = index
        }
      }
      let dimensions = 4.0
      let excess = distances[farthest] / dimensions - 1
      let lack = 1 - distances[nearest] / dimensions
      guard max(excess, lack) > 1e-5 else { break }
      let isAway = lack > excess
      let index = isAway ? nearest : farthest
      let distance = distances[index]
      var step = (distance - dimensions) / (dimensions * (distance - 1))
      if isAway { step = max(step, -weights[index] / (1 - weights[index])) }
      for other in 0..<count { weights[other] *= 1 - step }
      weights[index] = max(0, weights[index] + step)
    }
    // The shape: 3 times the weighted covariance, widened to hold all points.
    let centre = zip(points, weights).reduce(SIMD3<Double>.zero) { $0 + $1.0 * $1.1 }
    var covariance = [SIMD3<Double>](repeating: .zero, count: 3)
    for (point, weight) in zip(points, weights) {
      let difference = point - centre
      for column in 0..<3 { covariance[column] += difference * (difference[column] * weight) }
    }
    let principal = PrincipalAxes(covariance: covariance)
    let variances = principal.variances
    guard variances[0] > 0 else { return nil }
    let farthest = points.reduce(0.0) { largest, point in
      let difference = point - centre
      let distance = (0..<3).reduce(0.0) { sum, axis in
        let along = dot(difference, principal.axes[axis])
        return sum + along * along / variances[axis]
      }
      return max(largest, distance)
    }
    axes = SIMD3(
      (variances[0] * farthest).squareRoot(), (variances[1] * farthest).squareRoot(),
      (variances[2] * farthest).squareRoot())
  }

  /// The inverse of the weighted sum of the squares of points with a fourth coordinate of 1.
  private struct Lifted {
    private let centre: SIMD3<Double>
    private let inverse: [SIMD3<Double>]

    init?(_ points: [SIMD3<Double>], _ weights: [Double]) {
      let centre = zip(points, weights).reduce(SIMD3<Double>.zero) { $0 + $1.0 * $1.1 }
      var columns = [SIMD3<Double>](repeating: .zero, count: 3)
      for (point, weight) in zip(points, weights) {
        let difference = point - centre
        for column in 0..<3 { columns[column] += difference * (difference[column] * weight) }
      }
      let determinant = dot(columns[0], cross(columns[1], columns[2]))
      guard determinant > 0 else { return nil }
      self.centre = centre
      inverse = [
        cross(columns[1], columns[2]) / determinant, cross(columns[2], columns[0]) / determinant,
        cross(columns[0], columns[1]) / determinant,
      ]
    }

    /// One more than the squared distance by the covariance.
    func distance(_ point: SIMD3<Double>) -> Double {
      let difference = point - centre
      let turned = SIMD3(
        dot(inverse[0], difference), dot(inverse[1], difference), dot(inverse[2], difference))
      return 1 + dot(difference, turned)
    }
  }
}
