/// A network: its description and the weights that the description names.
public struct Network: Sendable, Equatable {
  /// What is computed.
  public let description: NetworkDescription
  /// The weights by name.
  public let weights: [String: Weight]
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
