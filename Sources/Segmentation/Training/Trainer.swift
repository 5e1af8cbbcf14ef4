internal import Basics
internal import ConvNet
public import Foundation
public import Parallel
internal import Volumes

/// Trains a model's network by back-propagation.
///
/// The weights after each step follow from the model, the options and the cases alone: they have the
/// same bits for any number of threads, and for a training that was broken off and goes on from a
/// checkpoint.
public final class Trainer {
  /// What happens.
  public enum Event: Sendable {
    /// A step is finished.
    case step(Int, of: Int, loss: Double)
    /// A case held out was segmented, the first being 1.
    case validated(Int, of: Int)
    /// An epoch is finished.
    case epoch(TrainingLog)
    /// The model is better than all before on the cases held out.
    case improved(Model)
  }

  /// How to go about it.
  public let options: TrainingOptions
  private let model: Model
  private let training: [TrainingCase]
  private let validation: [TrainingCase]
  private let exchange: any GradientExchange
  private let workers: Workers
  private let frame: SegmentFrame
  private let network: TrainingNetwork
  /// The outputs of which the loss is formed, the model's first, and their weights.
  private let outputs: [String]
  private let outputWeights: [Double]
  private let classes: ClassTable
  private var state: TrainingState

  /// - Parameters:
  ///   - model: its network's weights are those at first.
  ///   - training: the cases to learn from; look at them with ``TrainingCheck`` first.
  ///   - validation: the cases held out, by which the best weights are chosen; may be empty.
  /// - Throws: ``SegmentationError/option(found:expected:)`` where the options contradict themselves
  ///   or do not suit the model; ``ConvNetError`` where the network cannot see such segments.
  public init(
    _ model: Model, options: TrainingOptions, training: [TrainingCase],
    validation: [TrainingCase] = [], exchange: any GradientExchange = SingleProcess(),
    workers: Workers = .all
  ) throws {
    if let fault = options.fault {
      throw SegmentationError.option(found: "options of a training", expected: "others: \(fault)")
    }
    guard !training.isEmpty || options.phantoms?.fraction == 1 else {
      throw SegmentationError.option(
        found: "no case to learn from", expected: "at least one")
    }
    classes = try ClassTable(model.output, regions: options.loss.regions)
    self.model = model
    self.options = options
    self.training = training
    self.validation = validation
    self.exchange = exchange
    self.workers = workers
    frame = try SegmentFrame(model, segment: options.segment)
    let description = model.network.description
    let (supervised, more) =
      options.deepSupervision ? description.withDeepSupervision() : (description, [])
    outputs = [description.logits] + more
    // The coarsest output, which would have none, is left out; there is no other beside a single one.
    outputWeights = Array(
      SegmentationLoss.deepSupervisionWeights(outputs: more.isEmpty ? 1 : more.count + 2)
        .prefix(outputs.count))
    var random = SplitMix(seed: options.seed, keys: -5)
    let weights = try Network(randomized: supervised, using: &random).weights
      .merging(model.network.weights) { $1 }
    network = try TrainingNetwork(
      Network(description: supervised, weights: weights), workers: workers)
    let labels = model.output.values.filter { $0 != 0 }
    state = TrainingState(
      weights: weights,
      optimizer: Optimizer(options.optimizer, decay: options.decay),
      average: options.averageDecay.map {
        WeightAverage(decay: $0, weights: weights)
      },
      log: TrainingLog(labels: labels.map { model.labels.name(of: $0) }))
  }

  /// The epochs that are finished.
  public var finishedEpochs: Int { state.step / options.stepsPerEpoch }
  /// The steps that are finished.
  public var finishedSteps: Int { state.step }

  /// Goes on from a checkpoint of the same training.
  ///
  /// - Throws: ``SegmentationError/checkpoint(path:reason:)`` where it is of another one.
  public func resume(from url: URL) throws {
    let checkpoint = try Checkpoint(contentsOf: url)
    try checkpoint.check(
      against: options, cases: caseNames, weights: state.weights,
      modelWeights: model.network.weights, path: url.relativePath)
    state = checkpoint.state
  }

  private var caseNames: [[String]] { [training, validation].map { $0.map(\.name) } }

