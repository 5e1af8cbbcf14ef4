import ConvNet
import Foundation
import Parallel
import Testing

/// A training pass of whole networks against PyTorch's autograd, which computed in double precision.
@Suite struct AutogradTests {
  @Test(arguments: ["unet", "deepmedic", "meshnet", "odds"], [true, false])
  func gradients(_ name: String, strict: Bool) throws {
    let file = try SafeTensors(
      path: Golden.folder.appendingPathComponent("gradients/\(name).safetensors").path)
    var arrays = try file.weights()
    func metadata(_ key: String) throws -> String { try #require(file.metadata[key]) }
    func take(_ key: String) throws -> Weight {
      let array = arrays.removeValue(forKey: key)
      return try #require(array)
    }
    let description = try NetworkDescription(json: metadata("network"), path: name)
    let loss = try JSONDecoder().decode(
      SegmentationLoss.self, from: Data(metadata("loss").utf8))
    let images = try Golden.tensors(take("images"))
    let imageGradients = try Golden.tensors(take("gradient.images"))
    let targets = try Golden.targets(take("targets"))
    let expected = arrays.filter { $0.key.hasPrefix("gradient.") }
    let network = try Network(
      description: description, weights: arrays.filter { !$0.key.hasPrefix("gradient.") })

    let training = TrainingNetwork(
      network, options: .init(strict: strict), workers: Workers(count: 2))
    let pass = try training.pass(
      images, outputs: [description.logits], wantsImageGradients: true
    ) { outputs in
      let found = try loss.evaluate(
        logits: outputs[description.logits] ?? [], targets: targets, workers: Workers(count: 2))
      return (found.loss, [description.logits: found.gradients])
    }
    let value = try #require(Double(metadata("value")))
    #expect(abs(pass.loss - value) < 1e-6 * value)
    #expect(Set(pass.gradients.keys.map { "gradient.\($0)" }) == Set(expected.keys))
    // A bias before a normalisation changes nothing: its gradient is nothing but the rounding of what
    // cancels.
    let greatest = expected.values.flatMap(\.values).map { abs($0) }.max() ?? 0
    for (name, gradient) in pass.gradients.sorted(by: { $0.key < $1.key }) {
      let reference = expected["gradient.\(name)"]?.values ?? []
      let scale = reference.map { abs($0) }.max() ?? 0
      let error = zip(gradient, reference).map { abs($0 - $1) }.max() ?? .infinity
      #expect(gradient.count == reference.count)
      let limit = scale < 1e-9 * greatest ? 1e-6 * greatest : 1e-5 * scale
      #expect(error < limit, "\(name): \(error / scale)")
    }
    for (gradient, reference) in zip(pass.imageGradients, imageGradients) {
      #expect(Golden.relativeError(gradient, reference) < 1e-5)
    }
  }
}
