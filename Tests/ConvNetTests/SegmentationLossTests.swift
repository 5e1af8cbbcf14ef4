import Basics
import ConvNet
import Foundation
import Parallel
import Testing

/// Losses and their gradients against PyTorch's and against central differences in double precision.
@Suite struct SegmentationLossTests {
  static let golden = try? SafeTensors(
    path: Golden.folder.appendingPathComponent("losses.safetensors").path)

  struct Reference: Decodable {
    var loss: SegmentationLoss
    var value: Double
  }

  static let references: [String: Reference] = {
    guard let text = golden?.metadata["losses"] else { return [:] }
    return (try? JSONDecoder().decode([String: Reference].self, from: Data(text.utf8))) ?? [:]
  }()

  private static func array(_ name: String) throws -> Weight {
    try #require(golden).weight(name)
  }

  @Test func goldenFileIsThere() { #expect(Self.references.count == 9) }

  @Test(arguments: references.keys.sorted()) func againstPyTorch(_ name: String) throws {
    let reference = try #require(Self.references[name])
    let logits = try Golden.tensors(Self.array("logits"))
    let targets = try Golden.targets(Self.array("targets"))
    let found = try reference.loss.evaluate(
      logits: logits, targets: targets, workers: Workers(count: 2))
    #expect(abs(found.loss - reference.value) < 2e-6 * abs(reference.value))
    for (gradient, expected) in zip(
      found.gradients, try Golden.tensors(Self.array("gradient.\(name)")))
    {
      #expect(Golden.relativeError(gradient, expected) < 1e-5)
    }
    let single = try reference.loss.evaluate(
      logits: logits, targets: targets, workers: Workers(count: 1))
    #expect(single.loss == found.loss && single.gradients == found.gradients)
  }

  @Test(arguments: references.keys.sorted()) func centralDifferences(_ name: String) throws {
    let loss = try #require(Self.references[name]).loss
    var generator = SplitMix(state: 7)
    let size = Triple(3, 3, 3)
    let logits = (0..<2).map { _ in
      Tensor(
        channels: 4, size: size,
        values: (0..<108).map { _ in Float.random(in: -3...3, using: &generator) })
    }
    let targets = (0..<2).map { _ in
      TargetMap(
        size: size,
        classes: (0..<27).map { _ in [0, 0, 1, 2, 3, 255].randomElement(using: &generator) ?? 0 })
    }
    let found = try loss.evaluate(logits: logits, targets: targets, workers: Workers(count: 2))
    var values = logits.map { $0.values.map { Double($0) } }
    let expected = DoubleLoss(loss, targets, channels: 4)
    #expect(abs(found.loss - expected(values)) < 2e-6)
    for (image, gradient) in found.gradients.enumerated() {
      let scale = Double(gradient.values.map { abs($0) }.max() ?? 0)
      for index in gradient.values.indices {
        let before = values[image][index]
        values[image][index] = before + 1e-5
        let high = expected(values)
        values[image][index] = before - 1e-5
        let difference = (high - expected(values)) / 2e-5
        values[image][index] = before
        #expect(abs(Double(gradient.values[index]) - difference) < 1e-5 * scale + 1e-9)
      }
    }
  }

  @Test func manyVoxelsInChunks() throws {
    var generator = SplitMix(state: 3)
    let size = Triple(17, 19, 31)
    let count = 17 * 19 * 31
    let logits = Tensor(
      channels: 3, size: size,
      values: (0..<3 * count).map { _ in Float.random(in: -30...30, using: &generator) })
    let target = TargetMap(
      size: size, classes: (0..<count).map { _ in UInt8.random(in: 0...2, using: &generator) })
    let loss = SegmentationLoss()
    let found = try loss.evaluate(logits: [logits], targets: [target], workers: Workers(count: 3))
    let single = try loss.evaluate(logits: [logits], targets: [target], workers: Workers(count: 1))
    #expect(found.loss == single.loss && found.gradients == single.gradients)
    let expected = DoubleLoss(loss, [target], channels: 3)([logits.values.map { Double($0) }])
    #expect(abs(found.loss - expected) < 1e-6 * expected)
  }

  @Test func extremeLogits() throws {
    var logits = Tensor(channels: 2, size: Triple(1, 1, 3), values: [500, -500, 0, -500, 500, 0])
    let target = TargetMap(size: logits.size, classes: [1, 1, 0])
    for regions in [nil, [[0], [1]]] as [[[UInt8]]?] {
      for gamma in [Float(0), 0.5, 2] {
        var loss = SegmentationLoss(regions: regions)
        loss.crossEntropy?.focalExponent = gamma
        let found = try loss.evaluate(logits: [logits], targets: [target], workers: .all)
        #expect(found.loss.isFinite)
        #expect(found.gradients[0].values.allSatisfy { $0.isFinite })
      }
    }
    logits.values[4] = .nan
    for regions in [nil, [[0], [1]]] as [[[UInt8]]?] {
      let loss = SegmentationLoss(regions: regions)
      #expect(try loss.evaluate(logits: [logits], targets: [target], workers: .all).loss.isNaN)
    }
  }

  @Test func nothingCounts() throws {
    let logits = Tensor(channels: 2, size: Triple(1, 2, 3), repeating: 1)
    let target = TargetMap(size: logits.size, classes: [UInt8](repeating: 255, count: 6))
    let found = try SegmentationLoss().evaluate(logits: [logits], targets: [target], workers: .all)
    #expect(found.loss == 0)
    #expect(found.gradients[0].values.allSatisfy { $0 == 0 })
  }

  @Test func deepSupervision() throws {
    #expect(SegmentationLoss.deepSupervisionWeights(outputs: 1) == [1])
    let weights = SegmentationLoss.deepSupervisionWeights(outputs: 3)
    #expect(weights == [2.0 / 3, 1.0 / 3, 0])
    let target = TargetMap(size: Triple(2, 4, 4), classes: (0..<32).map { UInt8($0 % 2) })
    let coarse = target.resampled(to: Triple(1, 2, 2))
    // The centre of a coarse voxel is where fine voxel 1 of each axis begins.
    #expect(coarse.classes == [1, 1, 1, 1])
    let fine = Tensor(channels: 2, size: target.size, values: (0..<64).map { Float($0) / 10 })
    let low = Tensor(channels: 2, size: coarse.size, values: (0..<8).map { Float($0) / 5 })
    let loss = SegmentationLoss()
    let found = try loss.evaluate(
      outputs: [[fine], [low], [low]], targets: [target], weights: weights, workers: .all)
    let first = try loss.evaluate(logits: [fine], targets: [target], workers: .all)
    let second = try loss.evaluate(logits: [low], targets: [coarse], workers: .all)
    #expect(abs(found.loss - (first.loss * 2 + second.loss) / 3) < 1e-12)
    let expected = second.gradients[0].values.map { $0 / 3 }
    for (value, expected) in zip(found.gradients[1][0].values, expected) {
      #expect(abs(value - expected) < 1e-7)
    }
    #expect(found.gradients[2].isEmpty)
  }

  @Test func refusesWhatDoesNotFit() throws {
    let logits = Tensor(channels: 2, size: Triple(1, 1, 2))
    let wrongClass = TargetMap(size: logits.size, classes: [0, 2])
    let wrongSize = TargetMap(size: Triple(1, 2, 1), classes: [0, 1])
    let right = TargetMap(size: logits.size, classes: [0, 1])
    for targets in [[wrongClass], [wrongSize], [], [right, right]] {
      #expect(throws: ConvNetError.self) {
        try SegmentationLoss().evaluate(logits: [logits], targets: targets, workers: .all)
      }
    }
    var weighted = SegmentationLoss()
    weighted.crossEntropy?.outputWeights = [1]
    for loss in [weighted, SegmentationLoss(regions: [[1]])] {
      #expect(throws: ConvNetError.self) {
        try loss.evaluate(logits: [logits], targets: [right], workers: .all)
      }
    }
  }

  @Test func findsLogits() {
    func network(_ operation: ConvNet.Operation) -> NetworkDescription {
      NetworkDescription(
        input: .init(channels: 2),
        nodes: [
          .init(name: "a", operation: .relu, inputs: ["image"]),
          .init(name: "b", operation: operation, inputs: ["a"]),
        ], output: "b")
    }
    #expect(network(.softmax).logits == "a")
    #expect(network(.sigmoid).logits == "a")
    #expect(network(.relu).logits == "b")
  }
}

