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
}