  /// Trains until the last epoch, or until patience ends.
  ///
  /// - Parameters:
  ///   - checkpoint: where the state is kept.
  ///   - interval: how long after the state was kept it is kept again, if not sooner, which is after
  ///     each epoch.
  ///   - report: is told what happens; what it throws ends the training.
  /// - Returns: the model with the best weights, or the last ones where no cases are held out.
  /// - Throws: ``SegmentationError/diverged(step:cases:place:)`` where a loss or gradient is not
  ///   finite; whatever keeps a case from being read or a file from being written.
  public func run(
    checkpoint: URL? = nil, every interval: Duration = .seconds(600),
    report: (Event) throws -> Void = { _ in }
  ) throws -> Model {
    let (model, classes, frame, workers) = (model, classes, frame, workers)
    let memory = CaseMemory(
      training, capacity: options.casesInMemory, stepsPerEpoch: options.stepsPerEpoch,
      seed: options.seed
    ) { try PreparedCase($0, model: model, classes: classes, frame: frame, workers: workers) }
    // Beside the steps, which the other threads compute.
    let background = Workers(count: max(1, workers.count / 2))
    let (options, rank) = (options, exchange.rank)
    let phantoms = try options.phantoms.map { phantoms in
      CaseMemory(
        try phantoms.cases(channels: model.channels), capacity: phantoms.inMemory,
        stepsPerEpoch: options.stepsPerEpoch, seed: options.seed &+ 1
      ) {
        try PreparedCase($0, model: model, classes: classes, frame: frame, workers: background)
      }
    }
    let queue = BatchQueue {
      try options.batch($0, of: memory, phantoms: phantoms, frame: frame, rank: rank)
    }
    defer {
      queue.finish()
      memory.finish()
      phantoms?.finish()
    }
    var saved = ContinuousClock.now
    while finishedEpochs < options.epochs, !isOutOfPatience {
      let row = try epoch(queue) { event in
        if case .step = event, let checkpoint, saved.duration(to: .now) >= interval {
          try keep(at: checkpoint)
          saved = .now
        }
        try report(event)
      }
      state.log.rows.append(row)
      if let dice = row.dice, dice > state.best?.dice ?? -1 {
        state.best = TrainingState.Best(
          weights: inferenceWeights, dice: dice, epoch: row.epoch)
        try report(.improved(try result()))
      }
      if let checkpoint {
        try keep(at: checkpoint)
        saved = .now
      }
      try report(.epoch(state.log))
    }
    return try result()
  }

  /// The weights of the model, used now: without those of outputs that only help to learn.
  private var inferenceWeights: [String: Weight] {
    state.inferenceWeights.filter { model.network.weights[$0.key] != nil }
  }

  /// Writes the state, in an epoch too.
  private func keep(at url: URL) throws {
    var state = state
    if state.weights.isEmpty { state.weights = network.weights }
    try Checkpoint(options: options, cases: caseNames, state: state).write(to: url)
  }

  private var isOutOfPatience: Bool {
    options.patience.map { state.validationsWithoutProgress >= $0 } ?? false
  }

  private func epoch(
    _ queue: BatchQueue, _ report: (Event) throws -> Void
  ) throws -> TrainingLog.Row {
    let number = finishedEpochs
    let rate = options.learningRate.rate(epoch: number, of: options.epochs)
    let last = options.epochs * options.stepsPerEpoch
    network.weights = state.weights
    // The network's copy is the only one while it changes.
    state.weights = [:]
    for _ in state.step % options.stepsPerEpoch..<options.stepsPerEpoch {
      let batch = try queue.batch(state.step, prefetches: state.step + 1 < last)
      let loss = try step(batch, rate: rate)
      state.epochLoss += loss
      state.step += 1
      try report(.step(state.step, of: last, loss: loss))
    }
    state.weights = network.weights
    var row = TrainingLog.Row(
      epoch: number + 1, step: state.step, learningRate: rate,
      loss: state.epochLoss / Double(options.stepsPerEpoch),
      labelDice: classes.regions.map { _ in nil })
    state.epochLoss = 0
    let isDue = row.epoch % options.validationInterval == 0 || row.epoch == options.epochs
    if !validation.isEmpty, isDue {
      let scores = try validate(report)
      row.dice = scores.mean
      row.labelDice = scores.means
      row.wholeDice = scores.wholeMean
    }
    return row
  }

