import ArgumentParser
import ConvNet
import Foundation
import Segmentation
import Volumes

extension ModelCommand {
  struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what a model takes, finds and is made of.",
      discussion: """
        Without a file: the model that medcnn brings.

        For research use only.

        Example:
          medcnn model inspect
          medcnn model inspect model.safetensors --layers
        """)

    @Argument(
      help: "The model file. (default: the model that medcnn brings)",
      completion: .file(extensions: ["safetensors"]))
    var model: String?

    @Flag(help: "Also list the network's operations.")
    var layers = false

    func run() throws {
      let model =
        try self.model.map { try Model(contentsOf: URL(fileURLWithPath: $0)) } ?? Model.lesions()
      let card = model.card
      let facts: [(String, String?)] = [
        ("name", card.name), ("version", card.version), ("description", card.description),
        ("training data", card.trainingData), ("accuracy", card.accuracy),
        ("limitations", card.limitations), ("licence", card.license),
        ("citation", card.citation),
        ("weights", "\(model.network.weights.values.reduce(0) { $0 + $1.values.count })"),
        ("grid", ModelText.grid(model.preprocessing)),
        ("inference", ModelText.inference(model.inference)),
      ]
      for (name, text) in facts {
        if let text { print(ModelText.fact(name, text)) }
      }
      print()
      var channels = TextTable(["channel", "normalisation"], leftAligned: [0, 1])
      for channel in model.channels {
        channels.append([
          channel.name + (channel.isOptional ? " (optional)" : ""),
          ModelText.normalization(channel.normalization),
        ])
      }
      print(channels.text)
      print()
      var labels = TextTable(["label", "name", "colour"], leftAligned: [1, 2])
      for entry in model.labels.entries {
        let color = entry.color.map { String(format: "%02x", $0) }.joined()
        labels.append(["\(entry.value)", entry.name, "#\(color)"])
      }
      print(labels.text)
      guard layers else { return }
      print()
      var table = TextTable(["node", "operation", "inputs"], leftAligned: [0, 1, 2])
      for node in model.network.description.nodes {
        table.append([
          node.name, ModelText.operation(node.operation), node.inputs.joined(separator: ", "),
        ])
      }
      print(table.text)
    }
  }
}

/// A model's parts in words.
enum ModelText {
  static func fact(_ name: String, _ text: String) -> String {
    name.padding(toLength: 15, withPad: " ", startingAt: 0) + text
  }

  static func grid(_ preprocessing: Preprocessing) -> String {
    let axes = preprocessing.axes == .stored ? "axes as stored" : "axes to RAS"
    guard let spacing = preprocessing.spacing else { return "\(axes), any spacing" }
    return "\(axes), resampled to \(spacing.map(\.short).joined(separator: " x ")) mm"
  }

  static func inference(_ inference: Inference) -> String {
    switch inference {
    case .streamed(let alignment, let tile):
      if let tile { return "as in tiles of \(tile) x \(tile) x \(tile) voxels" }
      return alignment == 1 ? "in one stream" : "in one stream, aligned to \(alignment) voxels"
    case .windows(let patch, let step, let gaussian, let mirror):
      let size = patch.reversed().map(String.init).joined(separator: " x ")
      var text = "windows of \(size) voxels in steps of \(step.short)"
      if let gaussian { text += ", Gaussian weights (\(gaussian.short))" }
      if !mirror.isEmpty {
        text += ", mirrored along \(mirror.map { ["z", "y", "x"][$0] }.joined(separator: ", "))"
      }
      return text
    }
  }

  static func normalization(_ normalization: Normalization) -> String {
    func place(_ region: Normalization.Region) -> String {
      switch region {
      case .mask: "the mask"
      case .nonZero: "voxels that are not zero"
      case .image: "all voxels"
      }
    }
    switch normalization {
    case .none: return "none"
    case .zScore(let region, let lower, let upper, let deviations, _):
      var text = "z-score over \(place(region))"
      if lower != nil || upper != nil {
        text += ", quantiles \((lower ?? 0).short) to \((upper ?? 1).short)"
      }
      if let deviations { text += ", within \(deviations.short) sd" }
      return text
    case .dataset(let lower, let upper, let mean, let deviation):
      return "cut to \(lower.short)...\(upper.short), then (x - \(mean.short)) / \(deviation.short)"
    case .quantiles(let region, let lower, let upper, _):
      return "quantiles \(lower.short) and \(upper.short) of \(place(region)) to 0 and 1"
    }
  }

  static func operation(_ operation: ConvNet.Operation) -> String {
    func text(_ triple: Triple) -> String {
      triple.x == triple.y && triple.y == triple.z
        ? "\(triple.x)" : "\(triple.z),\(triple.y),\(triple.x)"
    }
    let one = Triple(repeating: 1)
    switch operation {
    case .convolution(let shape):
      var words = "convolution to \(shape.outputChannels), kernel \(text(shape.kernel))"
      if shape.stride != one { words += ", stride \(text(shape.stride))" }
      if shape.dilation != one { words += ", dilation \(text(shape.dilation))" }
      return words
    case .transposedConvolution(let shape):
      return "transposed convolution to \(shape.outputChannels), kernel \(text(shape.kernel)), "
        + "stride \(text(shape.stride))"
    default:
      // The case's name, without its values.
      return String("\(operation)".prefix { $0 != "(" })
    }
  }
}
