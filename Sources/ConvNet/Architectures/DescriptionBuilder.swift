/// Puts a description together node by node.
struct DescriptionBuilder {
  let input: NetworkDescription.Input
  private(set) var nodes: [NetworkDescription.Node] = []

  init(channels: Int) {
    input = NetworkDescription.Input(channels: channels)
  }

  /// Adds a node and returns its name.
  mutating func add(_ name: String, _ operation: Operation, _ inputs: String...) -> String {
    nodes.append(NetworkDescription.Node(name: name, operation: operation, inputs: inputs))
    return name
  }

  /// Adds a join and returns its name.
  mutating func concatenate(_ name: String, _ inputs: [String]) -> String {
    nodes.append(NetworkDescription.Node(name: name, operation: .concatenate, inputs: inputs))
    return name
  }

  func description(output: String) -> NetworkDescription {
    NetworkDescription(input: input, nodes: nodes, output: output)
  }
}

extension Convolution {
  /// A convolution with so many zeros around the image that the output has its size divided by the
  /// stride, for odd kernels.
  init(same outputChannels: Int, kernel: Triple, stride: Triple = .one, dilation: Triple = .one) {
    self.init(outputChannels: outputChannels, kernel: kernel)
    self.stride = stride
    self.dilation = dilation
    paddingLow = Triple { (kernel[$0] - 1) * dilation[$0] / 2 }
    paddingHigh = paddingLow
  }
}
