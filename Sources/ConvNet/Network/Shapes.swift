/// A weight that a network needs.
public struct WeightShape: Sendable, Hashable {
  /// Its name.
  public var name: String
  /// The extent of each axis, slowest first.
  public var shape: [Int]
  /// Whether one value may stand for all (a PReLU's common slope).
  public var mayBeSingle = false
}

/// The shapes that follow from a description without knowing the image's size.
///
/// Making one checks everything about the description but the weights.
struct ChannelInference {
  /// The number of channels of the input and of every node.
  private(set) var channels: [String: Int] = [:]
  /// The weights that the nodes need, in the order of the nodes.
  private(set) var weights: [WeightShape] = []

  /// The most channels, voxels along an axis, kernel taps and so on that are accepted: far beyond
  /// use, and small enough that sums of a few and products with a size cannot overflow.
  static let limit = 1 << 20

  init(_ description: NetworkDescription) throws {
    guard !description.input.name.isEmpty else {
      throw ConvNetError.invalidNetwork(node: "", reason: "the input has no name")
    }
    guard (1...Self.limit).contains(description.input.channels) else {
      throw ConvNetError.invalidNetwork(
        node: description.input.name,
        reason: "\(description.input.channels) input channels; expected 1 or more")
    }
    channels[description.input.name] = description.input.channels
    for node in description.nodes { try add(node) }
    guard channels[description.output] != nil else {
      throw ConvNetError.invalidNetwork(
        node: description.output, reason: "is named as the output but is not there")
    }
  }

  private mutating func add(_ node: NetworkDescription.Node) throws {
    func fail(_ reason: String) -> ConvNetError { .invalidNetwork(node: node.name, reason: reason) }
    guard !node.name.isEmpty else { throw fail("a node has no name") }
    guard channels[node.name] == nil else { throw fail("the name is used twice") }
    let inputs = try node.inputs.map { name in
      guard let count = channels[name] else {
        throw fail("its input \"\(name)\" is not the network's input or an earlier node")
      }
      return count
    }
    let expected = node.operation.inputCount
    guard expected.contains(inputs.count) else {
      throw fail("has \(inputs.count) inputs where \(expected.lowerBound) are expected")
    }
    if let reason = node.operation.fault { throw fail(reason) }

    let first = inputs[0]
    var result = first
    switch node.operation {
    case .convolution(let shape):
      guard first % shape.groups == 0, shape.outputChannels % shape.groups == 0 else {
        throw fail(
          "\(shape.groups) groups do not divide \(first) input and \(shape.outputChannels) output "
            + "channels")
      }
      result = shape.outputChannels
      weights.append(
        WeightShape(
          name: node.name + ".weight",
          shape: [result, first / shape.groups, shape.kernel.z, shape.kernel.y, shape.kernel.x]))
      if shape.hasBias { weights.append(WeightShape(name: node.name + ".bias", shape: [result])) }
    case .transposedConvolution(let shape):
      result = shape.outputChannels
      weights.append(
        WeightShape(
          name: node.name + ".weight",
          shape: [first, result, shape.kernel.z, shape.kernel.y, shape.kernel.x]))
      if shape.hasBias { weights.append(WeightShape(name: node.name + ".bias", shape: [result])) }
    case .batchNorm:
      for part in ["weight", "bias", "mean", "variance"] {
        weights.append(WeightShape(name: "\(node.name).\(part)", shape: [first]))
      }
    case .instanceNorm(_, let affine):
      for part in affine ? ["weight", "bias"] : [] {
        weights.append(WeightShape(name: "\(node.name).\(part)", shape: [first]))
      }
    case .prelu:
      weights.append(WeightShape(name: node.name + ".slope", shape: [first], mayBeSingle: true))
    case .concatenate:
      result = inputs.reduce(0, +)
      guard result <= Self.limit else { throw fail("\(result) channels are too many") }
    case .add:
      guard inputs[1] <= first else {
        throw fail("the second input has \(inputs[1]) channels, more than the first with \(first)")
      }
    default: break
    }
    for weight in weights.suffix(4) where weight.shape.reduce(1.0, { $0 * Double($1) }) > 1e12 {
      throw fail("the weight \(weight.name) would be too large")
    }
    channels[node.name] = result
  }
}

