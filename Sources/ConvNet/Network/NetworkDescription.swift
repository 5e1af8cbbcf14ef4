/// A network as data: operations in the order in which they can be computed, without weights.
///
/// Each node has one output, known by the node's name. Weights are found by name too:
/// `"<node>.weight"`, `"<node>.bias"` and so on, as each ``Operation`` lists them.
public struct NetworkDescription: Sendable, Hashable, Codable {
  /// What the network is fed.
  public struct Input: Sendable, Hashable, Codable {
    /// The name by which nodes refer to it.
    public var name: String
    /// The number of channels.
    public var channels: Int

    /// Makes an input.
    public init(name: String = "image", channels: Int) {
      self.name = name
      self.channels = channels
    }
  }

  /// One operation.
  public struct Node: Sendable, Hashable, Codable {
    /// The name of the node and of its output.
    public var name: String
    /// What it computes.
    public var operation: Operation
    /// The names of the inputs: the network's input or earlier nodes.
    public var inputs: [String]

    /// Makes a node.
    public init(name: String, operation: Operation, inputs: [String]) {
      self.name = name
      self.operation = operation
      self.inputs = inputs
    }
  }

  /// The one input.
  public var input: Input
  /// The operations; each refers only to the input and to nodes before it.
  public var nodes: [Node]
  /// The name of the node whose value is the network's output.
  public var output: String

  /// Makes a description.
  public init(input: Input, nodes: [Node], output: String) {
    self.input = input
    self.nodes = nodes
    self.output = output
  }
}
