internal import Parallel

/// Xᵀ W X for a matrix X that is kept column by column and a diagonal matrix W.
enum WeightedProduct {
  /// Columns of a tile: its sums stay in registers.
  private static let tile = 4

  static func of(
    _ values: [Double], rows: Int, columns: Int, weights: [Double], workers: Workers
  ) -> SymmetricMatrix {
    let blocks = (columns + tile - 1) / tile
    let strips = workers.map(blocks) { block in
      strip(block, values, rows: rows, columns: columns, weights: weights)
    }
    var result = SymmetricMatrix(order: columns)
    for (block, strip) in strips.enumerated() {
      for (offset, sum) in strip.enumerated() {
        let (row, column) = (block * tile + offset / columns, offset % columns)
        guard column <= row else { continue }
        result[row, column] = sum
        result[column, row] = sum
      }
    }
    return result
  }

  /// The rows of a block of columns, up to the diagonal.
  private static func strip(
    _ block: Int, _ values: [Double], rows: Int, columns: Int, weights: [Double]
  ) -> [Double] {
    let first = block * tile
    let count = min(tile, columns - first)
    // Rows in turn, a tile's columns beside each other, padded by zeros.
    var packed = [SIMD4<Double>](repeating: .zero, count: rows)
    var sums = [Double](repeating: 0, count: count * columns)
    values.withUnsafeBufferPointer { x in
      packed.withUnsafeMutableBufferPointer { packed in
        for column in 0..<count {
          let start = (first + column) * rows
          for row in 0..<rows { packed[row][column] = x[start + row] * weights[row] }
        }
        var other = 0
        while other < first + count {
          let used = min(4, columns - other)
          let (a, b) = (other * rows, (other + min(1, used - 1)) * rows)
          let (c, d) = ((other + min(2, used - 1)) * rows, (other + min(3, used - 1)) * rows)
          var (s, t, u, v) = (
            SIMD4<Double>.zero, SIMD4<Double>.zero, SIMD4<Double>.zero, SIMD4<Double>.zero
          )
          for row in 0..<rows {
            let w = packed[row]
            s += w * x[a + row]
            t += w * x[b + row]
            u += w * x[c + row]
            v += w * x[d + row]
          }
          for (index, sum) in [s, t, u, v].prefix(used).enumerated() {
            for column in 0..<count { sums[column * columns + other + index] = sum[column] }
          }
          other += 4
        }
      }
    }
    return sums
  }
}
