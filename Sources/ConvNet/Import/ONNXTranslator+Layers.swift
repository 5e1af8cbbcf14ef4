extension ONNXTranslator {
  /// Adds what a node computes from the image.
  mutating func feature(_ node: ONNXNode) throws -> Feature {
    switch node.kind {
    case "Conv": return try convolution(node)
    case "ConvTranspose": return try transposedConvolution(node)
    case "BatchNormalization": return try batchNorm(node)
    case "InstanceNormalization": return try instanceNorm(node)
    case "PRelu": return try prelu(node)
    case "LeakyRelu":
      let slope = node.attributes["alpha"]?.float ?? 0.01
      return try add(node, .leakyReLU(slope: slope), [featureInput(node, 0)])
    case "Relu": return try add(node, .relu, [featureInput(node, 0)])
    case "Sigmoid": return try add(node, .sigmoid, [featureInput(node, 0)])
    case "Softmax": return try softmax(node)
    case "MaxPool": return try add(node, .maxPool(pool(node)), [featureInput(node, 0)])
    case "AveragePool": return try averagePool(node)
    case "Concat": return try concatenate(node)
    case "Add", "Sub", "Mul", "Div": return try arithmetic(node)
    case "Pad": return try pad(node)
    case "Slice": return try slice(node)
    case "Resize", "Upsample": return try resize(node)
    case "Identity", "Dropout", "Cast": return try featureInput(node, 0)
    case "Transpose":
      guard node.attributes["perm"]?.integers == [0, 1, 2, 3, 4] else {
        throw refusal(node, "the operator Transpose")
      }
      return try featureInput(node, 0)
    case "Reshape":
      throw refusal(node, "the operator Reshape (as group and layer normalisation are written)")
    default: throw refusal(node, "the operator \(node.kind)")
    }
  }

  // MARK: Convolutions

  private func kernelWeights(_ node: ONNXNode) throws -> Weight {
    guard let (shape, values) = try floatInput(node, 1) else {
      throw ConvNetError.malformed(path: path, reason: "\(title(node)) has no weights")
    }
    guard shape.count == 5 else {
      throw refusal(node, "\(max(0, shape.count - 2))D convolution")
    }
    let weight = Weight(shape: shape, values: values)
    guard shape.allSatisfy({ (1...ChannelInference.limit).contains($0) }) else {
      throw ConvNetError.malformed(path: path, reason: "\(title(node)) has an empty kernel")
    }
    return axes == .zyx ? weight : weight.reversingSpatialAxes()
  }

  private func parts(_ node: ONNXNode, _ weight: Weight, outputs: Int) throws -> [String: Weight] {
    guard try constantInput(node, 2) != nil else { return ["weight": weight] }
    return ["weight": weight, "bias": try channelInput(node, 2, "bias", outputs)]
  }

  private mutating func convolution(_ node: ONNXNode) throws -> Feature {
    let image = try featureInput(node, 0)
    let weight = try kernelWeights(node)
    let kernel = Triple(weight.shape[2], weight.shape[3], weight.shape[4])
    var shape = Convolution(outputChannels: weight.shape[0], kernel: kernel)
    try requireExplicitPadding(node)
    (shape.paddingLow, shape.paddingHigh) = try pads(node)
    shape.stride = try triple(node, "strides", default: .one)
    shape.dilation = try triple(node, "dilations", default: .one)
    shape.groups = node.attributes["group"]?.integer ?? 1
    guard shape.groups > 0, image.channels % shape.groups == 0,
      shape.outputChannels % shape.groups == 0
    else { throw refusal(node, "Conv with \(shape.groups) groups of \(image.channels) channels") }
    try check(
      node, weight, first: shape.outputChannels, second: image.channels / shape.groups)
    let parts = try parts(node, weight, outputs: shape.outputChannels)
    shape.hasBias = parts["bias"] != nil
    return try add(
      node, .convolution(shape), [image], channels: shape.outputChannels, weights: parts)
  }

  private mutating func transposedConvolution(_ node: ONNXNode) throws -> Feature {
    let image = try featureInput(node, 0)
    let weight = try kernelWeights(node)
    try requireExplicitPadding(node)
    try require(node, "group", 1)
    guard try triple(node, "dilations", default: .one) == .one else {
      throw refusal(node, "ConvTranspose with dilations")
    }
    guard node.attributes["output_shape"]?.integers.isEmpty ?? true else {
      throw refusal(node, "ConvTranspose with output_shape")
    }
    var shape = TransposedConvolution(
      outputChannels: weight.shape[1],
      kernel: Triple(weight.shape[2], weight.shape[3], weight.shape[4]),
      stride: try triple(node, "strides", default: .one))
    (shape.paddingLow, shape.paddingHigh) = try pads(node)
    shape.outputPadding = try triple(node, "output_padding", default: .zero)
    try check(node, weight, first: image.channels, second: shape.outputChannels)
    let parts = try parts(node, weight, outputs: shape.outputChannels)
    shape.hasBias = parts["bias"] != nil
    return try add(
      node, .transposedConvolution(shape), [image], channels: shape.outputChannels, weights: parts)
  }

  private func check(_ node: ONNXNode, _ weight: Weight, first: Int, second: Int) throws {
    let expected = [first, second] + weight.shape[2...]
    guard weight.shape == expected else {
      throw ConvNetError.weightShape(
        name: "\(title(node)).weight", found: weight.shape, expected: expected)
    }
    if let kernel = node.attributes["kernel_shape"]?.integers, !kernel.isEmpty {
      guard kernel.count == 3, axes.list(axes.triple(kernel)) == kernel,
        axes.triple(kernel) == Triple(weight.shape[2], weight.shape[3], weight.shape[4])
      else {
        throw ConvNetError.malformed(
          path: path, reason: "\(title(node)) tells another kernel than its weights have")
      }
    }
  }

  // MARK: Norms and activations

  private mutating func batchNorm(_ node: ONNXNode) throws -> Feature {
    let image = try featureInput(node, 0)
    try require(node, "training_mode", 0)
    var parts: [String: Weight] = [:]
    for (index, part) in ["weight", "bias", "mean", "variance"].enumerated() {
      parts[part] = try channelInput(node, index + 1, part, image.channels)
    }
    let epsilon = node.attributes["epsilon"]?.float ?? 1e-5
    return try add(node, .batchNorm(epsilon: epsilon), [image], weights: parts)
  }

  private mutating func instanceNorm(_ node: ONNXNode) throws -> Feature {
    let image = try featureInput(node, 0)
    let parts = [
      "weight": try channelInput(node, 1, "weight", image.channels),
      "bias": try channelInput(node, 2, "bias", image.channels),
    ]
    let epsilon = node.attributes["epsilon"]?.float ?? 1e-5
    return try add(node, .instanceNorm(epsilon: epsilon, affine: true), [image], weights: parts)
  }

  private mutating func prelu(_ node: ONNXNode) throws -> Feature {
    let image = try featureInput(node, 0)
    guard let slope = try constantInput(node, 1)?.channelVector(image.channels) else {
      throw refusal(node, "PRelu with slopes that are not one for each channel")
    }
    return try add(
      node, .prelu, [image], weights: ["slope": Weight(shape: [slope.count], values: slope)])
  }

  private mutating func softmax(_ node: ONNXNode) throws -> Feature {
    // Before version 13 the operator flattened what follows the axis.
    let axis = node.attributes["axis"]?.integer ?? -1
    guard operatorSet >= 13, axis == 1 || axis == -4 else {
      throw refusal(node, "Softmax over another axis than the channels")
    }
    return try add(node, .softmax, [featureInput(node, 0)])
  }

  // MARK: Pooling

  private func pool(_ node: ONNXNode) throws -> Pool {
    guard node.attributes["kernel_shape"]?.integers.isEmpty == false else {
      throw ConvNetError.malformed(path: path, reason: "\(title(node)) has no kernel_shape")
    }
    try requireExplicitPadding(node)
    try require(node, "ceil_mode", 0)
    guard try triple(node, "dilations", default: .one) == .one else {
      throw refusal(node, "\(node.kind) with dilations")
    }
    var pool = Pool(
      kernel: try triple(node, "kernel_shape", default: .one),
      stride: try triple(node, "strides", default: .one))
    (pool.paddingLow, pool.paddingHigh) = try pads(node)
    return pool
  }

  private mutating func averagePool(_ node: ONNXNode) throws -> Feature {
    let pool = try pool(node)
    if pool.paddingLow != .zero || pool.paddingHigh != .zero {
      try require(node, "count_include_pad", 0)
    }
    return try add(node, .averagePool(pool), [featureInput(node, 0)])
  }
}
