import Parallel

/// exp(x) over its sum over the channels.
final class SoftmaxStep: LearningStep {
  var needsOutput: Bool { true }

  func forward(
    _ inputs: [FeatureBatch], to output: FeatureBatch, _ weights: StepWeights,
    _ context: LearningContext
  ) {
    for image in 0..<output.count {
      Probabilities.softmax(
        input: inputs[0][image], output: output[image], workers: context.workers)
    }
  }

  /// dx = p (dy - sum over the channels of p dy) (docs/backpropagation.md, Eq. 22).
  func backward(
    _ inputs: [FeatureBatch], _ output: FeatureBatch, delta: FeatureBatch,
    to targets: [DeltaTarget?], _ weights: StepWeights, _ context: LearningContext
  ) -> [String: [Float]] {
    guard let target = targets[0] else { return [:] }
    let (size, blocks) = (output.size, output.blocks)
    context.workers.forEach(output.count * size.z) { task, _ in
      let (image, z) = (task / size.z, task % size.z)
      let (p, dy, dx) = (output[image], delta[image], target.batch[image])
      for y in 0..<size.y {
        for x in 0..<size.x {
          var products = Vector.zero
          for block in 0..<blocks {
            products += p.address(block, z, y, x).vector * dy.address(block, z, y, x).vector
          }
          let sum = products.sum()
          for block in 0..<blocks {
            let place = dx.address(block, z, y, x)
            let value = p.address(block, z, y, x).vector * (dy.address(block, z, y, x).vector - sum)
            place.vector = target.adds ? place.vector + value : value
          }
        }
      }
    }
    return [:]
  }
}

/// 1 / (1 + exp(-x)).
final class SigmoidStep: LearningStep {
  var needsOutput: Bool { true }

  func forward(
    _ inputs: [FeatureBatch], to output: FeatureBatch, _ weights: StepWeights,
    _ context: LearningContext
  ) {
    for image in 0..<output.count {
      Probabilities.sigmoid(
        input: inputs[0][image], output: output[image], workers: context.workers)
    }
  }

  /// dx = p (1 - p) dy.
  func backward(
    _ inputs: [FeatureBatch], _ output: FeatureBatch, delta: FeatureBatch,
    to targets: [DeltaTarget?], _ weights: StepWeights, _ context: LearningContext
  ) -> [String: [Float]] {
    guard let target = targets[0] else { return [:] }
    delta.forEachRow(workers: context.workers) { image, block, z, y in
      Rows.map(output[image], delta[image], target, image, block, z, y) { p, dy in
        p * (1 - p) * dy
      }
    }
    return [:]
  }
}
