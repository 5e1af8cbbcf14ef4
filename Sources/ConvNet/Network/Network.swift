/// A network: its description and the weights that the description names.
public struct Network: Sendable, Equatable {
  /// What is computed.
  public let description: NetworkDescription
  /// The weights by name: exactly those that the description needs.
  public let weights: [String: Weight]

  /// Puts a description and its weights together.
  ///
  /// - Throws: ``ConvNetError`` with the node's or the weight's name: a name used twice, an input
  ///   that is not there before the node, channels that do not fit, parameters out of range, a weight
  ///   that is missing, misshapen, or that no node uses.
  public init(description: NetworkDescription, weights: [String: Weight]) throws {
    let needed = try description.weightShapes()
    for need in needed {
      guard let weight = weights[need.name] else {
        throw ConvNetError.missingWeight(name: need.name, expected: need.shape)
      }
      guard weight.shape == need.shape || (need.mayBeSingle && weight.shape == [1]) else {
        throw ConvNetError.weightShape(
          name: need.name, found: weight.shape, expected: need.shape)
      }
    }
    if weights.count > needed.count {
      let names = Set(needed.map(\.name))
      let unused = weights.keys.filter { !names.contains($0) }.min() ?? ""
      throw ConvNetError.invalidNetwork(
        node: unused, reason: "is a weight that no node of the network uses")
    }
    self.description = description
    self.weights = weights
  }
}

/// A named array of a network.
public struct Weight: Sendable, Equatable {
  /// The extent of each axis, slowest first.
  public var shape: [Int]
  /// The values, the last axis fastest.
  public var values: [Float]

  /// - Precondition: the number of values fits the shape.
  public init(shape: [Int], values: [Float]) {
    precondition(values.count == shape.reduce(1, *))
    self.shape = shape
    self.values = values
  }
}
