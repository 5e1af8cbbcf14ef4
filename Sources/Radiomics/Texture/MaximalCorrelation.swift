extension GLCM {
  /// The most levels for which all of the matrix Q is formed.
  static let largestDenseCorrelation = 512

  /// Haralick's maximal correlation coefficient: the square root of the second largest eigenvalue of
  /// Q(i, j) = sum over k of p(i, k) p(j, k) / (p_x(i) p_y(k)).
  ///
  /// Q is similar to a symmetric matrix S = B B^T, B(i, k) = p(i, k) / sqrt(p_x(i) p_y(k)). PyRadiomics
  /// adds the spacing of floating-point numbers at 1 to each divisor, which is felt where levels are
  /// rare; with it Q is similar to S and a small antisymmetric part, which moves the eigenvalues in
  /// second order alone and is left out.
  ///
  /// - Parameters:
  ///   - rows: p_x.
  ///   - columns: p_y.
  func maximalCorrelation(_ rows: [Double], _ columns: [Double]) -> Double {
    guard !isFlat else { return 1 }
    let used = rows.indices.filter { rows[$0] > 0 }
    // Each level without a pair has the eigenvalue 0.
    guard used.count > 1 else { return 0 }
    let eigenvalue =
      used.count <= GLCM.largestDenseCorrelation
      ? denseSecondEigenvalue(used, rows, columns) : sparseSecondEigenvalue(rows, columns)
    return max(0, eigenvalue).squareRoot()
  }

  private func denseSecondEigenvalue(
    _ used: [Int], _ rows: [Double], _ columns: [Double]
  ) -> Double {
    let count = used.count
    var place = [Int](repeating: 0, count: rows.count)
    for (index, level) in used.enumerated() { place[level] = index }
    let roots = rows.map { $0.squareRoot() }
    // Rows of `right` are columns of P: p(j, k) / sqrt(p_x(j)) for each k.
    var right = [Double](repeating: 0, count: columns.count * count)
    for entry in entries {
      right[entry.j * count + place[entry.i]] = entry.probability / roots[entry.i]
    }
    var matrix = [Double](repeating: 0, count: count * count)
    matrix.withUnsafeMutableBufferPointer { matrix in
      right.withUnsafeBufferPointer { right in
        for entry in entries {
          let divisor = rows[entry.i] * columns[entry.j] + Double.ulpOfOne
          let factor = entry.probability * roots[entry.i] / divisor
          let (row, from) = (place[entry.i] * count, entry.j * count)
          for j in 0..<count { matrix[row + j] += factor * right[from + j] }
        }
      }
      for i in 0..<count {
        for j in 0..<i {
          let mean = (matrix[i * count + j] + matrix[j * count + i]) / 2
          (matrix[i * count + j], matrix[j * count + i]) = (mean, mean)
        }
      }
    }
    return Tridiagonal(symmetric: matrix, size: count).eigenvalue(fromTop: 1)
  }

  /// Lanczos' iteration on S without its eigenvector sqrt(p_x), whose eigenvalue is 1; every vector is
  /// made orthogonal to all before it.
  func sparseSecondEigenvalue(_ rows: [Double], _ columns: [Double]) -> Double {
    let weights = entries.map {
      $0.probability / (rows[$0.i] * columns[$0.j]).squareRoot()
    }
    var basis: [[Double]] = [rows.map { $0.squareRoot() }]
    var (diagonal, beside): ([Double], [Double]) = ([], [])
    // Any vector will do that is not the eigenvector.
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    var vector = rows.map { row in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return row > 0 ? Double(state >> 11) / 0x1p53 - 0.5 : 0
    }
    var length = GLCM.makeOrthonormal(&vector, to: basis)
    var largest = 0.0
    while length > 1e-13, diagonal.count < min(rows.count, 200) {
      if !diagonal.isEmpty { beside.append(length) }
      basis.append(vector)
      var middle = [Double](repeating: 0, count: columns.count)
      for (entry, weight) in zip(entries, weights) { middle[entry.j] += weight * vector[entry.i] }
      var image = [Double](repeating: 0, count: rows.count)
      for (entry, weight) in zip(entries, weights) { image[entry.i] += weight * middle[entry.j] }
      diagonal.append(zip(image, vector).reduce(0) { $0 + $1.0 * $1.1 })
      vector = image
      length = GLCM.makeOrthonormal(&vector, to: basis)
      guard diagonal.count % 10 == 0 else { continue }
      let found = Tridiagonal(diagonal: diagonal, beside: beside).eigenvalue(fromTop: 0)
      if found - largest < 1e-12 * found { return found }
      largest = found
    }
    guard !diagonal.isEmpty else { return 0 }
    return Tridiagonal(diagonal: diagonal, beside: beside).eigenvalue(fromTop: 0)
  }

  /// Takes out of a vector what it has of an orthonormal basis, and makes it of length 1.
  ///
  /// - Returns: its length before that; 0 where nothing is left.
  private static func makeOrthonormal(_ vector: inout [Double], to basis: [[Double]]) -> Double {
    vector.withUnsafeMutableBufferPointer { vector in
      // The second time takes out what rounding left.
      for _ in 0..<2 {
        for other in basis {
          other.withUnsafeBufferPointer { other in
            var part = 0.0
            for index in vector.indices { part += vector[index] * other[index] }
            for index in vector.indices { vector[index] -= part * other[index] }
          }
        }
      }
      let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      if length > 0 { for index in vector.indices { vector[index] /= length } }
      return length
    }
  }
}
