internal import Basics
public import ConvNet
internal import Foundation
public import Volumes

/// All that is decided before a training begins, as it can be printed, edited and read again.
public struct TrainingPlan: Sendable, Hashable, Codable {
  /// A network's shape.
  public enum Architecture: Sendable, Hashable, Codable {
    case deepMedic(network: DeepMedic.Configuration)
    case uNet(network: UNet.Configuration)
  }

  /// The usual architectures.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// The sizes of DeepMedic's paper: two pathways.
    case deepmedic
    /// The sizes of DeepMedic's program: three pathways with residuals.
    case deepmedicWide = "deepmedic-wide"
    /// nnU-Net's: 32 features in the first stage, twice as many in each of the next.
    case unet
  }

  /// The model's name.
  public var name: String
  /// The network.
  public var architecture: Architecture
  /// The images that the network takes.
  public var channels: [Channel]
  /// The labels that it gives, without the background; those of its regions, in the order in which they
  /// are laid over each other, where `training.loss.regions` says of which labels they consist.
  public var labels: [LabelTable.Entry]
  /// What is done to the scans' grid first.
  public var preprocessing: Preprocessing
  /// How the network is moved over a scan.
  public var inference: Inference
  /// How it is trained.
  public var training: TrainingOptions
  /// The probability of all labels together above which a voxel has one of them; where nil, the most
  /// probable class wins.
  public var foregroundThreshold: Double?
  /// The millilitres of the smallest lesion that is believed, ``Output/smallestLesion``.
  public var smallestLesion: Double?
  /// What the plan was derived from, to be looked at; nothing follows from it any more.
  public var fingerprint: DatasetFingerprint?

  /// The usual plan: DeepMedic's published numbers, or a U-Net planned as nnU-Net does.
  ///
  /// - Parameters:
  ///   - channels: the names of the images.
  ///   - labels: without the background.
  ///   - regions: the labels of which each of `labels` consists, where they are regions that may contain
  ///     each other.
  ///   - fingerprint: of the cases to learn from; where nil, scans stay on their grids and a U-Net has
  ///     patches of 64.
  ///   - memory: the gigabytes (1e9 bytes) that a step of a planned U-Net may take.
  ///   - spacing: the distances between voxels along the axes to the right, anterior and superior to
  ///     which scans are brought, in millimetres; those that follow from the fingerprint where nil.
  ///   - segment: the extent of the segments; the usual or planned one where nil.
  ///   - epochs: the number of epochs; the architecture's usual one where nil.
  public init(
    _ kind: Kind, name: String, channels: [String], labels: [LabelTable.Entry],
    regions: [[UInt8]]? = nil, fingerprint: DatasetFingerprint? = nil, memory: Double = 2,
    spacing: [Double]? = nil, segment: Triple? = nil, epochs: Int? = nil
  ) {
    self.name = name
    self.labels = labels
    self.fingerprint = fingerprint
    let classes = labels.count + (regions == nil ? 1 : 0)
    let spacing = spacing ?? fingerprint?.targetSpacing
    preprocessing = Preprocessing(axes: .ras, spacing: spacing)
    switch kind {
    case .deepmedic, .deepmedicWide:
      let network: DeepMedic.Configuration =
        kind == .deepmedic
        ? .paper(inputChannels: channels.count, classes: classes)
        : .wide(inputChannels: channels.count, classes: classes)
      architecture = .deepMedic(network: network)
      training = epochs.map(TrainingOptions.deepMedic) ?? .deepMedic()
      // The program's segments of 37 for three pathways, the paper's of 25 for two.
      training.segment = segment ?? Triple(repeating: kind == .deepmedic ? 25 : 37)
      inference = .streamed(alignment: network.period)
      self.channels = channels.map {
        Channel(name: $0, normalization: fingerprint?.normalizationOfCT($0) ?? .deepMedic)
      }
    case .unet:
      training = epochs.map(TrainingOptions.nnUNet) ?? .nnUNet()
      // From i, j and k to the kernels' z, y and x.
      let steps = Array((spacing ?? [1, 1, 1]).reversed())
      let network: UNet.Configuration
      if segment == nil, let fingerprint {
        let extent = Array(fingerprint.medianExtent.reversed())
        let planner = UNetPlanner(
          spacing: steps,
          medianShape: zip(extent, steps).map { max(1, ($0 / $1).rounded(.toNearestOrEven)) },
          cases: fingerprint.cases, inputChannels: channels.count, classes: classes,
          values: memory * 1e9 / (2 * UNetPlanner.bytesPerValue))
        network = planner.network
        training.segment = planner.patch
        training.batch = planner.batch
      } else {
        let wanted = segment ?? training.segment
        let topology = UNetTopology(
          spacing: steps, patch: (0..<3).map { Double(wanted[$0]) })
        network = UNet.Configuration(
          inputChannels: channels.count, classes: classes, topology: topology)
        training.segment = topology.patch
      }
      architecture = .uNet(network: network)
      let patch = training.segment
      inference = .windows(
        patch: [patch.z, patch.y, patch.x], step: 0.5, gaussian: 0.125, mirror: [])
      self.channels = channels.map {
        Channel(
          name: $0,
          normalization: fingerprint?.normalization(of: $0) ?? .zScore(over: .nonZero))
      }
    }
    training.loss.regions = regions
    // DeepMedic counts the segment as the normal pathway sees it; the network here sees all that the
    // other pathways need too.
    if case .deepMedic(let network) = architecture {
      training.segment = network.input(forSegment: training.segment)
    }
  }

  /// The plan with what a text in JSON changes of it. An object of one key that differs from the plan's
  /// chooses another kind, such as another optimiser.
  ///
  /// - Parameter path: how messages call the text.
  /// - Throws: ``SegmentationError/plan(path:reason:)`` for what cannot be read, or a key that is not
  ///   known.
  public func changed(by changes: JSONValue, path: String) throws -> TrainingPlan {
    let merged = try JSONValue(encoding: self).changed(by: changes)
    let plan: TrainingPlan
    do {
      plan = try JSONDecoder().decode(TrainingPlan.self, from: JSONEncoder().encode(merged))
    } catch let error as DecodingError {
      throw SegmentationError.plan(path: path, reason: error.inOneLine)
    }
    if let key = changes.firstKey(missingFrom: try JSONValue(encoding: plan)) {
      throw SegmentationError.plan(path: path, reason: "has a key that is not known: \(key)")
    }
    return plan
  }

  /// The model before training, with random weights that follow from the seed.
  ///
  /// - Throws: ``SegmentationError`` or ``ConvNetError`` where parts contradict each other.
  public func model() throws -> Model {
    var random = SplitMix(seed: training.seed, keys: -3)
    var description =
      switch architecture {
      case .deepMedic(let network): try network.description()
      case .uNet(let network): try network.description()
      }
    var output = Output(
      activation: .none, decision: .argmax, values: [0] + labels.map(\.value))
    if let foregroundThreshold {
      output.decision = .foreground
      output.threshold = foregroundThreshold
    }
    if training.loss.regions != nil {
      description = description.withIndependentOutputs
      output = Output(
        activation: .none, decision: .regions, threshold: 0.5, values: labels.map(\.value))
    }
    output.smallestLesion = smallestLesion
    // What was trained with channels left out does without them.
    let channels = channels.map { channel in
      var channel = channel
      if training.channelDropout > 0, channel.optional == nil { channel.optional = true }
      return channel
    }
    return try Model(
      network: Network(randomized: description, using: &random), channels: channels,
      preprocessing: preprocessing, inference: inference,
      output: output,
      labels: LabelTable(labels),
      card: ModelCard(
        name: name, version: "1",
        description: "Segments \(labels.map(\.name).joined(separator: ", ")) in "
          + "\(channels.map(\.name).joined(separator: ", ")).",
        limitations: "For research use only: not for diagnosis or treatment."))
  }
}

extension DeepMedic.Configuration {
  /// The part of the image that all pathways see for a segment that the normal one sees.
  fileprivate func input(forSegment segment: Triple) -> Triple {
    func extent(_ axis: Int) -> Int {
      let narrow = normal.kernels.reduce(0) { $0 + $1[axis] - 1 }
      let classifier =
        fullyConnected.firstPadding == .valid ? fullyConnected.firstKernel[axis] - 1 : 0
      return segment[axis] + margin[axis] - narrow - classifier
    }
    return Triple(extent(0), extent(1), extent(2))
  }
}

extension JSONValue {
  /// This value with what another one changes of it.
  fileprivate func changed(by other: JSONValue) -> JSONValue {
    guard case .object(var mine) = self, case .object(let theirs) = other else { return other }
    if mine.count == 1, theirs.count == 1, mine.keys != theirs.keys { return other }
    for (key, value) in theirs { mine[key] = mine[key]?.changed(by: value) ?? value }
    return .object(mine)
  }
}