/// A loss by its definition in double precision.
struct DoubleLoss {
  let loss: SegmentationLoss
  let targets: [TargetMap]
  let channels: Int

  init(_ loss: SegmentationLoss, _ targets: [TargetMap], channels: Int) {
    self.loss = loss
    self.targets = targets
    self.channels = channels
  }

  func callAsFunction(_ logits: [[Double]]) -> Double {
    let weights = loss.crossEntropy?.outputWeights ?? []
    let gamma = Double(loss.crossEntropy?.focalExponent ?? 0)
    let none = [Double](repeating: 0, count: channels)
    var (entropy, weight) = (0.0, 0.0)
    var sums = logits.map { _ in (both: none, all: none, truth: none) }
    for (image, target) in targets.enumerated() {
      let count = target.classes.count
      for (voxel, right) in target.classes.enumerated() where right != 255 {
        let z = (0..<channels).map { logits[image][$0 * count + voxel] }
        let total = z.reduce(0) { $0 + exp($1) }
        for channel in 0..<channels {
          let isRight = loss.regions?[channel].contains(right) ?? (channel == Int(right))
          let p = loss.regions == nil ? exp(z[channel]) / total : 1 / (1 + exp(-z[channel]))
          sums[image].all[channel] += p
          sums[image].both[channel] += isRight ? p : 0
          sums[image].truth[channel] += isRight ? 1 : 0
          if loss.regions == nil && !isRight { continue }
          let w = weights.isEmpty ? 1 : Double(weights[channel])
          let q = isRight ? p : 1 - p
          entropy -= w * pow(1 - q, gamma) * log(q)
          weight += w
        }
      }
    }
    var result = (loss.crossEntropy?.weight ?? 0) * entropy / max(weight, 1e-30)
    guard let dice = loss.dice else { return result }
    if dice.overBatch {
      sums = [
        sums.reduce((none, none, none)) { total, part in
          func add(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map { $0 + $1 } }
          return (add(total.0, part.both), add(total.1, part.all), add(total.2, part.truth))
        }
      ]
    }
    let counted = (loss.regions == nil && !dice.includesBackground ? 1 : 0)..<channels
    let coefficients = sums.flatMap { sum in
      counted.map {
        (2 * sum.both[$0] + dice.smoothing) / (sum.all[$0] + sum.truth[$0] + dice.smoothing)
      }
    }
    result += dice.weight * (1 - coefficients.reduce(0, +) / Double(coefficients.count))
    return result
  }
}
