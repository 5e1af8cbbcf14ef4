import Parallel

/// Resampling where each target axis runs along one source axis: one axis after the other.
struct AlignedResampling {
  private let size: SIMD3<Int>
  private let taps: [AxisTaps]

  /// - Parameter map: one whose axes run along the source's axes in their order.
  init(_ map: GridMap, _ interpolation: Interpolation) {
    size = map.target
    taps = (0..<3).map { axis in
      AxisTaps(
        step: map.affine[axis][axis], start: map.affine.origin[axis], count: map.target[axis],
        sourceCount: map.source[axis], interpolation: interpolation)
    }
  }

  /// Picks the nearest voxels of a grid with the given row and plane strides.
  func pick<Value: Sendable>(
    from source: UnsafePointer<Value>, row: Int, plane: Int,
    into target: UnsafeMutablePointer<Value>, outside: Value, workers: Workers
  ) {
    nonisolated(unsafe) let (source, target) = (source, target)
    workers.forEach(size.z) { k, _ in
      for j in 0..<size.y {
        let result = target + (k * size.y + j) * size.x
        guard taps[2].isInside[k], taps[1].isInside[j] else {
          result.update(repeating: outside, count: size.x)
          continue
        }
        let line = source + taps[2].indices[k] * plane + taps[1].indices[j] * row
        taps[0].indices.withUnsafeBufferPointer { indices in
          taps[0].isInside.withUnsafeBufferPointer { isInside in
            for i in 0..<size.x { result[i] = isInside[i] ? line[indices[i]] : outside }
          }
        }
      }
    }
  }

  /// Interpolates. `source` points at voxel (0, 0, 0); voxels that the taps name beyond the grid
  /// must exist there.
  func interpolate<Value: BinaryFloatingPoint & Sendable>(
    from source: UnsafePointer<Value>, row: Int, plane: Int,
    into target: UnsafeMutablePointer<Float>, outside: Float, workers: Workers
  ) {
    let (usedX, usedY) = (taps[0].used, taps[1].used)
    // A plane of the source between its planes, then a row of it.
    let scratchCount = usedX.count * (usedY.count + 1)
    let scratch = UnsafeMutablePointer<Double>.allocate(capacity: scratchCount * workers.count)
    defer { scratch.deallocate() }
    nonisolated(unsafe) let (source, target, scratches) = (source, target, scratch)
    workers.forEach(size.z) { k, worker in
      let planeTarget = target + k * size.x * size.y
      guard taps[2].isInside[k], !usedX.isEmpty, !usedY.isEmpty else {
        planeTarget.update(repeating: outside, count: size.x * size.y)
        return
      }
      let between = scratches + worker * scratchCount
      let line = between + usedX.count * usedY.count
      for y in usedY {
        combine(
          source + y * row + usedX.lowerBound, stride: plane, taps[2], k,
          into: between + (y - usedY.lowerBound) * usedX.count, count: usedX.count)
      }
      for j in 0..<size.y {
        let result = planeTarget + j * size.x
        guard taps[1].isInside[j] else {
          result.update(repeating: outside, count: size.x)
          continue
        }
        combine(
          between - usedY.lowerBound * usedX.count, stride: usedX.count, taps[1], j,
          into: line, count: usedX.count)
        gather(line - usedX.lowerBound, into: result, outside: outside)
      }
    }
  }

  /// The weighted sum of rows that lie `stride` apart.
  private func combine<Value: BinaryFloatingPoint>(
    _ rows: UnsafePointer<Value>, stride: Int, _ taps: AxisTaps, _ output: Int,
    into result: UnsafeMutablePointer<Double>, count: Int
  ) {
    let first = output * taps.width
    let row = (0..<taps.width).map { rows + taps.indices[first + $0] * stride }
    let weight = Array(taps.weights[first..<first + taps.width])
    if taps.width == 2 {
      let (row0, row1, weight0, weight1) = (row[0], row[1], weight[0], weight[1])
      for x in 0..<count { result[x] = weight0 * Double(row0[x]) + weight1 * Double(row1[x]) }
    } else {
      let (row0, row1, row2, row3) = (row[0], row[1], row[2], row[3])
      let (weight0, weight1, weight2, weight3) = (weight[0], weight[1], weight[2], weight[3])
      for x in 0..<count {
        result[x] =
          weight0 * Double(row0[x]) + weight1 * Double(row1[x]) + weight2 * Double(row2[x])
          + weight3 * Double(row3[x])
      }
    }
  }

  /// The outputs of a row.
  private func gather(
    _ row: UnsafePointer<Double>, into result: UnsafeMutablePointer<Float>, outside: Float
  ) {
    let taps = taps[0]
    taps.indices.withUnsafeBufferPointer { indices in
      taps.weights.withUnsafeBufferPointer { weights in
        taps.isInside.withUnsafeBufferPointer { isInside in
          for i in 0..<size.x {
            guard isInside[i] else {
              result[i] = outside
              continue
            }
            var sum = 0.0
            for tap in i * taps.width..<(i + 1) * taps.width {
              sum += weights[tap] * row[indices[tap]]
            }
            result[i] = Float(sum)
          }
        }
      }
    }
  }
}
