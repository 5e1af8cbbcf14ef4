import Parallel

/// Loops over the voxels of a row of a block.
enum Rows {
  @inline(__always)
  static func map(
    _ input: FeatureView, _ output: FeatureView, _ block: Int, _ z: Int, _ y: Int,
    _ body: (Vector) -> Vector
  ) {
    var from = input.address(block, z, y)
    var to = output.address(block, z, y)
    for _ in 0..<output.size.x {
      to.vector = body(from.vector)
      from += input.xStride
      to += output.xStride
    }
  }

  /// Stores in a target, or adds to it, a function of two maps.
  @inline(__always)
  static func map(
    _ first: FeatureView, _ second: FeatureView, _ target: DeltaTarget, _ image: Int,
    _ block: Int, _ z: Int, _ y: Int, _ body: (Vector, Vector) -> Vector
  ) {
    let output = target.batch[image]
    var a = first.address(block, z, y)
    var b = second.address(block, z, y)
    var to = output.address(block, z, y)
    for _ in 0..<output.size.x {
      let result = body(a.vector, b.vector)
      to.vector = target.adds ? to.vector + result : result
      a += first.xStride
      b += second.xStride
      to += output.xStride
    }
  }

  @inline(__always)
  static func visit(
    _ first: FeatureView, _ second: FeatureView, _ block: Int, _ z: Int, _ y: Int,
    _ body: (Vector, Vector) -> Void
  ) {
    var a = first.address(block, z, y)
    var b = second.address(block, z, y)
    for _ in 0..<first.size.x {
      body(a.vector, b.vector)
      a += first.xStride
      b += second.xStride
    }
  }
}

/// Sums over the voxels of a batch for each channel, in double precision and in a fixed order.
enum ChannelSums {
  /// - Parameters:
  ///   - count: the number of sums.
  ///   - row: adds a row of a block to the sums.
  /// - Returns: for each sum its value for each channel.
  static func compute(
    over batch: FeatureBatch, count: Int, workers: Workers,
    row:
      @Sendable (
        _ image: Int, _ block: Int, _ z: Int, _ y: Int,
        _ sums: UnsafeMutablePointer<SIMD8<Double>>
      ) -> Void
  ) -> [[Double]] {
    images(of: batch, count: count, workers: workers, row: row).reduce(
      [[Double]](repeating: [Double](repeating: 0, count: batch.channels), count: count)
    ) { total, image in
      zip(total, image).map { zip($0, $1).map { $0 + $1 } }
    }
  }

  /// The same for each image by itself.
  static func images(
    of batch: FeatureBatch, count: Int, workers: Workers,
    row:
      @Sendable (
        _ image: Int, _ block: Int, _ z: Int, _ y: Int,
        _ sums: UnsafeMutablePointer<SIMD8<Double>>
      ) -> Void
  ) -> [[[Double]]] {
    let (size, blocks) = (batch.size, batch.blocks)
    let tasks = batch.count * blocks * size.z
    var parts = [SIMD8<Double>](repeating: .zero, count: tasks * count)
    parts.withUnsafeMutableBufferPointer { parts in
      guard let base = parts.baseAddress else { return }
      nonisolated(unsafe) let parts = base
      workers.forEach(tasks) { task, _ in
        for y in 0..<size.y {
          row(
            task / size.z / blocks, task / size.z % blocks, task % size.z, y,
            parts + task * count)
        }
      }
    }
    return (0..<batch.count).map { image in
      (0..<count).map { number in
        (0..<batch.channels).map { channel in
          var sum = 0.0
          for z in 0..<size.z {
            let task = (image * blocks + channel / 8) * size.z + z
            sum += parts[task * count + number][channel % 8]
          }
          return sum
        }
      }
    }
  }
}
