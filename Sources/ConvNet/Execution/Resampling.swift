import Parallel

/// Pooling and up-sampling.
enum Resampling {
  /// Output slices of the largest value or the mean under a window.
  ///
  /// - Parameter input: the whole input, of which the slices that are needed are there.
  static func pool(
    _ pool: Pool, maximum: Bool, input: FeatureView, output: FeatureView, slices: Range<Int>,
    workers: Workers
  ) {
    func window(_ axis: Int, _ index: Int) -> Range<Int> {
      let first = index * pool.stride[axis] - pool.paddingLow[axis]
      return (first..<(first + pool.kernel[axis])).clamped(to: 0..<input.size[axis])
    }
    let ys = (0..<output.size.y).map { window(1, $0) }
    let xs = (0..<output.size.x).map { window(2, $0) }
    let zs = slices.map { window(0, $0) }
    workers.forEach(output.blocks * slices.count) { task, _ in
      let block = task / zs.count
      let z = slices.lowerBound + task % zs.count
      let window = zs[task % zs.count]
      for (y, rows) in ys.enumerated() {
        for (x, columns) in xs.enumerated() {
          var result = Vector(repeating: maximum ? -.infinity : 0)
          for inZ in window {
            for inY in rows {
              var from = input.address(block, inZ, inY, columns.lowerBound)
              for _ in columns {
                let value = from.vector
                if maximum {
                  result.replace(with: value, where: value .> result)
                } else {
                  result += value
                }
                from += input.xStride
              }
            }
          }
          if !maximum { result /= Float(window.count * rows.count * columns.count) }
          output.address(block, z, y, x).vector = result
        }
      }
    }
  }

  /// Output slices of repeated voxels: voxel o shows the input's voxel (o + offset) / factors.
  ///
  /// - Parameters:
  ///   - output: begins at the block of the first channel.
  ///   - lane: the first channel in that block. Channels before it stay as they are; those of the
  ///     last block after the copied ones become zero.
  static func repeatVoxels(
    factors: Triple, offset: Triple, input: FeatureView, output: FeatureView, lane: Int,
    slices: Range<Int>, workers: Workers
  ) {
    let size = output.size
    let blocks = (lane + input.channels + 7) / 8
    let firstX = offset.x / factors.x
    let width = (offset.x + size.x - 1) / factors.x - firstX + 1
    let kept = SIMD8<Int32>(0, 1, 2, 3, 4, 5, 6, 7) .< Int32(lane)
    workers.forEach(slices.count) { index, _ in
      let z = slices.lowerBound + index
      withUnsafeTemporaryAllocation(
        byteCount: blocks * width * MemoryLayout<Vector>.size, alignment: 32
      ) { bytes in
        guard let row = bytes.bindMemory(to: Float.self).baseAddress else { return }
        var current = -1
        for y in 0..<size.y {
          let inY = (y + offset.y) / factors.y
          if inY != current {
            current = inY
            gather(
              input, (z + offset.z) / factors.z, inY, firstX, width, lane: lane, blocks: blocks,
              into: row)
          }
          for block in 0..<blocks {
            var to = output.address(block, z, y)
            var from = row + block * width * 8
            var phase = offset.x % factors.x
            let isShared = block == 0 && lane > 0
            for _ in 0..<size.x {
              let value = from.vector
              to.vector = isShared ? value.replacing(with: to.vector, where: kept) : value
              to += output.xStride
              phase += 1
              if phase == factors.x {
                phase = 0
                from += 8
              }
            }
          }
        }
      }
    }
  }

  /// A row of the input with its channels moved up by some lanes.
  private static func gather(
    _ input: FeatureView, _ z: Int, _ y: Int, _ firstX: Int, _ width: Int, lane: Int, blocks: Int,
    into row: UnsafeMutablePointer<Float>
  ) {
    if lane == 0 {
      for block in 0..<blocks {
        for x in 0..<width {
          (row + (block * width + x) * 8).vector = input.address(block, z, y, firstX + x).vector
        }
      }
      return
    }
    row.update(repeating: 0, count: blocks * width * 8)
    for channel in 0..<input.channels {
      let to = row + (channel + lane) / 8 * width * 8 + (channel + lane) % 8
      let from = input.address(channel / 8, z, y, firstX) + channel % 8
      for x in 0..<width { to[x * 8] = from[x * input.xStride] }
    }
  }

  /// The two voxels between which a voxel lies.
  struct Tap {
    var low: Int
    var high: Int
    /// The way from the one to the other.
    var fraction: Float

    /// Both, each with its part in the result.
    var shares: [(place: Int, share: Float)] { [(low, 1 - fraction), (high, fraction)] }
  }

  /// The taps along an axis for linear interpolation.
  static func taps(from: Int, to: Int, alignCorners: Bool) -> [Tap] {
    (0..<to).map { index in
      let ratio =
        alignCorners
        ? (to > 1 ? Double(from - 1) / Double(to - 1) : 0) : Double(from) / Double(to)
      let place = alignCorners ? Double(index) * ratio : (Double(index) + 0.5) * ratio - 0.5
      let low = min(from - 1, max(0, Int(place.rounded(.down))))
      return Tap(
        low: low, high: min(from - 1, low + 1), fraction: Float(max(0, place) - Double(low)))
    }
  }

  /// Linear interpolation, as PyTorch's `interpolate(mode="trilinear")`.
  static func trilinear(
    alignCorners: Bool, input: FeatureView, output: FeatureView, workers: Workers
  ) {
    func taps(_ axis: Int) -> [Tap] {
      self.taps(from: input.size[axis], to: output.size[axis], alignCorners: alignCorners)
    }
    let zs = taps(0)
    let ys = taps(1)
    let xs = taps(2)
    workers.forEach(output.blocks * zs.count) { task, _ in
      let block = task / zs.count
      let z = zs[task % zs.count]
      for (outY, y) in ys.enumerated() {
        var to = output.address(block, task % zs.count, outY)
        let rows = (
          input.address(block, z.low, y.low), input.address(block, z.low, y.high),
          input.address(block, z.high, y.low), input.address(block, z.high, y.high)
        )
        for x in xs {
          func along(_ row: UnsafeMutablePointer<Float>) -> Vector {
            let low = (row + x.low * input.xStride).vector
            return low + ((row + x.high * input.xStride).vector - low) * x.fraction
          }
          func between(_ low: Vector, _ high: Vector) -> Vector { low + (high - low) * y.fraction }
          let first = between(along(rows.0), along(rows.1))
          let second = between(along(rows.2), along(rows.3))
          to.vector = first + (second - first) * z.fraction
          to += output.xStride
        }
      }
    }
  }
}
