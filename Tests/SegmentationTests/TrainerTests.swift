import Basics
import ConvNet
import Foundation
import Parallel
import Testing
import Volumes

@testable import Segmentation

@Suite struct TrainerTests {
  private func path(_ name: String) -> URL {
    FileManager.default.temporaryDirectory.appendingPathComponent(
      "medcnn-\(UInt64.random(in: 0 ... .max))-\(name)")
  }

  @Test(arguments: ["deepmedic", "unet"]) func learnsToFindABlob(_ architecture: String) throws {
    let isUNet = architecture == "unet"
    var options = MadeCases.options(steps: 20, epochs: 2)
    options.augmentation.mirrorAxes = [0, 1, 2]
    if isUNet {
      options.optimizer = Optimizer.adamW.rule
      options.decay = Optimizer.adamW.decay
      options.augmentation = .nnUNet
    }
    let trainer = try Trainer(
      isUNet ? MadeCases.uNet() : MadeCases.deepMedic(), options: options,
      training: MadeCases.cases(0..<4), validation: MadeCases.cases(10..<12))
    var log: TrainingLog?
    let model = try trainer.run { if case .epoch(let now) = $0 { log = now } }
    let rows = try #require(log?.rows)
    #expect(rows.count == 2)
    #expect(rows[1].loss < rows[0].loss)
    let dice = try #require(rows.compactMap(\.dice).max())
    #expect(dice > 0.8)
    #expect(model.card.accuracy?.contains("2 cases held out") == true)
    // The model is the best one, and ready to be used.
    let scans = try MadeCases.scans(10)
    let found = try Segmenter(model).segment(scans.scans).labels
    let common = zip(found.voxels, scans.labels.voxels).count { $0 == 1 && $1 == 1 }
    let total = found.voxels.count { $0 == 1 } + scans.labels.voxels.count { $0 == 1 }
    #expect(2 * Double(common) / Double(total) > 0.75)
  }