extension Operation {
  /// How many inputs a node of this kind has.
  var inputCount: ClosedRange<Int> {
    switch self {
    case .add, .cropLike: 2...2
    case .concatenate: 1...Int.max
    default: 1...1
    }
  }

  /// What is wrong with the parameters, if anything.
  var fault: String? {
    func check(_ triple: Triple, _ name: String, from least: Int) -> String? {
      for axis in 0..<3 where !(least...ChannelInference.limit).contains(triple[axis]) {
        return "\(name) is \(triple.z),\(triple.y),\(triple.x); expected \(least) or more each"
      }
      return nil
    }
    func finite(_ value: Float, _ name: String) -> String? {
      value.isFinite ? nil : "\(name) is not a finite number"
    }
    func channels(_ count: Int) -> String? {
      (1...ChannelInference.limit).contains(count)
        ? nil : "\(count) output channels; expected 1 or more"
    }
    func epsilon(_ value: Float) -> String? {
      value.isFinite && value >= 0 ? nil : "epsilon is \(value); expected 0 or more"
    }
    switch self {
    case .convolution(let shape):
      return channels(shape.outputChannels)
        ?? ((1...ChannelInference.limit).contains(shape.groups)
          ? nil : "\(shape.groups) groups; expected 1 or more")
        ?? check(shape.kernel, "kernel", from: 1) ?? check(shape.stride, "stride", from: 1)
        ?? check(shape.dilation, "dilation", from: 1)
        ?? check(shape.paddingLow, "paddingLow", from: 0)
        ?? check(shape.paddingHigh, "paddingHigh", from: 0)
    case .transposedConvolution(let shape):
      // The parts into which it is computed grow with these.
      for axis in 0..<3 where max(shape.kernel[axis], shape.stride[axis]) > 32 {
        return "a transposed convolution with a kernel or a stride above 32"
      }
      return channels(shape.outputChannels) ?? check(shape.kernel, "kernel", from: 1)
        ?? check(shape.stride, "stride", from: 1) ?? check(shape.paddingLow, "paddingLow", from: 0)
        ?? check(shape.paddingHigh, "paddingHigh", from: 0)
        ?? check(shape.outputPadding, "outputPadding", from: 0)
    case .batchNorm(let value), .instanceNorm(let value, _): return epsilon(value)
    case .leakyReLU(let slope): return finite(slope, "slope")
    case .maxPool(let pool), .averagePool(let pool):
      if let fault = check(pool.kernel, "kernel", from: 1) ?? check(pool.stride, "stride", from: 1)
        ?? check(pool.paddingLow, "paddingLow", from: 0)
        ?? check(pool.paddingHigh, "paddingHigh", from: 0)
      {
        return fault
      }
      for axis in 0..<3
      where max(pool.paddingLow[axis], pool.paddingHigh[axis]) >= pool.kernel[axis] {
        return "the padding is as large as the window, which could be empty"
      }
      return nil
    case .upsampleNearest(let factors), .upsampleTrilinear(let factors, _),
      .subsample(let factors):
      return check(factors, "factors", from: 1)
    case .crop(let low, let high), .pad(let low, let high, _):
      return check(low, "low", from: 0) ?? check(high, "high", from: 0)
    case .scale(let factor): return finite(factor, "factor")
    case .dropout(let rate):
      return (0..<1).contains(rate) ? nil : "the rate is \(rate); expected 0 or more, below 1"
    case .prelu, .relu, .softmax, .sigmoid, .cropLike, .concatenate, .add: return nil
    }
  }
}

extension NetworkDescription {
  /// The number of channels of the input or of a node.
  ///
  /// - Throws: ``ConvNetError/invalidNetwork(node:reason:)`` where the description is not valid or
  ///   has no such node.
  public func channels(of name: String) throws -> Int {
    guard let count = try ChannelInference(self).channels[name] else {
      throw ConvNetError.invalidNetwork(node: name, reason: "there is no such node")
    }
    return count
  }

  /// The weights that the network needs, in the order of its nodes.
  ///
  /// - Throws: ``ConvNetError/invalidNetwork(node:reason:)`` where the description is not valid.
  public func weightShapes() throws -> [WeightShape] {
    try ChannelInference(self).weights
  }
}