  /// One step; returns the loss.
  private func step(_ batch: TrainingBatch, rate: Double) throws -> Double {
    let seed = SplitMix(seed: options.seed, keys: -2, state.step, exchange.rank).seed
    let pass = try network.pass(batch.images, outputs: outputs, seed: seed) { found in
      let (loss, gradients) = try options.loss.evaluate(
        outputs: outputs.map { found[$0] ?? [] }, targets: batch.targets, weights: outputWeights,
        workers: workers)
      return (loss, Dictionary(zip(outputs, gradients)) { first, _ in first })
    }
    guard pass.loss.isFinite else {
      throw SegmentationError.diverged(
        step: state.step + 1, cases: batch.cases,
        place: try firstBadNode(batch, seed: seed) ?? "the loss")
    }
    var gradients = pass.gradients
    var statistics = pass.statistics
    var loss = ["loss": [Float(pass.loss)]]
    try exchange.average(&gradients)
    try exchange.average(&statistics)
    try exchange.average(&loss)
    let norm = gradients.globalNorm
    guard norm.isFinite else {
      let name = gradients.keys.sorted().first { name in
        !(gradients[name] ?? []).allSatisfy(\.isFinite)
      }
      throw SegmentationError.diverged(
        step: state.step + 1, cases: batch.cases, place: "the gradient of \(name ?? "the weights")")
    }
    if let limit = options.largestGradient { gradients.clip(norm: norm, to: limit) }
    state.optimizer.step(&network.weights, gradients: gradients, rate: rate, workers: workers)
    state.average?.add(network.weights)
    state.statistics.add(statistics)
    return exchange.count == 1 ? pass.loss : Double(loss["loss"]?.first ?? .nan)
  }

  /// The first layer whose output is not finite.
  private func firstBadNode(_ batch: TrainingBatch, seed: UInt64) throws -> String? {
    struct Found: Error { var name: String? }
    let names = model.network.description.nodes.map(\.name)
    do {
      _ = try network.pass(batch.images, outputs: names, seed: seed) { outputs in
        throw Found(
          name: names.first { name in
            (outputs[name] ?? []).contains { !$0.values.allSatisfy(\.isFinite) }
          })
      }
      return nil
    } catch let found as Found {
      return found.name.map { "the output of layer \($0)" }
    }
  }

  private func validate(_ report: (Event) throws -> Void) throws -> HeldOutScores {
    var segmenting = Segmenter.Options()
    segmenting.workers = workers
    let segmenter = try Segmenter(
      model.replacing(inferenceWeights, card: model.card), options: segmenting)
    var scores = try HeldOutScores(model: model, options: options)
    for (index, item) in validation.enumerated() {
      try scores.add(segmenter, item)
      try report(.validated(index + 1, of: validation.count))
    }
    return scores
  }

  /// The model with the best weights, or those of now.
  private func result() throws -> Model {
    var card = model.card
    let epoch = state.best?.epoch ?? finishedEpochs
    let phantoms = options.phantoms.map {
      ", phantoms for \(Int(($0.fraction * 100).rounded())) % of the segments"
    }
    card.trainingData =
      "\(training.count) cases\(phantoms ?? "") (\(model.channels.map(\.name).joined(separator: ", "))), "
      + "\(epoch) epochs of \(options.stepsPerEpoch) steps of \(options.batch) segments, "
      + "seed \(options.seed)"
    if let best = state.best, let row = state.log.rows.first(where: { $0.epoch == best.epoch }) {
      let parts = zip(
        state.log.labels + ["all labels"], row.labelDice + [row.wholeDice]
      ).map { name, dice in
        "\(name) " + (dice.map { String(format: "%.3f", $0) } ?? "not in these cases")
      }
      card.accuracy =
        "Dice \(String(format: "%.3f", best.dice)) on \(validation.count) cases held out, by which "
        + "the epoch was chosen (\(parts.joined(separator: ", ")))"
    }
    return try model.replacing(state.best?.weights ?? inferenceWeights, card: card)
  }
}

extension Model {
  /// The model with other weights of its network, and another card.
  func replacing(_ weights: [String: Weight], card: ModelCard) throws -> Model {
    try Model(
      network: Network(description: network.description, weights: weights), channels: channels,
      preprocessing: preprocessing, inference: inference, output: output, labels: labels,
      card: card)
  }
}
