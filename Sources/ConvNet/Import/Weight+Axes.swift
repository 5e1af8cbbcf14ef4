extension Weight {
  /// A kernel (.., .., x, y, z) as (.., .., z, y, x), or the other way around.
  ///
  /// - Precondition: there are five axes.
  func reversingSpatialAxes() -> Weight {
    let (a, b, c) = (shape[2], shape[3], shape[4])
    let kernels = shape[0] * shape[1]
    var reversed = [Float](repeating: 0, count: values.count)
    for kernel in 0..<kernels {
      for i in 0..<a {
        for j in 0..<b {
          for k in 0..<c {
            reversed[((kernel * c + k) * b + j) * a + i] =
              values[((kernel * a + i) * b + j) * c + k]
          }
        }
      }
    }
    return Weight(shape: [shape[0], shape[1], c, b, a], values: reversed)
  }
}
