import Basics
import ConvNet
import Foundation
import Parallel
import Testing

/// A U-Net whose coarser stages have outputs of their own.
@Suite struct DeepSupervisionTests {
  private static let plain = UNet.Configuration(
    inputChannels: 1, classes: 2, features: [2, 2, 2, 2])

  @Test func eachStageBetweenHasAnOutput() throws {
    let description = try Self.plain.description()
    let (network, outputs) = description.withDeepSupervision()
    // Of the decoder's three stages the finest has the network's output, the coarsest none.
    #expect(outputs == ["supervision.1"])
    #expect(network.output == description.output)
    #expect(Array(network.nodes.dropLast()) == description.nodes)
    let size = try network.sizes(for: Triple(8, 8, 16))[outputs[0]]
    #expect(size == Triple(4, 4, 8))
    let small = try UNet.Configuration(inputChannels: 1, classes: 2, features: [2, 2, 2])
      .description()
    #expect(small.withDeepSupervision().outputs.isEmpty)
    let other = try DeepMedic.Configuration.paper(inputChannels: 1, classes: 2).description()
    #expect(other.withDeepSupervision().network == other)
  }

  /// The gradient of a sum over both outputs against central differences in double precision.
  @Test func gradientsOfBothOutputsAreAdded() throws {
    var generator = SplitMix(state: 8)
    let (description, more) = try Self.plain.description().withDeepSupervision()
    let network = try Network(
      description: description,
      weights: RandomNetwork.weights(for: description, using: &generator))
    let outputs = [description.logits] + more
    func random(_ channels: Int, _ size: Triple) -> Tensor {
      var tensor = Tensor(channels: channels, size: size)
      for index in tensor.values.indices {
        tensor.values[index] = Float.random(in: -1...1, using: &generator)
      }
      return tensor
    }
    let images = [random(1, Triple(8, 8, 8))]
    let factors = [[random(2, Triple(8, 8, 8))], [random(2, Triple(4, 4, 4))]]
    let reference = DoubleNetwork(network)
    let maps = images.map { DoubleNetwork.Map($0) }
    func loss(_ network: DoubleNetwork) throws -> Double {
      let found = try network.run(maps)
      return zip(outputs, factors).reduce(0) { sum, pair in
        zip(found[pair.0]?[0].values ?? [], pair.1[0].values).reduce(sum) {
          $0 + $1.0 * Double($1.1)
        }
      }
    }
    let pass = try TrainingNetwork(network, workers: Workers(count: 2))
      .pass(images, outputs: outputs) { _ in (0, Dictionary(zip(outputs, factors)) { $1 }) }
    #expect(
      Set(pass.gradients.keys).isSuperset(of: ["supervision.1.weight", "supervision.1.bias"]))
    for (name, gradient) in pass.gradients.sorted(by: { $0.key < $1.key }) {
      let scale = Double(gradient.map { abs($0) }.max() ?? 0)
      let index = Int.random(in: gradient.indices, using: &generator)
      var (above, below) = (reference, reference)
      // Small, so that hardly an activation changes its sign.
      above.weights[name]?[index] += 1e-6
      below.weights[name]?[index] -= 1e-6
      let expected = (try loss(above) - loss(below)) / 2e-6
      let found = Double(gradient[index])
      #expect(
        abs(found - expected) < 3e-5 * max(scale, 1), "\(name)[\(index)]: \(found), \(expected)")
    }
  }
}
