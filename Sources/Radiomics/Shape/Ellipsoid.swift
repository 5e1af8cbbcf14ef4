import Foundation

/// An ellipsoid, by its semi-axes.
struct Ellipsoid {
  /// In millimetres.
  let axes: SIMD3<Double>

  var volume: Double { 4 / 3 * Double.pi * axes.x * axes.y * axes.z }

  /// The area of the surface: 4 pi R_G(a²b², a²c², b²c²), Carlson's symmetric integral (DLMF 19.33.2).
  var area: Double {
    let squares = axes * axes
    let products = [squares.x * squares.y, squares.x * squares.z, squares.y * squares.z].sorted()
    let (x, y, z) = (products[0], products[1], products[2])
    guard z > 0 else { return 0 }
    // A flat ellipsoid has two sides of an ellipse.
    guard y > 0 else { return 2 * Double.pi * z.squareRoot() }
    let first = Ellipsoid.firstKind(x, y, z)
    let second = Ellipsoid.secondKind(x, y, z)
    let integral =
      (z * first - (z - x) * (z - y) * second / 3 + (x * y / z).squareRoot()) / 2
    return 4 * Double.pi * integral
  }

  /// Carlson's R_F (DLMF 19.36).
  private static func firstKind(_ x: Double, _ y: Double, _ z: Double) -> Double {
    var (x, y, z) = (x, y, z)
    var mean = (x + y + z) / 3
    for _ in 0..<100 {
      let spread = max(abs(mean - x), abs(mean - y), abs(mean - z))
      guard spread > 1e-3 * mean else { break }
      let root = (x * y).squareRoot() + (x * z).squareRoot() + (y * z).squareRoot()
      (x, y, z) = ((x + root) / 4, (y + root) / 4, (z + root) / 4)
      mean = (x + y + z) / 3
    }
    let (a, b, c) = (1 - x / mean, 1 - y / mean, 1 - z / mean)
    let e2 = a * b + a * c + b * c
    let e3 = a * b * c
    let series = 1 - e2 / 10 + e3 / 14 + e2 * e2 / 24 - 3 * e2 * e3 / 44
    return series / mean.squareRoot()
  }

  /// Carlson's R_D (DLMF 19.36).
  private static func secondKind(_ x: Double, _ y: Double, _ z: Double) -> Double {
    var (x, y, z) = (x, y, z)
    var (sum, factor) = (0.0, 1.0)
    var mean = (x + y + 3 * z) / 5
    for _ in 0..<100 {
      let spread = max(abs(mean - x), abs(mean - y), abs(mean - z))
      guard spread > 1e-3 * mean else { break }
      let root = (x * y).squareRoot() + (x * z).squareRoot() + (y * z).squareRoot()
      sum += factor / (z.squareRoot() * (z + root))
      factor /= 4
      (x, y, z) = ((x + root) / 4, (y + root) / 4, (z + root) / 4)
      mean = (x + y + 3 * z) / 5
    }
    let (a, b) = (1 - x / mean, 1 - y / mean)
    let c = -(a + b) / 3
    let e2 = a * b - 6 * c * c
    let e3 = (3 * a * b - 8 * c * c) * c
    let e4 = 3 * (a * b - c * c) * c * c
    let e5 = a * b * c * c * c
    let series =
      1 - 3 * e2 / 14 + e3 / 6 + 9 * e2 * e2 / 88 - 3 * e4 / 22 - 9 * e2 * e3 / 52 + 3 * e5 / 26
    return 3 * sum + factor * series / (mean * mean.squareRoot())
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
