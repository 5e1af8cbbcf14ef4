import Parallel

/// Resampling between grids in any position, voxel by voxel.
struct ObliqueResampling {
  let map: GridMap
  let workers: Workers

  /// Picks the nearest voxels of a whole grid.
  func pick<Value: Sendable>(
    from source: UnsafePointer<Value>, into target: UnsafeMutablePointer<Value>, outside: Value
  ) {
    let size = map.source
    nonisolated(unsafe) let source = source
    forEachRow(of: target, outside: outside) { result, j, k in
      map.forEachInside(j: j, k: k) { i, x, y, z in
        let (x, y, z) = (
          GridMap.nearest(x, size.x), GridMap.nearest(y, size.y), GridMap.nearest(z, size.z)
        )
        result[i] = source[(z * size.y + y) * size.x + x]
      }
    }
  }

  /// Interpolates the samples of a whole grid linearly.
  func interpolateLinearly(
    from source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, outside: Float
  ) {
    let size = map.source
    nonisolated(unsafe) let source = source
    forEachRow(of: target, outside: outside) { result, j, k in
      map.forEachInside(j: j, k: k) { i, x, y, z in
        let (x0, x1, u) = GridMap.linear(x, size.x)
        let (y0, y1, v) = GridMap.linear(y, size.y)
        let (z0, z1, w) = GridMap.linear(z, size.z)
        @inline(__always) func row(_ y: Int, _ z: Int) -> Double {
          let line = source + (z * size.y + y) * size.x
          let lower = Double(line[x0])
          return lower + u * (Double(line[x1]) - lower)
        }
        let (low, high) = (row(y0, z0), row(y0, z1))
        let lowPlane = low + v * (row(y1, z0) - low)
        let highPlane = high + v * (row(y1, z1) - high)
        result[i] = Float(lowPlane + w * (highPlane - lowPlane))
      }
    }
  }

  /// Evaluates a cubic B-spline, given the address of its coefficient of voxel (0, 0, 0).
  func evaluate(
    _ coefficients: UnsafePointer<Double>, row: Int, plane: Int,
    into target: UnsafeMutablePointer<Float>, outside: Float
  ) {
    nonisolated(unsafe) let origin = UnsafeRawPointer(coefficients)
    forEachRow(of: target, outside: outside) { result, j, k in
      map.forEachInside(j: j, k: k) { i, x, y, z in
        let (x, u) = GridMap.cubic(x)
        let (y, v) = GridMap.cubic(y)
        let (z, w) = GridMap.cubic(z)
        let stride = MemoryLayout<Double>.stride
        let corner = origin + (z * plane + y * row + x) * stride
        var sum = SIMD4<Double>.zero
        for dz in 0..<4 {
          let slab = corner + dz * plane * stride
          var part = v[0] * slab.loadUnaligned(as: SIMD4<Double>.self)
          for dy in 1..<4 {
            part += v[dy] * (slab + dy * row * stride).loadUnaligned(as: SIMD4<Double>.self)
          }
          sum += w[dz] * part
        }
        sum *= u
        result[i] = Float((sum[0] + sum[1]) + (sum[2] + sum[3]))
      }
    }
  }

  /// Calls `body` with each row of the target, filled with the value outside.
  @inline(__always)
  func forEachRow<Value: Sendable>(
    of target: UnsafeMutablePointer<Value>, outside: Value,
    _ body: @Sendable (_ row: UnsafeMutablePointer<Value>, _ j: Int, _ k: Int) -> Void
  ) {
    nonisolated(unsafe) let target = target
    let size = map.target
    workers.forEach(size.z) { k, _ in
      for j in 0..<size.y {
        let row = target + (k * size.y + j) * size.x
        row.update(repeating: outside, count: size.x)
        body(row, j, k)
      }
    }
  }
}
