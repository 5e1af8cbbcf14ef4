public import ConvNet
public import Volumes

/// A network with everything that is needed to segment a scan with it.
public struct Model: Sendable, Equatable {
  /// What is computed, with weights.
  public let network: Network
  /// The images that the network takes, in the order of its input channels.
  public let channels: [Channel]
  /// What is done to the scans' grid first.
  public let preprocessing: Preprocessing
  /// How the network is moved over a scan.
  public let inference: Inference
  /// What the network's output means.
  public let output: Output
  /// The names and colours of the labels.
  public let labels: LabelTable
  /// What people should know about it.
  public let card: ModelCard

  /// Puts a model together.
  ///
  /// - Throws: ``SegmentationError/invalidModel(path:reason:)``, with the card's name as the path,
  ///   where parts contradict each other, and ``ConvNetError`` where the network contradicts itself.
  public init(
    network: Network, channels: [Channel], preprocessing: Preprocessing, inference: Inference,
    output: Output, labels: LabelTable, card: ModelCard
  ) throws {
    self.network = network
    self.channels = channels
    self.preprocessing = preprocessing
    self.inference = inference
    self.output = output
    self.labels = labels
    self.card = card
    let description = network.description
    let outputs = try description.channels(of: description.output)
    if let reason = fault(inputs: description.input.channels, outputs: outputs) {
      throw SegmentationError.invalidModel(path: card.name, reason: reason)
    }
  }

  /// The model with the weights of another one's network, to go on training with.
  ///
  /// - Parameter path: how messages call the other one.
  /// - Throws: ``SegmentationError/invalidModel(path:reason:)`` where it has another network.
  public func withWeights(of other: Model, path: String) throws -> Model {
    guard other.network.description == network.description else {
      throw SegmentationError.invalidModel(
        path: path,
        reason: "its network is not the plan's; give the plan the same architecture and channels")
    }
    return try replacing(other.network.weights, card: card)
  }

  /// What contradicts itself, or nil.
  private func fault(inputs: Int, outputs: Int) -> String? {
    guard channels.count == inputs else {
      return "\(channels.count) channels are described where the network takes \(inputs)"
    }
    let names = channels.map { $0.name.lowercased() }
    guard Set(names).count == names.count, !names.contains("") else {
      return "the names of the channels are not distinct: \(channels.map(\.name))"
    }
    for channel in channels {
      if let reason = channel.normalization.fault {
        return "the normalisation of channel \(channel.name): \(reason)"
      }
    }
    if let spacing = preprocessing.spacing {
      guard spacing.count == 3, spacing.allSatisfy({ 0.01...100 ~= $0 }) else {
        return "the spacing \(spacing) is not three lengths between 0.01 and 100 mm"
      }
    }
    guard output.values.count == outputs else {
      return
        "\(output.values.count) label values are given where the network has \(outputs) outputs"
    }
    if output.decision == .argmax {
      if output.threshold != nil { return "a threshold does not apply to argmax" }
    } else {
      guard let threshold = output.threshold, 0...1 ~= threshold else {
        return "regions and foreground need a threshold between 0 and 1"
      }
    }
    if output.decision == .foreground {
      guard output.values.first == 0, output.values.count(where: { $0 == 0 }) == 1, outputs > 1
      else {
        return "for foreground the first output, and no other, is the background, 0"
      }
    }
    if let smallest = output.smallestLesion, !(0...1000 ~= smallest) {
      return "the smallest lesion must be between 0 and 1000 ml"
    }
    let missing = Set(output.values).subtracting(labels.entries.map(\.value)).subtracting([0])
    guard missing.isEmpty else { return "labels without a name: \(missing.sorted())" }
    guard labels.entries.allSatisfy({ $0.color.count == 3 }) else {
      return "a colour is not three numbers"
    }
    return inference.fault
  }
}

extension Inference {
  /// What contradicts itself, or nil.
  fileprivate var fault: String? {
    switch self {
    case .streamed(let alignment, let tile):
      guard 1...1000 ~= alignment else { return "alignment must be between 1 and 1000" }
      return 1...512 ~= tile ?? 1 ? nil : "tile must be between 1 and 512"
    case .windows(let patch, let step, let gaussian, let mirror):
      guard patch.count == 3, patch.allSatisfy({ 1...4096 ~= $0 }) else {
        return "a patch has three extents between 1 and 4096 voxels"
      }
      guard step > 0, step <= 1 else { return "step must be above 0 and at most 1" }
      guard gaussian ?? 1 > 0 else { return "gaussian must be positive" }
      guard Set(mirror).count == mirror.count, mirror.allSatisfy({ 0...2 ~= $0 }) else {
        return "mirror lists the axes 0, 1 and 2, each at most once"
      }
      return nil
    }
  }
}
