import Basics
import ArgumentParser
import ConvNet
import Foundation
import Parallel
import Segmentation

extension ModelCommand {
  struct Profile: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Time a model on this machine, layer by layer or in training.",
      discussion: """
        Images are random numbers. Training is a step of gradient descent with cross-entropy and \
        soft Dice, from the images to the changed weights.

        For research use only.

        Example:
          medcnn model profile model.safetensors --size 128
          medcnn model profile model.safetensors --size 25 --training --batch 10
        """)

    @Argument(help: "The model file.", completion: .file(extensions: ["safetensors"]))
    var model: String

    @Option(help: "The images' size in voxels: one number, or three for x, y and z.")
    var size: GridSize

    @Flag(help: "Time steps of training instead of the layers at inference.")
    var training = false

    @Option(help: "The number of images of a training step. (default: 2)")
    var batch: Int?

    @Option(help: "How often to measure; the median is shown.")
    var repeats = 3

    @OptionGroup var threads: ThreadOption

    func validate() throws {
      guard 1...1000 ~= repeats else {
        throw ValidationError("--repeats takes 1 to 1000, not \(repeats).")
      }
      guard let batch else { return }
      guard training else { throw ValidationError("--batch goes with --training.") }
      guard 1...10_000 ~= batch else {
        throw ValidationError("--batch takes 1 to 10000, not \(batch).")
      }
    }

    func run() throws {
      let network = try Model(contentsOf: URL(fileURLWithPath: model)).network
      var generator = SplitMix(state: 1)
      let shape = Triple(size.voxels.z, size.voxels.y, size.voxels.x)
      let channels = network.description.input.channels
      let (slice, tooLarge) = shape.y.multipliedReportingOverflow(by: shape.x)
      guard !tooLarge, shape.z < Int32.max, slice < Int(Int32.max) / shape.z / channels else {
        throw ValidationError("--size: images of so many voxels cannot be timed.")
      }
      let images = (0..<(training ? batch ?? 2 : 1)).map { _ in
        Tensor(
          channels: channels, size: shape,
          values: (0..<channels * shape.z * slice).map { _ in
            Float.random(in: -1...1, using: &generator)
          })
      }
      if training {
        try train(network, images, using: &generator)
      } else {
        try infer(network, images[0])
      }
      var usage = rusage()
      getrusage(.init(RUSAGE_SELF.rawValue), &usage)
      print("peak memory \(usage.ru_maxrss / 1024) MB")
    }

    private func median(_ values: [Double]) -> Double {
      let ordered = values.sorted()
      return (ordered[(ordered.count - 1) / 2] + ordered[ordered.count / 2]) / 2
    }

    private func infer(_ network: Network, _ image: Tensor) throws {
      let executor = try Executor(network)
      // The first time packs weights.
      var layers = try executor.profile(image, workers: threads.workers)
      let times = try (0..<repeats).map { _ in
        try executor.profile(image, workers: threads.workers)
      }
      for index in layers.indices {
        layers[index].seconds = median(times.map { $0[index].seconds })
      }
      var table = TextTable(["layer", "operation", "ms", "GFLOP/s"], leftAligned: [0, 1])
      for layer in layers {
        table.append([
          layer.name, layer.kind, (1000 * layer.seconds).fixed(3),
          layer.operations > 0 ? (layer.operations / layer.seconds / 1e9).fixed(0) : "",
        ])
      }
      let seconds = median(times.map { $0.reduce(0) { $0 + $1.seconds } })
      table.append(["all", "", (1000 * seconds).fixed(3), ""])
      print(table.text)
    }

    private func train(
      _ network: Network, _ images: [Tensor], using generator: inout SplitMix
    ) throws {
      let learner = TrainingNetwork(network, workers: threads.workers)
      let loss = SegmentationLoss()
      let logits = network.description.logits
      var targets: [TargetMap] = []
      let clock = ContinuousClock()
      var parts: [[Double]] = []
      // The first two steps, which ask the system for memory, do not count.
      for step in 0..<repeats + 2 {
        let start = clock.now
        var (between, after) = (start, start)
        let pass = try learner.pass(images, outputs: [logits], seed: UInt64(step)) { outputs in
          between = clock.now
          let tensors = outputs[logits] ?? []
          if targets.isEmpty {
            targets = tensors.map { Self.target(for: $0, using: &generator) }
          }
          let found = try loss.evaluate(
            logits: tensors, targets: targets, workers: threads.workers)
          after = clock.now
          return (found.loss, [logits: found.gradients])
        }
        let differentiated = clock.now
        for (name, gradient) in pass.gradients {
          learner.weights[name]?.descend(gradient, rate: 1e-4)
        }
        let times = [start, between, after, differentiated, clock.now]
        if step >= 2 { parts.append(zip(times, times.dropFirst()).map { ($1 - $0) / .seconds(1) }) }
      }
      var table = TextTable(["part of a step", "s"], leftAligned: [0])
      for (index, name) in ["forward", "loss", "backward", "update"].enumerated() {
        table.append([name, median(parts.map { $0[index] }).fixed(4)])
      }
      table.append(["all", median(parts.map { $0.reduce(0, +) }).fixed(4)])
      print(table.text)
    }

    private static func target(
      for logits: Tensor, using generator: inout SplitMix
    ) -> TargetMap {
      let most = UInt8(clamping: min(logits.channels, 255) - 1)
      return TargetMap(
        size: logits.size,
        classes: (0..<logits.values.count / logits.channels).map { _ in
          UInt8.random(in: 0...most, using: &generator)
        })
    }
  }
}

extension Weight {
  /// Moves against a gradient.
  fileprivate mutating func descend(_ gradient: [Float], rate: Float) {
    values.withUnsafeMutableBufferPointer { values in
      gradient.withUnsafeBufferPointer { gradient in
        for index in values.indices { values[index] -= rate * gradient[index] }
      }
    }
  }
}
