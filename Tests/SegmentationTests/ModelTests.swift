import Basics
import ConvNet
import Foundation
import Phantoms
import Testing
import Volumes

@testable import Segmentation

@Suite struct ModelTests {
  @Test func writtenAndReadAgain() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).safetensors")
    defer { try? FileManager.default.removeItem(at: url) }
    let model = try smallModel()
    try model.write(to: url)
    #expect(try Model(contentsOf: url) == model)
    let first = try Data(contentsOf: url)
    try model.write(to: url)
    #expect(try Data(contentsOf: url) == first)
  }

  /// The file of Golden/example.safetensors was written by Python: docs/model-format.md's example.
  @Test func readsWhatPythonWrites() throws {
    let url = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(components: "Golden", "example.safetensors")
    let model = try Model(contentsOf: url)
    #expect(model.card.name == "lesions")
    #expect(model.channels.map(\.name) == ["FLAIR"])
    #expect(model.channels[0].normalization == .zScore(over: .mask))
    #expect(model.inference == .streamed(alignment: 1))
    #expect(model.preprocessing == Preprocessing(axes: .ras))
    #expect(model.labels.name(of: 1) == "lesion")
  }

  @Test(arguments: [
    ("medcnn", nil, "its metadata has no \"medcnn\""),
    ("medcnn", "2", "it has version 2 of the format where this program reads version 1"),
    ("network", nil, "its metadata has no \"network\""),
    ("card", nil, "its metadata has no \"card\""),
    ("card", "{\"name\": \"x\"}", "\"card\": the field \"version\" is missing"),
    (
      "channels", "[]", "0 channels are described where the network takes 1"
    ),
    (
      "preprocessing", "{\"axes\": \"RAS\", \"spacings\": [1, 1, 1]}",
      "\"preprocessing\" has a key that is not known: spacings"
    ),
    (
      "preprocessing", "{\"axes\": \"RAS\", \"spacing\": [1, 0, 1]}",
      "the spacing [1.0, 0.0, 1.0] is not three lengths between 0.01 and 100 mm"
    ),
    (
      "output", "{\"activation\": \"softmax\", \"decision\": \"argmax\", \"values\": [0]}",
      "1 label values are given where the network has 2 outputs"
    ),
    (
      "output", "{\"activation\": \"softmax\", \"decision\": \"argmax\", \"values\": [0, 7]}",
      "labels without a name: [7]"
    ),
    (
      "output", "{\"activation\": \"sigmoid\", \"decision\": \"regions\", \"values\": [1, 1]}",
      "regions and foreground need a threshold between 0 and 1"
    ),
    ("inference", "{\"streamed\": {\"alignment\": 0}}", "alignment must be between 1 and 1000"),
    (
      "inference", "{\"windows\": {\"patch\": [8, 8], \"step\": 0.5, \"mirror\": []}}",
      "a patch has three extents between 1 and 4096 voxels"
    ),
    (
      "labels", "[{\"value\": 1, \"name\": \"a\", \"color\": [1]}]", "a colour is not three numbers"
    ),
  ])
  func faults(key: String, text: String?, reason: String) throws {
    let model = try smallModel()
    var metadata = try model.metadata()
    metadata[key] = text
    let data = try SafeTensors.encode(model.network.weights, metadata: metadata)
    #expect {
      try Model(data: data, path: "m.safetensors")
    } throws: {
      "\($0)".hasPrefix("m.safetensors: not a medcnn model: \(reason)")
    }
  }

  /// Codes of labels are optional, and go through the file.
  @Test func codesOfLabels() throws {
    let model = try smallModel()
    var metadata = try model.metadata()
    let edema = CodedConcept("79654002", "SCT", "Edema")
    metadata["labels"] = """
      [{"value": 1, "name": "a", "color": [1, 2, 3],
        "type": {"value": "79654002", "scheme": "SCT", "meaning": "Edema"}}]
      """
    let data = try SafeTensors.encode(model.network.weights, metadata: metadata)
    let read = try Model(data: data, path: "m.safetensors")
    #expect(read.labels[1]?.type == edema && read.labels[1]?.category == nil)
    #expect(try read.metadata()["labels"]?.contains("79654002") == true)
    #expect(try model.metadata()["labels"]?.contains("category") == false)
  }

  @Test func weightsThatDoNotFit() throws {
    let model = try smallModel()
    var weights = model.network.weights
    weights["logits.bias"] = nil
    let data = try SafeTensors.encode(weights, metadata: model.metadata())
    #expect(throws: ConvNetError.missingWeight(name: "logits.bias", expected: [2])) {
      try Model(data: data, path: "m.safetensors")
    }
  }

  @Test func deepMedicPreset() throws {
    let pathway = DeepMedic.Pathway(
      featureMaps: [4, 4], kernels: [Triple(repeating: 3), Triple(repeating: 3)])
    var configuration = DeepMedic.Configuration(
      inputChannels: 2, classes: 3, normal: pathway,
      fullyConnected: DeepMedic.FullyConnected(featureMaps: [5]))
    configuration.subsampled = [3, 5].map { .init(factor: Triple(repeating: $0), pathway: pathway) }
    var generator = SplitMix(state: 1)
    let network = try Network(randomized: configuration.description(), using: &generator)
    let card = ModelCard(name: "d", version: "1", description: "Test.")
    let model = try Model.deepMedic(
      network, configuration: configuration, channels: ["T1", "FLAIR"],
      labels: LabelTable([.init(value: 2, name: "oedema")]), card: card)
    #expect(model.inference == .streamed(alignment: 15))
    #expect(model.labels.name(of: 1) == "label 1")
    #expect(model.labels.name(of: 2) == "oedema")
    #expect(model.channels.map(\.normalization) == [.deepMedic, .deepMedic])

    // Where the output lies in the input: the reach of the widest pathway, then its own.
    let valid = try ValidNetwork(network.description)
    #expect(valid.shrinkage == configuration.margin)
    #expect(valid.low == Triple(repeating: configuration.margin.x / 2))
  }
}

/// A threshold: class 1 where the one channel, normalised, is above 0.
func smallModel(
  channels: [Channel] = [Channel(name: "T1", normalization: .zScore(over: .mask))],
  preprocessing: Preprocessing = Preprocessing(),
  inference: Inference = .streamed(alignment: 1),
  kernel: Int = 1, smallestLesion: Double? = nil
) throws -> Model {
  var convolution = Convolution(outputChannels: 2, kernel: Triple(repeating: kernel))
  if case .windows = inference {
    convolution.paddingLow = Triple(repeating: kernel / 2)
    convolution.paddingHigh = Triple(repeating: kernel / 2)
  }
  let taps = kernel * kernel * kernel
  var weight = [Float](repeating: 0, count: 2 * channels.count * taps)
  for tap in channels.count * taps..<weight.count { weight[tap] = 1 / Float(taps) }
  return try Model(
    network: Network(
      description: NetworkDescription(
        input: .init(channels: channels.count),
        nodes: [.init(name: "logits", operation: .convolution(convolution), inputs: ["image"])],
        output: "logits"),
      weights: [
        "logits.weight": Weight(
          shape: [2, channels.count, kernel, kernel, kernel], values: weight),
        "logits.bias": Weight(shape: [2], values: [0, 0]),
      ]),
    channels: channels, preprocessing: preprocessing, inference: inference,
    output: Output(
      activation: .softmax, decision: .argmax, values: [0, 1], smallestLesion: smallestLesion),
    labels: LabelTable([.init(value: 1, name: "lesion")]),
    card: ModelCard(name: "threshold", version: "1", description: "For tests."))
}
