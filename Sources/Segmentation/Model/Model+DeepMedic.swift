public import ConvNet
public import Volumes

extension Model {
  /// A model around an imported DeepMedic network, with the preprocessing that DeepMedic's trained
  /// networks expect.
  ///
  /// - Parameters:
  ///   - network: DeepMedic's network; its last operation may be the softmax.
  ///   - configuration: what the network was built from.
  ///   - channels: the names of the images in the order of the network's input.
  ///   - labels: the names of the classes, by class number.
  /// - Throws: as ``init(network:channels:preprocessing:inference:output:labels:card:)``.
  public static func deepMedic(
    _ network: Network, configuration: DeepMedic.Configuration, channels: [String],
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
        alignment: configuration.subsampled.flatMap { [$0.factor.z, $0.factor.y, $0.factor.x] }
          .reduce(1, leastCommonMultiple)),
      output: Output(
        activation: isProbability ? .none : .softmax, decision: .argmax,
        values: (0..<classes).map { UInt16(truncatingIfNeeded: $0) }),
      labels: LabelTable(named), card: card)
  }
}

private func leastCommonMultiple(_ a: Int, _ b: Int) -> Int {
  var (x, y) = (a, max(1, b))
  while y != 0 { (x, y) = (y, x % y) }
  return a / x * max(1, b)
}
