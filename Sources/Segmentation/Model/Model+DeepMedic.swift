public import ConvNet
public import Volumes

extension Model {
  /// A model around an imported DeepMedic network, with the preprocessing that DeepMedic's trained
  /// networks expect.
  ///
  /// - Parameters:
  ///   - network: DeepMedic's network; its last operation may be the softmax.
  ///   - configuration: what the network was built from.
  ///   - segment: the extent of the segments of the image that DeepMedic feeds the network with at
  ///     inference; where pathways would see other voxels otherwise, its tiles are kept.
  ///   - channels: the names of the images in the order of the network's input.
  ///   - labels: the names of the classes, by class number.
  /// - Throws: as ``init(network:channels:preprocessing:inference:output:labels:card:)``.
  public static func deepMedic(
    _ network: Network, configuration: DeepMedic.Configuration, segment: Triple? = nil,
    channels: [String],
    labels: LabelTable, card: ModelCard
  ) throws -> Model {
    let description = network.description
    let classes = try description.channels(of: description.output)
    let last = description.nodes.last { $0.name == description.output }
    let isProbability = last?.operation == .softmax
    // Every class has a name, so that a class that should never win can be recognised if it does.
    let unnamed = (1..<UInt16(max(1, min(classes, 1 << 15)))).filter { labels[$0] == nil }
    let named =
      labels.entries + unnamed.map { LabelTable.Entry(value: $0, name: labels.name(of: $0)) }
    return try Model(
      network: network,
      channels: channels.map { Channel(name: $0, normalization: .deepMedic) },
      preprocessing: Preprocessing(),
      inference: .streamed(
        alignment: configuration.period, tile: segment.flatMap(configuration.tile)),
      output: Output(
        activation: isProbability ? .none : .softmax, decision: .argmax,
        values: (0..<classes).map { UInt16(truncatingIfNeeded: $0) }),
      labels: LabelTable(named), card: card)
  }
}

extension DeepMedic.Configuration {
  /// After so many voxels all pathways see the same part of the image again.
  var period: Int {
    subsampled.flatMap { [$0.factor.z, $0.factor.y, $0.factor.x] }.reduce(1, leastCommonMultiple)
  }

  /// The extent of the output for a segment, or nil where it is not the same along each axis or
  /// makes no difference.
  fileprivate func tile(of segment: Triple) -> Int? {
    let extents = (0..<3).map { axis in
      let joined = normal.kernels.reduce(segment[axis]) { $0 - $1[axis] + 1 }
      let isValid = fullyConnected.firstPadding == .valid
      return isValid ? joined - fullyConnected.firstKernel[axis] + 1 : joined
    }
    guard Set(extents).count == 1, 1...512 ~= extents[0], extents[0] % period != 0 else {
      return nil
    }
    return extents[0]
  }
}

private func leastCommonMultiple(_ a: Int, _ b: Int) -> Int {
  var (x, y) = (a, max(1, b))
  while y != 0 { (x, y) = (y, x % y) }
  return a / x * max(1, b)
}
