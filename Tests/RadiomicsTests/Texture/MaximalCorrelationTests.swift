import Testing

@testable import Radiomics

@Suite struct MaximalCorrelationTests {
  /// The eigenvalues of the path graph's matrix are 2 cos(k pi / (n + 1)).
  @Test func findsEigenvalues() {
    let size = 9
    var matrix = [Double](repeating: 0, count: size * size)
    for index in 1..<size {
      matrix[index * size + index - 1] = 1
      matrix[(index - 1) * size + index] = 1
    }
    // Turned by a reflection that leaves the eigenvalues: I - 2 v v^T / v.v with v = 1, 2, 3 ...
    let v = (1...size).map(Double.init)
    let square = v.reduce(0) { $0 + $1 * $1 }
    func reflected(_ matrix: [Double]) -> [Double] {
      var result = matrix
      for column in 0..<size {
        let part = (0..<size).reduce(0) { $0 + v[$1] * matrix[$1 * size + column] }
        for row in 0..<size { result[row * size + column] -= 2 * v[row] * part / square }
      }
      return result
    }
    func transposed(_ matrix: [Double]) -> [Double] {
      (0..<size * size).map { matrix[$0 % size * size + $0 / size] }
    }
    let full = transposed(reflected(transposed(reflected(matrix))))
    let reduced = Tridiagonal(symmetric: full, size: size)
    // cos(pi / 10) and cos(2 pi / 10).
    #expect(abs(reduced.eigenvalue(fromTop: 0) - 2 * 0.951056516295153572) < 1e-14)
    #expect(abs(reduced.eigenvalue(fromTop: 1) - 2 * 0.809016994374947424) < 1e-14)
    #expect(abs(reduced.eigenvalue(fromTop: 8) + 2 * 0.951056516295153572) < 1e-14)
  }

  /// Many levels take another way, which few levels can take too.
  @Test func agreesWithItselfForManyLevels() throws {
    let region = try MadeIntensities.region("waves/20x17x12/0.5x0.8x1.0/4")
    let levels = try DiscretisedRegion(region, by: .binWidth(5))
    let matrix = try GLCM.matrices(levels, TextureSettings())[4]
    var (rows, columns) = (
      [Double](repeating: 0, count: matrix.levels.count),
      [Double](repeating: 0, count: matrix.levels.count)
    )
    for entry in matrix.entries {
      rows[entry.i] += entry.probability
      columns[entry.j] += entry.probability
    }
    let dense = matrix.maximalCorrelation(rows, columns)
    let sparse = matrix.sparseSecondEigenvalue(rows, columns).squareRoot()
    #expect(dense > 0.1 && dense < 1)
    #expect(agree(dense, sparse, within: 1e-9))
  }
}
