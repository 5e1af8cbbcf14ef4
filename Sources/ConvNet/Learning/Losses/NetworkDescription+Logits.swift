extension NetworkDescription {
  /// The node of whose value the output is the softmax or the sigmoid; the output where it is neither.
  ///
  /// A loss is formed of this node's value, where nothing saturates.
  public var logits: String {
    guard let last = nodes.last(where: { $0.name == output }) else { return output }
    return switch last.operation {
    case .softmax, .sigmoid: last.inputs.first ?? output
    default: output
    }
  }

  /// The same network with outputs that do not exclude each other: where it ends with a softmax, it
  /// ends with a sigmoid of each channel.
  public var withIndependentOutputs: NetworkDescription {
    var description = self
    for index in nodes.indices where nodes[index].name == output {
      if case .softmax = nodes[index].operation { description.nodes[index].operation = .sigmoid }
    }
    return description
  }
}
