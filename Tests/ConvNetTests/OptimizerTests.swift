import Foundation
import Parallel
import Testing

@testable import ConvNet

@Suite struct OptimizerTests {
  private static let start: [Float] = (0..<8).map { Float($0 * 37 % 11) / 5 - 1 }
  private static let gradients: [[Float]] = (0..<6).map { step -> [Float] in
    (0..<8).map { index -> Float in
      let number = (index * 13 + step * 7) % 17
      return Float(number) / 8 - 1
    }
  }
  private static let rates = [0.1, 0.1, 0.05, 0.05, 0.025, 0.025]

  private func golden() throws -> [String: [Float]] {
    try JSONDecoder().decode(
      [String: [Float]].self,
      from: Data(contentsOf: Golden.folder.appendingPathComponent("optimizers.json")))
  }

  private func run(
    _ optimizer: Optimizer, scale: Double = 1, clip: Double? = nil, shape: [Int] = [8, 1, 1, 1, 1],
    workers: Workers = .all
  ) -> [Float] {
    var optimizer = optimizer
    var weights = ["w": Weight(shape: shape, values: Self.start)]
    for (gradient, rate) in zip(Self.gradients, Self.rates) {
      var gradients = ["w": gradient]
      if let clip { gradients.clip(norm: gradients.globalNorm, to: clip) }
      optimizer.step(&weights, gradients: gradients, rate: scale * rate, workers: workers)
    }
    return weights["w"]!.values
  }

  private static let rules: [(String, Optimizer, scale: Double, clip: Double?)] = [
    ("sgd", Optimizer(.sgd(momentum: 0.9, nesterov: false)), 1, nil),
    (
      "nesterov", Optimizer(.sgd(momentum: 0.9, nesterov: true), decay: .init(l2: 0.03)), 1, nil
    ),
    ("clipped", Optimizer(.sgd(momentum: 0.9, nesterov: false)), 1, 0.5),
    (
      "adamW",
      Optimizer(.adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), decay: .init(decoupled: 0.2)), 1,
      nil
    ),
    (
      "rmsprop", Optimizer(.rmsprop(rho: 0.9, epsilon: 1e-24, momentum: 0, normalized: false)), 1,
      nil
    ),
    (
      "deepMedic",
      Optimizer(
        .rmsprop(rho: 0.9, epsilon: 1e-4, momentum: 0.6, normalized: false),
        decay: .init(l1: 1e-2, l2: 3e-2)), 0.1, nil
    ),
    (
      "deepMedicNormalized",
      Optimizer(
        .rmsprop(rho: 0.9, epsilon: 1e-4, momentum: 0.6, normalized: true),
        decay: .init(l1: 1e-2, l2: 3e-2)), 0.1, nil
    ),
  ]

  @Test(arguments: rules.indices) func followsTheOracle(_ index: Int) throws {
    let (name, optimizer, scale, clip) = Self.rules[index]
    let expected = try #require(try golden()[name])
    for (found, wanted) in zip(run(optimizer, scale: scale, clip: clip), expected) {
      #expect(abs(found - wanted) < 1e-5, "\(name): \(found) where \(wanted) is expected")
    }
  }

  @Test func penalisesKernelsOnly() {
    let free = Optimizer(.sgd(momentum: 0, nesterov: false))
    let decayed = Optimizer(
      .sgd(momentum: 0, nesterov: false), decay: .init(l1: 1, l2: 1, decoupled: 1))
    #expect(run(free, shape: [8]) == run(decayed, shape: [8]))
    #expect(run(free) != run(decayed))
  }

  @Test func goesOnWithWhatItRemembers() {
    var whole = Optimizer.adamW
    var weights = ["w": Weight(shape: [8], values: Self.start)]
    for gradient in Self.gradients { whole.step(&weights, gradients: ["w": gradient], rate: 0.1) }
    var first = Optimizer.adamW
    var again = ["w": Weight(shape: [8], values: Self.start)]
    for gradient in Self.gradients[..<3] {
      first.step(&again, gradients: ["w": gradient], rate: 0.1)
    }
    var second = Optimizer(first.rule, decay: first.decay, steps: first.steps, memory: first.memory)
    for gradient in Self.gradients[3...] {
      second.step(&again, gradients: ["w": gradient], rate: 0.1, workers: Workers(count: 1))
    }
    #expect(again == weights)
  }

  @Test func schedules() {
    let halving = LearningRate(0.8, .halving(epochs: [2, 4]))
    #expect((0..<6).map { halving.rate(epoch: $0, of: 6) } == [0.8, 0.8, 0.4, 0.4, 0.2, 0.2])
    // nnU-Net's PolyLRScheduler at epoch 250 of 1000.
    let poly = LearningRate(0.01, .polynomial(power: 0.9))
    #expect(abs(poly.rate(epoch: 250, of: 1000) - 0.007718895067235705) < 1e-12)
    let cosine = LearningRate(2, .cosine)
    #expect(abs(cosine.rate(epoch: 0, of: 4) - 2) < 1e-12)
    #expect(abs(cosine.rate(epoch: 2, of: 4) - 1) < 1e-12)
    #expect(LearningRate.deepMedicHalvings(epochs: 35) == [17, 22, 27, 30, 33])
    #expect(LearningRate.deepMedicHalvings(epochs: 4) == [1, 2, 3])
  }

  @Test func averagesForgetTheBeginning() {
    var average = WeightAverage(decay: 0.5, weights: ["w": Weight(shape: [1], values: [100])])
    // Decays of 2/11, 3/12, 4/13.
    for value: Float in [1, 1, 1] { average.add(["w": Weight(shape: [1], values: [value])]) }
    let expected = 1 + 99 * (2 / 11.0) * (3 / 12.0) * (4 / 13.0)
    #expect(abs(Double(average.weights["w"]!.values[0]) - expected) < 1e-4)
  }

  @Test func batchStatisticsAreTheMeanOfTheLast() {
    var statistics = BatchStatistics(window: 2)
    for value: Float in [8, 1, 2] { statistics.add(["n.mean": [value, 2 * value]]) }
    var weights = ["n.mean": Weight(shape: [2], values: [0, 0])]
    statistics.apply(to: &weights)
    #expect(weights["n.mean"]!.values == [1.5, 3])
  }
}
