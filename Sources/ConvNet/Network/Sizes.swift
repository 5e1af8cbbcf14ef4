extension NetworkDescription {
  /// The size of the output for an input of a size.
  ///
  /// - Throws: ``ConvNetError/invalidInput(found:expected:)`` where the input is too small or sizes
  ///   do not match inside the network.
  public func outputSize(for inputSize: Triple) throws -> Triple {
    try sizes(for: inputSize)[output] ?? inputSize
  }

  /// The size of the input and of every node's output, by name.
  ///
  /// - Throws: ``ConvNetError/invalidInput(found:expected:)`` where the input is too small or sizes
  ///   do not match inside the network.
  public func sizes(for inputSize: Triple) throws -> [String: Triple] {
    for axis in 0..<3 where !(1...ChannelInference.limit).contains(inputSize[axis]) {
      throw ConvNetError.invalidInput(
        found: "an image of \(inputSize.text) voxels", expected: "1 voxel or more along each axis")
    }
    let channels = try ChannelInference(self).channels
    var sizes = [input.name: inputSize]
    for node in nodes {
      let inputs = node.inputs.compactMap { sizes[$0] }
      let size: Triple
      switch node.operation.outputSize(inputs) {
      case .success(let found): size = found
      case .failure(let mismatch):
        throw ConvNetError.invalidInput(
          found: "an image of \(inputSize.text) voxels (z x y x x), of which "
            + "\(inputs.map(\.text).joined(separator: " and ")) reach the node \"\(node.name)\"",
          expected: mismatch.expected)
      }
      let count =
        Double(size.z) * Double(size.y) * Double(size.x) * Double(channels[node.name] ?? 1)
      guard (0..<3).allSatisfy({ size[$0] <= ChannelInference.limit }), count < 1e12 else {
        throw ConvNetError.invalidInput(
          found: "an image for which node \"\(node.name)\" has \(size.text) voxels",
          expected: "less")
      }
      sizes[node.name] = size
    }
    return sizes
  }
}

extension Triple {
  /// "z x y x x" for messages.
  var text: String { "\(z)x\(y)x\(x)" }

  /// Made of a number for each axis: 0 for z, 1 for y, 2 for x.
  public init(_ value: (_ axis: Int) -> Int) {
    self.init(value(0), value(1), value(2))
  }

  /// The number of voxels.
  fileprivate var volume: Double { Double(z) * Double(y) * Double(x) }
}

/// What an operation would need of its inputs' sizes.
struct SizeMismatch: Error {
  var expected: String
}

extension Operation {
  /// The voxels that are added around the input at most, both sides together.
  fileprivate var padding: Triple {
    switch self {
    case .convolution(let shape): Triple { shape.paddingLow[$0] + shape.paddingHigh[$0] }
    case .transposedConvolution(let shape):
      Triple { 2 * shape.kernel[$0] + shape.outputPadding[$0] }
    default: .zero
    }
  }

  /// The size of the output for inputs of these sizes.
  func outputSize(_ inputs: [Triple]) -> Result<Triple, SizeMismatch> {
    func window(
      _ extent: Triple, _ stride: Triple, _ low: Triple, _ high: Triple
    ) -> Result<Triple, SizeMismatch> {
      let free = Triple { inputs[0][$0] + low[$0] + high[$0] - extent[$0] }
      guard (0..<3).allSatisfy({ free[$0] >= 0 }) else {
        let least = Triple { max(1, extent[$0] - low[$0] - high[$0]) }
        return .failure(SizeMismatch(expected: "at least \(least.text) there"))
      }
      return .success(Triple { free[$0] / stride[$0] + 1 })
    }
    func paddable(_ low: Triple, _ high: Triple, _ mode: PaddingMode) -> SizeMismatch? {
      guard mode == .mirror else { return nil }
      for axis in 0..<3 where max(low[axis], high[axis]) >= inputs[0][axis] {
        return SizeMismatch(expected: "more voxels there than are to be mirrored")
      }
      return nil
    }
    let first = inputs[0]
    switch self {
    case .convolution(let shape):
      if let mismatch = paddable(shape.paddingLow, shape.paddingHigh, shape.paddingMode) {
        return .failure(mismatch)
      }
      let extent = Triple { (shape.kernel[$0] - 1) * shape.dilation[$0] + 1 }
      return window(extent, shape.stride, shape.paddingLow, shape.paddingHigh)
    case .transposedConvolution(let shape):
      let size = Triple {
        (first[$0] - 1) * shape.stride[$0] - shape.paddingLow[$0] - shape.paddingHigh[$0]
          + shape.kernel[$0] + shape.outputPadding[$0]
      }
      guard (0..<3).allSatisfy({ size[$0] >= 1 }) else {
        return .failure(SizeMismatch(expected: "more than the padding takes away"))
      }
      return .success(size)
    case .maxPool(let pool), .averagePool(let pool):
      return window(pool.kernel, pool.stride, pool.paddingLow, pool.paddingHigh)
    case .upsampleNearest(let factors), .upsampleTrilinear(let factors, _):
      return .success(Triple { first[$0] * factors[$0] })
    case .subsample(let factors):
      return .success(Triple { (first[$0] + factors[$0] - 1) / factors[$0] })
    case .crop(let low, let high):
      let size = Triple { first[$0] - low[$0] - high[$0] }
      guard (0..<3).allSatisfy({ size[$0] >= 1 }) else {
        return .failure(SizeMismatch(expected: "more than are cut off"))
      }
      return .success(size)
    case .cropLike:
      guard (0..<3).allSatisfy({ first[$0] >= inputs[1][$0] }) else {
        return .failure(SizeMismatch(expected: "that the first is at least as large as the second"))
      }
      return .success(inputs[1])
    case .pad(let low, let high, let mode):
      if let mismatch = paddable(low, high, mode) { return .failure(mismatch) }
      return .success(Triple { first[$0] + low[$0] + high[$0] })
    case .concatenate:
      guard inputs.allSatisfy({ $0 == first }) else {
        return .failure(SizeMismatch(expected: "equal sizes there"))
      }
      return .success(first)
    case .add:
      guard (0..<3).allSatisfy({ inputs[1][$0] >= first[$0] }) else {
        return .failure(SizeMismatch(expected: "that the second is at least as large as the first"))
      }
      return .success(first)
    case .batchNorm, .instanceNorm, .prelu, .leakyReLU, .relu, .softmax, .sigmoid, .scale,
      .dropout:
      return .success(first)
    }
  }
}