  @Test func learnsRegionsThatContainEachOther() throws {
    var options = MadeCases.options(steps: 30, epochs: 2)
    options.optimizer = Optimizer.adamW.rule
    options.decay = Optimizer.adamW.decay
    options.learningRate = LearningRate(0.01)
    options.loss.regions = [[1, 2], [2]]
    let cases = (0..<4).map { seed in
      TrainingCase(name: "case \(seed)") { _ in try MadeCases.scans(seed, hasCore: true) }
    }
    let trainer = try Trainer(
      MadeCases.uNetOfRegions(), options: options, training: cases, validation: [cases[0]])
    var log: TrainingLog?
    let model = try trainer.run { if case .epoch(let now) = $0 { log = now } }
    let row = try #require(log?.rows.max { $0.dice ?? 0 < $1.dice ?? 0 })
    #expect(log?.labels == ["whole", "core"])
    #expect(try #require(row.labelDice[0]) > 0.6)
    #expect(try #require(row.labelDice[1]) > 0.4)
    #expect(row.labelDice[0] == row.wholeDice)
    // The core is laid over the whole.
    let found = try Segmenter(model).segment(MadeCases.scans(0, hasCore: true).scans).labels
    #expect(Set(found.labels) == [1, 2])
    #expect {
      try Trainer(MadeCases.uNet(), options: options, training: cases)
    } throws: {
      "\($0)".contains("expected a model of regions")
    }
  }

  @Test func learnsFromCasesWithAbsentScans() throws {
    let description = try UNet.Configuration(inputChannels: 2, classes: 2, features: [8, 8])
      .description()
    var random = SplitMix(seed: 1)
    let model = try Model(
      network: Network(randomized: description, using: &random),
      channels: ["T1", "T2"].map {
        Channel(name: $0, normalization: .zScore(over: .nonZero), optional: true)
      },
      preprocessing: Preprocessing(),
      inference: .windows(patch: [12, 12, 12], step: 0.5, gaussian: 0.125, mirror: []),
      output: Output(activation: .none, decision: .argmax, values: [0, 1]),
      labels: LabelTable([.init(value: 1, name: "blob")]),
      card: ModelCard(name: "made", version: "1", description: "A test."))
    let cases = (0..<4).map { seed in
      TrainingCase(name: "case \(seed)") { _ in
        var made = try MadeCases.scans(seed)
        made.scans = seed % 2 == 0 ? [made.scans[0], nil] : [nil, made.scans[0]]
        return made
      }
    }
    var options = MadeCases.options(steps: 20)
    options.channelDropout = 0.5
    options.optimizer = Optimizer.adamW.rule
    let trained = try Trainer(model, options: options, training: cases).run()
    let scans = try MadeCases.scans(10)
    let segmenter = try Segmenter(trained)
    for given in [[scans.scans[0], nil], [nil, scans.scans[0]]] {
      let found = try segmenter.segment(given).labels
      let common = zip(found.voxels, scans.labels.voxels).count { $0 == 1 && $1 == 1 }
      let total = found.voxels.count { $0 == 1 } + scans.labels.voxels.count { $0 == 1 }
      #expect(2 * Double(common) / Double(total) > 0.6)
    }
    // A model of another network has nothing to begin with.
    #expect(throws: SegmentationError.self) {
      try model.withWeights(of: MadeCases.uNet(), path: "other.safetensors")
    }
    #expect(try model.withWeights(of: trained, path: "trained").network == trained.network)
  }

  @Test func weightsDoNotDependOnThreads() throws {
    var options = MadeCases.options(steps: 2)
    options.augmentation = .nnUNet
    options.augmentation.rotation = 1
    options.averageDecay = 0.9
    let models = try [1, 3].map { threads in
      try Trainer(
        MadeCases.deepMedic(), options: options, training: MadeCases.cases(0..<3),
        workers: Workers(count: threads)
      ).run()
    }
    #expect(models[0] == models[1])
    options.seed = 2
    let other = try Trainer(
      MadeCases.deepMedic(), options: options, training: MadeCases.cases(0..<3)
    ).run()
    #expect(other.network != models[0].network)
  }

  @Test func goesOnFromACheckpointToTheSameBits() throws {
    struct Killed: Error {}
    var options = MadeCases.options(steps: 3, epochs: 2)
    options.averageDecay = 0.9
    options.largestGradient = 1
    func trainer() throws -> Trainer {
      try Trainer(
        MadeCases.deepMedic(), options: options, training: MadeCases.cases(0..<3),
        validation: MadeCases.cases(5..<6))
    }
    let whole = try trainer().run()
    let url = path("checkpoint.safetensors")
    defer { try? FileManager.default.removeItem(at: url) }
    #expect(throws: Killed.self) {
      try trainer().run(checkpoint: url) { if case .epoch = $0 { throw Killed() } }
    }
    let second = try trainer()
    try second.resume(from: url)
    #expect(second.finishedEpochs == 1)
    #expect(try second.run(checkpoint: url) == whole)

    options.batch += 1
    #expect {
      try trainer().resume(from: url)
    } throws: {
      "\($0)".contains("with other options")
    }
  }

  /// Broken off in an epoch, with outputs that only help to learn.
  @Test func goesOnWithinAnEpochToTheSameBits() throws {
    struct Killed: Error {}
    var options = MadeCases.options(steps: 4, epochs: 2, segment: 16)
    options.batch = 1
    options.deepSupervision = true
    options.averageDecay = 0.9
    func trainer() throws -> Trainer {
      try Trainer(
        MadeCases.uNet(features: [4, 4, 4, 4], patch: 16), options: options,
        training: MadeCases.cases(0..<2), validation: MadeCases.cases(5..<6))
    }
    var log: TrainingLog?
    let whole = try trainer().run { if case .epoch(let now) = $0 { log = now } }
    #expect(!whole.network.weights.keys.contains { $0.hasPrefix("supervision") })
    let url = path("checkpoint.safetensors")
    defer { try? FileManager.default.removeItem(at: url) }
    for (killed, kept) in [(3, 3), (6, 6)] {
      let broken = try trainer()
      if killed > 3 { try broken.resume(from: url) }
      #expect(throws: Killed.self) {
        try broken.run(checkpoint: url, every: .zero) {
          if case .step(killed, _, _) = $0 { throw Killed() }
        }
      }
      let found = try Checkpoint(contentsOf: url)
      #expect(found.state.step == kept)
      #expect(found.state.weights["supervision.1.weight"] != nil)
    }
    let last = try trainer()
    try last.resume(from: url)
    #expect(last.finishedSteps == 6)
    var resumed: TrainingLog?
    #expect(try last.run { if case .epoch(let now) = $0 { resumed = now } } == whole)
    #expect(resumed == log)
    // A checkpoint is kept after an epoch only, where there is time.
    #expect(throws: Killed.self) {
      try trainer().run(checkpoint: url) { if case .step(7, _, _) = $0 { throw Killed() } }
    }
    #expect(try Checkpoint(contentsOf: url).state.step == 4)
  }

  @Test func moreCasesThanMemoryComeIntoUseInTurn() throws {
    let model = try MadeCases.deepMedic()
    let frame = try SegmentFrame(model, segment: Triple(repeating: 12))
    let classes = try ClassTable(model.output)
    let loads = Locked([String: Int]())
    let memory = CaseMemory(MadeCases.cases(0..<6), capacity: 2, stepsPerEpoch: 4, seed: 1) {
      item in
      loads.withLock { $0[item.name, default: 0] += 1 }
      return try PreparedCase(
        item, model: model, classes: classes, frame: frame, workers: Workers(count: 1))
    }
    for step in 0..<40 {
      var random = SplitMix(seed: 1, keys: step)
      _ = try memory.drawn(step: step, using: &random)
    }
    let counts = loads.withLock { $0 }
    #expect(counts.count == 6)
    memory.finish()
    // About two an epoch of four steps, and the next one.
    #expect(counts.values.reduce(0, +) <= 24)
  }

  @Test func stopsWhereNumbersAreNotFinite() throws {
    var options = MadeCases.options(steps: 20)
    options.optimizer = .sgd(momentum: 0, nesterov: false)
    options.learningRate = LearningRate(1e30)
    let trainer = try Trainer(
      MadeCases.uNet(), options: options, training: MadeCases.cases(0..<1))
    #expect {
      try trainer.run()
    } throws: {
      guard case SegmentationError.diverged(_, let cases, let place) = $0 else { return false }
      return cases.contains("case 0") && (place.contains("layer") || place.contains("gradient"))
    }
  }

  @Test func endsWithoutProgress() throws {
    var options = MadeCases.options(steps: 1, epochs: 9)
    options.patience = 2
    options.learningRate = LearningRate(1e-12)
    options.optimizer = .sgd(momentum: 0, nesterov: false)
    let trainer = try Trainer(
      MadeCases.uNet(), options: options, training: MadeCases.cases(0..<1),
      validation: MadeCases.cases(1..<2))
    _ = try trainer.run()
    #expect(trainer.finishedEpochs == 3)
  }

  @Test func logsAreTables() {
    var log = TrainingLog(labels: ["core, \"dark\"", "rim"])
    log.rows = [
      .init(
        epoch: 1, step: 4, learningRate: 0.5, loss: 1.25, dice: 0.75, labelDice: [0.5, nil],
        wholeDice: 0.25)
    ]
    #expect(
      log.csv == """
        epoch,step,learning_rate,loss,dice,dice all labels,"dice core, ""dark\""",dice rim
        1,4,0.5,1.25,0.75,0.25,0.5,

        """)
  }
}
