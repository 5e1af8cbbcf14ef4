public import Parallel

/// A network that learns: it computes outputs as in training, with the statistics of the batch and
/// with dropout, and the gradients of a loss by back-propagation (docs/backpropagation.md).
///
/// The result is the same to the last bit for any number of threads. Memory and packed shapes are
/// kept from pass to pass. One pass at a time.
public final class TrainingNetwork {
  /// What the network says about a batch: for each output that was asked for, by its node's name, one
  /// tensor an image.
  public typealias Outputs = [String: [Tensor]]

  /// What a pass found.
  public struct Pass: Sendable {
    /// The loss.
    public let loss: Double
    /// The gradient of the loss with respect to each learned weight, by the weight's name.
    public let gradients: [String: [Float]]
    /// The statistics of batch normalisations by the name of the weight (`n.mean`, `n.variance`) that
    /// stands for them at inference.
    public let statistics: [String: [Float]]
    /// The gradient with respect to the images, where asked for.
    public let imageGradients: [Tensor]
  }

  /// The description.
  public let description: NetworkDescription
  /// The weights; between passes they may be changed, but not their shapes.
  public var weights: [String: Weight]
  private let options: Executor.Options
  private let workers: Workers
  private let pool = MemoryPool()
  private var plans: [PlanKey: LearningPlan] = [:]

  private struct PlanKey: Hashable {
    var size: Triple
    var wanted: [String]
  }

  /// Takes a network's description and its weights.
  public init(
    _ network: Network, options: Executor.Options = Executor.Options(), workers: Workers = .all
  ) {
    description = network.description
    weights = network.weights
    self.options = options
    self.workers = workers
  }

  /// The network as it is now.
  public var network: Network {
    get throws { try Network(description: description, weights: weights) }
  }

  /// Computes outputs, a loss of them, and its gradients.
  ///
  /// - Parameters:
  ///   - images: one tensor an image, all of one size.
  ///   - outputs: the nodes whose values the loss is formed of; the network's output where empty.
  ///   - seed: chooses what dropout leaves out.
  ///   - wantsImageGradients: whether ``Pass/imageGradients`` are wanted.
  ///   - loss: from the outputs, the loss and its gradients with respect to them; an output without
  ///     gradients has none.
  /// - Throws: ``ConvNetError/invalidInput(found:expected:)`` where the images do not suit the network
  ///   or memory is lacking; whatever `loss` throws.
  public func pass(
    _ images: [Tensor], outputs: [String] = [], seed: UInt64 = 0, wantsImageGradients: Bool = false,
    loss: (Outputs) throws -> (loss: Double, gradients: Outputs)
  ) throws -> Pass {
    guard let first = images.first, images.allSatisfy({ $0.size == first.size }),
      images.allSatisfy({ $0.channels == description.input.channels })
    else {
      throw ConvNetError.invalidInput(
        found: "images of several sizes, of \(images.first?.channels ?? 0) channels, or none",
        expected: "one size and \(description.input.channels) channels")
    }
    let names = outputs.isEmpty ? [description.output] : outputs
    let plan = try plan(for: first.size, wanted: names)
    try pool.settle()
    let wanted = try names.map { name in
      guard let number = plan.numbers[name] else {
        throw ConvNetError.invalidNetwork(
          node: name, reason: "is wanted as an output but is not there")
      }
      return number
    }
    var run = LearningRun(
      plan: plan, weights: weights, wanted: wanted, wantsImageGradients: wantsImageGradients,
      context: LearningContext(workers: workers, pool: pool, options: options, seed: seed))
    let values = try run.forward(images)
    let (value, gradients) = try loss(
      Dictionary(zip(names, values), uniquingKeysWith: { first, _ in first }))
    var deltas: [Int: [Tensor]] = [:]
    for (name, number) in zip(names, wanted) { deltas[number] = gradients[name] }
    try run.backward(deltas)
    return Pass(
      loss: value, gradients: run.gradients, statistics: run.statistics,
      imageGradients: run.imageGradients)
  }

  private func plan(for size: Triple, wanted: [String]) throws -> LearningPlan {
    let key = PlanKey(size: size, wanted: wanted)
    if let plan = plans[key] { return plan }
    let plan = try LearningPlan(
      Network(description: description, weights: weights), imageSize: size, wanted: wanted)
    // What was for another size is of no use.
    pool.empty()
    plans[key] = plan
    return plan
  }
}
