/// A symmetric matrix of full storage, with the factorisation that fits and tests need.
struct SymmetricMatrix: Sendable, Equatable {
  let order: Int
  var values: [Double]

  init(order: Int) {
    self.order = order
    values = [Double](repeating: 0, count: order * order)
  }

  subscript(row: Int, column: Int) -> Double {
    get { values[row * order + column] }
    set { values[row * order + column] = newValue }
  }

  /// The rows and columns of these indices.
  func selecting(_ indices: [Int]) -> SymmetricMatrix {
    var result = SymmetricMatrix(order: indices.count)
    for (i, row) in indices.enumerated() {
      for (j, column) in indices.enumerated() { result[i, j] = self[row, column] }
    }
    return result
  }

  func times(_ vector: [Double]) -> [Double] {
    (0..<order).map { row in
      var sum = 0.0
      for column in 0..<order { sum += self[row, column] * vector[column] }
      return sum
    }
  }

  /// Cholesky's factor, or the first column whose pivot is less than `tolerance` of its diagonal.
  func factored(tolerance: Double = 1e-11) -> Result<CholeskyFactor, DeficientColumn> {
    let n = order
    var factor = values
    var deficient: Int?
    factor.withUnsafeMutableBufferPointer { l in
      for j in 0..<n {
        for i in j..<n {
          var sum = l[i * n + j]
          let (a, b) = (i * n, j * n)
          for k in 0..<j { sum -= l[a + k] * l[b + k] }
          if i == j {
            guard sum > tolerance * abs(self.values[j * n + j]), sum > 0, sum.isFinite else {
              deficient = j
              return
            }
            l[a + j] = sum.squareRoot()
          } else {
            l[a + j] = sum / l[b + j]
          }
        }
        for i in 0..<j { l[i * n + j] = 0 }
      }
    }
    if let deficient { return .failure(DeficientColumn(index: deficient)) }
    return .success(CholeskyFactor(order: n, lower: factor))
  }
}

/// A column that follows from those before it.
struct DeficientColumn: Error {
  let index: Int
}

/// The lower triangular factor L of a matrix L Lᵀ, row by row.
struct CholeskyFactor: Sendable {
  let order: Int
  let lower: [Double]

  /// The solution x of L Lᵀ x = b.
  func solve(_ b: [Double]) -> [Double] {
    var x = b
    let n = order
    for i in 0..<n {
      for k in 0..<i { x[i] -= lower[i * n + k] * x[k] }
      x[i] /= lower[i * n + i]
    }
    for i in (0..<n).reversed() {
      for k in i + 1..<max(n, i + 1) { x[i] -= lower[k * n + i] * x[k] }
      x[i] /= lower[i * n + i]
    }
    return x
  }

  /// The inverse of L Lᵀ.
  var inverse: SymmetricMatrix {
    let n = order
    // Rows of the inverse of L, then their products.
    var inverted = [Double](repeating: 0, count: n * n)
    var result = SymmetricMatrix(order: n)
    inverted.withUnsafeMutableBufferPointer { m in
      lower.withUnsafeBufferPointer { l in
        for j in 0..<n {
          m[j * n + j] = 1 / l[j * n + j]
          for i in j + 1..<max(n, j + 1) {
            var sum = 0.0
            // Kept transposed: row j holds column j of the inverse.
            for k in j..<i { sum -= l[i * n + k] * m[j * n + k] }
            m[j * n + i] = sum / l[i * n + i]
          }
        }
        result.values.withUnsafeMutableBufferPointer { r in
          for a in 0..<n {
            for b in a..<n {
              var sum = 0.0
              for k in b..<n { sum += m[a * n + k] * m[b * n + k] }
              r[a * n + b] = sum
              r[b * n + a] = sum
            }
          }
        }
      }
    }
    return result
  }
}
