import Basics
import ConvNet
import Foundation
import Parallel
import Segmentation
import Volumes

/// Small balls of brain with a bright blob in each, and networks that can learn to find it.
enum MadeCases {
  static func scans(
    _ seed: Int, size: SIMD3<Int> = [20, 18, 16], blobLabel: UInt16 = 1,
    hasCore: Bool = false
  ) throws -> LabelledScans {
    var random = SplitMix(seed: 5, keys: seed)
    let geometry = try Geometry(
      size: size, affine: Affine(i: [1, 0, 0], j: [0, 1, 0], k: [0, 0, 1], origin: .zero))
    var volume = Volume(geometry: geometry)
    var labels = LabelMap(geometry: geometry)
    let centre = SIMD3<Double>(size &- 1) / 2
    let blob = centre + SIMD3(random.uniform(-3, 3), random.uniform(-3, 3), random.uniform(-2, 2))
    for k in 0..<size.z {
      for j in 0..<size.y {
        for i in 0..<size.x {
          let place = SIMD3<Double>(SIMD3(i, j, k))
          let relative = (place - centre) / (centre - 1)
          guard (relative * relative).sum() <= 1 else { continue }
          let offset = place - blob
          let isBlob = (offset * offset).sum() <= 10
          let isCore = hasCore && (offset * offset).sum() <= 4
          let signal = isCore ? 180.0 : isBlob ? 140 : 100
          volume[i, j, k] = Float(signal + 8 * random.normal())
          if isBlob { labels[i, j, k] = isCore ? 2 : blobLabel }
        }
      }
    }
    return LabelledScans(scans: [volume], labels: labels)
  }

  static func cases(_ seeds: Range<Int>) -> [TrainingCase] {
    seeds.map { seed in TrainingCase(name: "case \(seed)") { _ in try scans(seed) } }
  }

  /// A DeepMedic of one pathway and two layers.
  static func deepMedic() throws -> Model {
    let pathway = DeepMedic.Pathway(
      featureMaps: [8, 8], kernels: [Triple](repeating: Triple(repeating: 3), count: 2))
    var layers = DeepMedic.FullyConnected(featureMaps: [8])
    layers.dropoutRates = [0, 0.2]
    let configuration = DeepMedic.Configuration(
      inputChannels: 1, classes: 2, normal: pathway, fullyConnected: layers)
    return try model(configuration.description(), .streamed(alignment: 1))
  }

  static func uNet(features: [Int] = [8, 8], patch: Int = 12) throws -> Model {
    try model(
      UNet.Configuration(inputChannels: 1, classes: 2, features: features).description(),
      .windows(patch: [patch, patch, patch], step: 0.5, gaussian: 0.125, mirror: []))
  }

  /// A U-Net whose outputs are a whole lesion and its core.
  static func uNetOfRegions() throws -> Model {
    try model(
      UNet.Configuration(inputChannels: 1, classes: 2, features: [8, 8]).description()
        .withIndependentOutputs,
      .windows(patch: [12, 12, 12], step: 0.5, gaussian: 0.125, mirror: []),
      Output(activation: .none, decision: .regions, threshold: 0.5, values: [1, 2]),
      ["whole", "core"])
  }

  private static func model(
    _ description: NetworkDescription, _ inference: Inference,
    _ output: Output = Output(activation: .none, decision: .argmax, values: [0, 1]),
    _ labels: [String] = ["blob"]
  ) throws -> Model {
    var random = SplitMix(seed: 1)
    return try Model(
      network: Network(randomized: description, using: &random),
      channels: [Channel(name: "T1", normalization: .zScore(over: .nonZero))],
      preprocessing: Preprocessing(), inference: inference,
      output: output,
      labels: LabelTable(
        labels.enumerated().map { .init(value: UInt16($0.offset + 1), name: $0.element) }),
      card: ModelCard(name: "made", version: "1", description: "A test."))
  }

  static func options(steps: Int, epochs: Int = 1, segment: Int = 12) -> TrainingOptions {
    var options = TrainingOptions.deepMedic(epochs: epochs)
    options.stepsPerEpoch = steps
    options.batch = 4
    options.segment = Triple(repeating: segment)
    options.loss = SegmentationLoss()
    options.learningRate = LearningRate(5e-3)
    return options
  }
}
