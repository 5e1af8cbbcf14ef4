internal import ConvNet
internal import Foundation

/// A training's state as a safetensors file, with what must be the same when it goes on.
struct Checkpoint {
  static let version = "2"
  var options: TrainingOptions
  /// The names of the cases that are learned from, and of those held out.
  var cases: [[String]]
  var state: TrainingState

  private struct Numbers: Codable {
    var step: Int
    var epochLoss: Double
    var optimizerSteps: Int
    var averageSteps: Int?
    var batches: Int
    var bestDice: Double?
    var bestEpoch: Int?
  }

  init(options: TrainingOptions, cases: [[String]], state: TrainingState) {
    self.options = options
    self.cases = cases
    self.state = state
  }

  /// Writes the file beside its place and renames it.
  ///
  /// - Throws: ``ConvNetError/unwritable(path:reason:)``.
  func write(to url: URL) throws {
    var arrays: [String: Weight] = [:]
    func add(_ weights: [String: Weight], _ part: String) {
      for (name, weight) in weights { arrays["\(part)/\(name)"] = weight }
    }
    func add(_ values: [Float], _ name: String) {
      arrays[name] = Weight(shape: [values.count], values: values)
    }
    add(state.weights, "weights")
    if let average = state.average { add(average.weights, "average") }
    if let best = state.best { add(best.weights, "best") }
    for (name, slots) in state.optimizer.memory {
      for (slot, values) in slots { add(values, "optimizer/\(slot)/\(name)") }
    }
    for (number, batch) in state.statistics.batches.enumerated() {
      for (name, values) in batch { add(values, "statistics/\(number)/\(name)") }
    }
    let numbers = Numbers(
      step: state.step, epochLoss: state.epochLoss, optimizerSteps: state.optimizer.steps,
      averageSteps: state.average?.steps,
      batches: state.statistics.batches.count, bestDice: state.best?.dice,
      bestEpoch: state.best?.epoch)
    try SafeTensors.write(
      arrays,
      metadata: [
        "medcnn.checkpoint": Checkpoint.version, "options": try text(options),
        "cases": try text(cases), "log": try text(state.log), "numbers": try text(numbers),
      ], to: url.relativePath)
  }

  private func text(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// Reads a file.
  ///
  /// - Throws: ``ConvNetError`` where it is no safetensors file,
  ///   ``SegmentationError/checkpoint(path:reason:)`` where it is no checkpoint.
  init(contentsOf url: URL) throws {
    let path = url.relativePath
    let file = try SafeTensors(path: path)
    func invalid(_ reason: String) -> SegmentationError { .checkpoint(path: path, reason: reason) }
    guard file.metadata["medcnn.checkpoint"] == Checkpoint.version else {
      throw invalid("it is not a training's checkpoint of version \(Checkpoint.version)")
    }
    func read<Value: Decodable>(_ key: String) throws -> Value {
      guard let text = file.metadata[key] else { throw invalid("its metadata has no \"\(key)\"") }
      do {
        return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
      } catch {
        throw invalid("its \"\(key)\" cannot be read")
      }
    }
    options = try read("options")
    cases = try read("cases")
    let numbers: Numbers = try read("numbers")
    let arrays = try file.weights()
    func part(_ prefix: String) -> [String: Weight] {
      var found: [String: Weight] = [:]
      for (name, weight) in arrays where name.hasPrefix(prefix + "/") {
        found[String(name.dropFirst(prefix.count + 1))] = weight
      }
      return found
    }
    var memory: [String: [String: [Float]]] = [:]
    for slot in ["velocity", "square"] {
      for (name, weight) in part("optimizer/\(slot)") {
        memory[name, default: [:]][slot] = weight.values
      }
    }
    let batches = try (0..<min(max(0, numbers.batches), 1000)).map { number in
      let batch = part("statistics/\(number)")
      guard !batch.isEmpty else { throw invalid("it lacks the statistics of batch \(number)") }
      return batch.mapValues(\.values)
    }
    state = TrainingState(
      step: numbers.step, epochLoss: numbers.epochLoss, weights: part("weights"),
      optimizer: Optimizer(
        options.optimizer, decay: options.decay, steps: numbers.optimizerSteps, memory: memory),
      statistics: BatchStatistics(batches: batches), log: try read("log"))
    if let decay = options.averageDecay, let steps = numbers.averageSteps {
      state.average = WeightAverage(decay: decay, weights: part("average"), steps: steps)
    }
    if let dice = numbers.bestDice, let epoch = numbers.bestEpoch {
      state.best = TrainingState.Best(weights: part("best"), dice: dice, epoch: epoch)
    }
  }

  /// Refuses to go on with something else.
  ///
  /// - Throws: ``SegmentationError/checkpoint(path:reason:)``.
  func check(
    against options: TrainingOptions, cases: [[String]], weights: [String: Weight],
    modelWeights: [String: Weight], path: String
  ) throws(SegmentationError) {
    func invalid(_ reason: String) -> SegmentationError { .checkpoint(path: path, reason: reason) }
    var expected = options
    // A training may be made longer, at other rates, or be judged in another way.
    expected.epochs = self.options.epochs
    expected.learningRate = self.options.learningRate
    expected.validationInterval = self.options.validationInterval
    expected.patience = self.options.patience
    guard expected == self.options else {
      throw invalid("it was written with other options; give the same ones, or start anew")
    }
    guard cases == self.cases else {
      throw invalid("it was written with other cases; give the same ones, or start anew")
    }
    func shapes(_ weights: [String: Weight]) -> [String: [Int]] { weights.mapValues(\.shape) }
    let wanted = shapes(weights)
    guard shapes(state.weights) == wanted,
      state.average.map({ shapes($0.weights) }) ?? wanted == wanted,
      state.best.map({ shapes($0.weights) == shapes(modelWeights) }) ?? true
    else { throw invalid("its network has other weights than this one") }
    for (name, slots) in state.optimizer.memory {
      for values in slots.values where values.count != state.weights[name]?.values.count {
        throw invalid("its optimiser remembers another number of weights of \(name)")
      }
    }
    guard state.step >= 0, state.log.rows.count == state.step / options.stepsPerEpoch else {
      throw invalid("its step \(state.step) does not fit its \(state.log.rows.count) epochs")
    }
  }
}
