import Parallel

/// What a step needs of its surroundings.
struct LearningContext {
  let workers: Workers
  let pool: MemoryPool
  let options: Executor.Options
  /// From which the random numbers of the pass follow.
  let seed: UInt64
}

/// Where the gradient with respect to a value goes.
struct DeltaTarget {
  let batch: FeatureBatch
  /// Whether it is added to what is there.
  let adds: Bool
}

/// One operation of a network with its derivative. A step keeps what its backward pass needs of the
/// forward pass.
protocol LearningStep: AnyObject {
  /// Computes the output from the inputs.
  func forward(
    _ inputs: [FeatureBatch], to output: FeatureBatch, _ weights: StepWeights,
    _ context: LearningContext
  ) throws

  /// Computes the gradients with respect to the inputs that are wanted, and to the weights.
  ///
  /// - Parameters:
  ///   - inputs: empty unless ``needsInputs``.
  ///   - output: anything unless ``needsOutput``.
  ///   - delta: the gradient of the loss with respect to the output.
  ///   - targets: for each input where its gradient goes; nil where it is not wanted.
  /// - Returns: the gradients with respect to the weights by the weights' names.
  func backward(
    _ inputs: [FeatureBatch], _ output: FeatureBatch, delta: FeatureBatch,
    to targets: [DeltaTarget?], _ weights: StepWeights, _ context: LearningContext
  ) throws -> [String: [Float]]

  /// The border of zeros that the step reads around its input.
  var inputBorder: (low: Triple, high: Triple) { get }
  /// The border of zeros that the backward pass reads around the output's gradient.
  var deltaBorder: (low: Triple, high: Triple) { get }
  /// What the last forward pass measured and inference will need: batch normalisation's "mean" and
  /// "variance".
  var statistics: [String: [Float]] { get }
  /// Whether the backward pass reads the inputs' values.
  var needsInputs: Bool { get }
  /// Whether the backward pass reads the output's values.
  var needsOutput: Bool { get }
}

extension LearningStep {
  var inputBorder: (low: Triple, high: Triple) { (.zero, .zero) }
  var deltaBorder: (low: Triple, high: Triple) { (.zero, .zero) }
  var statistics: [String: [Float]] { [:] }
  var needsInputs: Bool { false }
  var needsOutput: Bool { false }
}

/// The weights of one node by their parts.
struct StepWeights {
  let node: String
  let weights: [String: Weight]

  subscript(part: String) -> [Float] { weights[name(part)]?.values ?? [] }

  /// The whole name of a part.
  func name(_ part: String) -> String { "\(node).\(part)" }

  /// One value a channel in whole blocks; a single value stands for all channels.
  func perChannel(_ part: String, _ channels: Int) throws -> AlignedFloats {
    let values = self[part]
    return try AlignedFloats(
      channels: channelwise(channels) { values.count == 1 ? values[0] : values[$0] })
  }
}
