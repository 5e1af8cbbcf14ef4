/// A symmetric matrix with no entries but on the diagonal and beside it.
struct Tridiagonal {
  private let diagonal: [Double]
  private let beside: [Double]

  /// - Parameter beside: the entries next to the diagonal, one fewer than on it.
  init(diagonal: [Double], beside: [Double]) {
    self.diagonal = diagonal
    self.beside = beside
  }

  /// The matrix with the eigenvalues of a symmetric one, by Householder's reflections (Golub and Van
  /// Loan, Matrix Computations, 8.3.1).
  ///
  /// - Parameter symmetric: the entries, row by row.
  init(symmetric: [Double], size: Int) {
    var matrix = symmetric
    var diagonal = [Double](repeating: 0, count: size)
    var beside = [Double](repeating: 0, count: max(0, size - 1))
    var reflector = [Double](repeating: 0, count: size)
    var image = [Double](repeating: 0, count: size)
    matrix.withUnsafeMutableBufferPointer { matrix in
      reflector.withUnsafeMutableBufferPointer { v in
        image.withUnsafeMutableBufferPointer { w in
          for column in 0..<size {
            diagonal[column] = matrix[column * size + column]
            guard column + 1 < size else { break }
            let range = column + 1..<size
            var length = 0.0
            for row in range {
              v[row] = matrix[column * size + row]
              length += v[row] * v[row]
            }
            length = length.squareRoot()
            let head = v[column + 1] > 0 ? -length : length
            beside[column] = head
            guard length > 0, column + 2 < size else { continue }
            v[column + 1] -= head
            // 2 / (v . v), v being of no unit length.
            let scale = 1 / (length * (length + abs(v[column + 1] + head)))
            for row in range { w[row] = 0 }
            for row in range {
              let factor = v[row] * scale
              for other in range { w[other] += factor * matrix[row * size + other] }
            }
            var product = 0.0
            for row in range { product += w[row] * v[row] }
            let half = product * scale / 2
            for row in range { w[row] -= half * v[row] }
            for row in range {
              let (vRow, wRow) = (v[row], w[row])
              for other in range { matrix[row * size + other] -= vRow * w[other] + wRow * v[other] }
            }
          }
        }
      }
    }
    self.init(diagonal: diagonal, beside: beside)
  }

  /// An eigenvalue by its rank, 0 being the largest, by the signs of Sturm's sequence.
  ///
  /// - Precondition: `rank` is below the matrix's size.
  func eigenvalue(fromTop rank: Int) -> Double {
    precondition(0..<diagonal.count ~= rank)
    var (low, high) = (Double.infinity, -Double.infinity)
    for index in diagonal.indices {
      let radius =
        (index > 0 ? abs(beside[index - 1]) : 0)
        + (index < beside.count ? abs(beside[index]) : 0)
      low = min(low, diagonal[index] - radius)
      high = max(high, diagonal[index] + radius)
    }
    let wanted = diagonal.count - rank
    for _ in 0..<64 {
      // Ninths: eight divisions go on at once where one would wait for the one before.
      let bounds = low + (high - low) / 9 * SIMD8<Double>(1, 2, 3, 4, 5, 6, 7, 8)
      guard low < bounds[0], bounds[7] < high else { break }
      let counts = below(bounds)
      for part in 0..<8 {
        if Int(counts[part]) >= wanted {
          high = bounds[part]
          break
        }
        low = bounds[part]
      }
    }
    return high
  }

  /// How many eigenvalues are below each of some numbers.
  private func below(_ bounds: SIMD8<Double>) -> SIMD8<Int64> {
    var counts = SIMD8<Int64>(repeating: 0)
    var pivots = SIMD8<Double>(repeating: 1)
    for index in diagonal.indices {
      let side = index > 0 ? beside[index - 1] : 0
      pivots = diagonal[index] - bounds - side * side / pivots
      pivots.replace(with: -.leastNormalMagnitude, where: pivots .== 0)
      counts.replace(with: counts &+ 1, where: pivots .< 0)
    }
    return counts
  }
}
