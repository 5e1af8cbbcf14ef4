import Foundation

/// The mean and the principal axes of a set of points.
struct PrincipalAxes {
  /// The variances along the axes, ascending; never below 0.
  let variances: [Double]
  /// The axes in the order of the variances, of length 1.
  let axes: [SIMD3<Double>]

  /// The eigenvalues and eigenvectors of a covariance, by Jacobi's rotations.
  ///
  /// - Parameter covariance: its three columns; only the upper half counts.
  init(covariance: [SIMD3<Double>]) {
    var matrix = covariance
    for row in 0..<3 { for column in 0..<row { matrix[column][row] = matrix[row][column] } }
    var vectors: [SIMD3<Double>] = [SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)]
    for _ in 0..<50 {
      let off =
        matrix[1][0] * matrix[1][0] + matrix[2][0] * matrix[2][0] + matrix[2][1] * matrix[2][1]
      guard off > 0 else { break }
      for (p, q) in [(0, 1), (0, 2), (1, 2)] where matrix[q][p] != 0 {
        let theta = (matrix[q][q] - matrix[p][p]) / (2 * matrix[q][p])
        let tangent =
          (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
        let cosine = 1 / (tangent * tangent + 1).squareRoot()
        let sine = tangent * cosine
        // Columns, then rows.
        (matrix[p], matrix[q]) = (
          cosine * matrix[p] - sine * matrix[q], sine * matrix[p] + cosine * matrix[q]
        )
        for column in 0..<3 {
          let (a, b) = (matrix[column][p], matrix[column][q])
          matrix[column][p] = cosine * a - sine * b
          matrix[column][q] = sine * a + cosine * b
        }
        (matrix[p][q], matrix[q][p]) = (0, 0)
        (vectors[p], vectors[q]) = (
          cosine * vectors[p] - sine * vectors[q], sine * vectors[p] + cosine * vectors[q]
        )
      }
    }
    let order = (0..<3).sorted { matrix[$0][$0] < matrix[$1][$1] }
    // Rounding alone makes a variance negative.
    variances = order.map { max(0, matrix[$0][$0]) }
    axes = order.map { vectors[$0] }
  }

  /// The axes of the centres of the voxels in a mask, in millimetres.
  init(_ mask: PaddedMask) {
    let size = mask.size
    let middle = SIMD3<Double>(size) / 2
    var count = 0.0
    var sum = SIMD3<Double>.zero
    // xx, yy, zz and xy, xz, yz of distances from the middle: sums of halves, exact below 2^53.
    var (squares, products) = (SIMD3<Double>.zero, SIMD3<Double>.zero)
    mask.bytes.withUnsafeBufferPointer { bytes in
      for z in 0..<size.z {
        for y in 0..<size.y {
          let row = (z * size.y + y) * size.x
          var (n, s, ss) = (0.0, 0.0, 0.0)
          for x in 0..<size.x where bytes[row + x] != 0 {
            let distance = Double(x) - middle.x
            n += 1
            s += distance
            ss += distance * distance
          }
          guard n > 0 else { continue }
          let (dy, dz) = (Double(y) - middle.y, Double(z) - middle.z)
          count += n
          sum += SIMD3(s, n * dy, n * dz)
          squares += SIMD3(ss, n * dy * dy, n * dz * dz)
          products += SIMD3(s * dy, s * dz, n * dy * dz)
        }
      }
    }
    let mean = sum / count
    let spacing = mask.spacing
    let variances = (squares / count - mean * mean) * spacing * spacing
    let xy = (products.x / count - mean.x * mean.y) * spacing.x * spacing.y
    let xz = (products.y / count - mean.x * mean.z) * spacing.x * spacing.z
    let yz = (products.z / count - mean.y * mean.z) * spacing.y * spacing.z
    self.init(covariance: [
      SIMD3(variances.x, xy, xz), SIMD3(xy, variances.y, yz), SIMD3(xz, yz, variances.z),
    ])
  }

  /// Four times the standard deviation along each axis, ascending: the lengths of the axes of an
  /// ellipsoid of even density with these variances, by the field's convention.
  var lengths: [Double] { variances.map { 4 * $0.squareRoot() } }
}
