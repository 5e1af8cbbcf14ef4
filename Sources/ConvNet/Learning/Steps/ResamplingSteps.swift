import Parallel

/// The largest value or the mean under a window.
final class PoolingStep: LearningStep {
  private let pool: Pool
  private let maximum: Bool

  init(_ pool: Pool, maximum: Bool) {
    self.pool = pool
    self.maximum = maximum
  }

  var needsInputs: Bool { maximum }
  var needsOutput: Bool { maximum }

  func forward(
    _ inputs: [FeatureBatch], to output: FeatureBatch, _ weights: StepWeights,
    _ context: LearningContext
  ) {
    for image in 0..<output.count {
      Resampling.pool(
        pool, maximum: maximum, input: inputs[0][image], output: output[image],
        slices: 0..<output.size.z, workers: context.workers)
    }
  }

  /// A maximum's delta goes to the first voxel that has it, a mean's to all in equal parts
  /// (docs/backpropagation.md, Eq. 19 and 20).
  func backward(
    _ inputs: [FeatureBatch], _ output: FeatureBatch, delta: FeatureBatch,
    to targets: [DeltaTarget?], _ weights: StepWeights, _ context: LearningContext
  ) -> [String: [Float]] {
    guard let target = targets[0] else { return [:] }
    if !target.adds { target.batch.clear(workers: context.workers) }
    let (pool, maximum, size, blocks) = (pool, maximum, delta.size, delta.blocks)
    let inputSize = target.batch.size
    func windows(_ axis: Int) -> [Range<Int>] {
      (0..<size[axis]).map {
        let first = $0 * pool.stride[axis] - pool.paddingLow[axis]
        return (first..<first + pool.kernel[axis]).clamped(to: 0..<inputSize[axis])
      }
    }
    let (zs, ys, xs) = (windows(0), windows(1), windows(2))
    context.workers.forEach(delta.count * blocks) { task, _ in
      let (image, block) = (task / blocks, task % blocks)
      let (from, to) = (delta[image], target.batch[image])
      for (z, planes) in zs.enumerated() {
        for (y, rows) in ys.enumerated() {
          for (x, columns) in xs.enumerated() {
            let dy = from.address(block, z, y, x).vector
            let share = dy / Float(planes.count * rows.count * columns.count)
            let greatest = maximum ? output[image].address(block, z, y, x).vector : .zero
            var open = SIMDMask<SIMD8<Int32>>(repeating: true)
            for inZ in planes {
              for inY in rows {
                for inX in columns {
                  let place = to.address(block, inZ, inY, inX)
                  guard maximum else {
                    place.vector += share
                    continue
                  }
                  let value = inputs[0][image].address(block, inZ, inY, inX).vector
                  let isFirst = open .& (value .== greatest)
                  place.vector += Vector.zero.replacing(with: dy, where: isFirst)
                  open = open .& .!isFirst
                }
              }
            }
          }
        }
      }
    }
    return [:]
  }
}

/// Each voxel repeated.
final class RepetitionStep: LearningStep {
  private let factors: Triple

  init(factors: Triple) { self.factors = factors }

  func forward(
    _ inputs: [FeatureBatch], to output: FeatureBatch, _ weights: StepWeights,
    _ context: LearningContext
  ) {
    for image in 0..<output.count {
      Resampling.repeatVoxels(
        factors: factors, offset: .zero, input: inputs[0][image], output: output[image], lane: 0,
        slices: 0..<output.size.z, workers: context.workers)
    }
  }

  func backward(
    _ inputs: [FeatureBatch], _ output: FeatureBatch, delta: FeatureBatch,
    to targets: [DeltaTarget?], _ weights: StepWeights, _ context: LearningContext
  ) -> [String: [Float]] {
    guard let target = targets[0] else { return [:] }
    let (factors, size) = (factors, target.batch.size)
    target.batch.forEachRow(workers: context.workers) { image, block, z, y in
      let (from, to) = (delta[image], target.batch[image])
      for x in 0..<size.x {
        var sum = Vector.zero
        for dz in 0..<factors.z {
          for dy in 0..<factors.y {
            for dx in 0..<factors.x {
              sum +=
                from.address(
                  block, z * factors.z + dz, y * factors.y + dy, x * factors.x + dx
                ).vector
            }
          }
        }
        let place = to.address(block, z, y, x)
        place.vector = target.adds ? place.vector + sum : sum
      }
    }
    return [:]
  }
}

/// Linear interpolation.
final class TrilinearStep: LearningStep {
  private let alignCorners: Bool

  init(alignCorners: Bool) { self.alignCorners = alignCorners }

  func forward(
    _ inputs: [FeatureBatch], to output: FeatureBatch, _ weights: StepWeights,
    _ context: LearningContext
  ) {
    for image in 0..<output.count {
      Resampling.trilinear(
        alignCorners: alignCorners, input: inputs[0][image], output: output[image],
        workers: context.workers)
    }
  }

  /// Each of the eight voxels gets its share of the delta (docs/backpropagation.md, Eq. 21).
  func backward(
    _ inputs: [FeatureBatch], _ output: FeatureBatch, delta: FeatureBatch,
    to targets: [DeltaTarget?], _ weights: StepWeights, _ context: LearningContext
  ) -> [String: [Float]] {
    guard let target = targets[0] else { return [:] }
    if !target.adds { target.batch.clear(workers: context.workers) }
    let (size, blocks) = (delta.size, delta.blocks)
    let taps = (0..<3).map { axis in
      Resampling.taps(
        from: target.batch.size[axis], to: size[axis], alignCorners: alignCorners)
    }
    context.workers.forEach(delta.count * blocks) { task, _ in
      let (from, to) = (delta[task / blocks], target.batch[task / blocks])
      let block = task % blocks
      for (z, inZ) in taps[0].enumerated() {
        for (y, inY) in taps[1].enumerated() {
          for (x, inX) in taps[2].enumerated() {
            let dy = from.address(block, z, y, x).vector
            for (zPlace, zShare) in inZ.shares {
              for (yPlace, yShare) in inY.shares {
                for (xPlace, xShare) in inX.shares {
                  to.address(block, zPlace, yPlace, xPlace).vector +=
                    dy * (zShare * yShare * xShare)
                }
              }
            }
          }
        }
      }
    }
    return [:]
  }
}
