/// A unit of work: an operation and everything that is done to its result before it is stored.
struct Layer {
  enum Kind {
    case input
    case convolution(ConvolutionWeights)
    case transposedConvolution(TransposedConvolution, inputChannels: Int, weight: [Float])
    /// Nothing but the epilogue.
    case pointwise
    case instanceNorm(epsilon: Float)
    case softmax
    case sigmoid
    case pool(Pool, maximum: Bool)
    case upsampleNearest(factors: Triple, offset: Triple)
    case upsampleTrilinear(factors: Triple, alignCorners: Bool)
    /// A copy with a border.
    case pad(low: Triple, high: Triple, mode: PaddingMode)
  }

  /// The name of the operation's node.
  var name: String
  var kind: Kind
  /// The value that goes in; the layer of the network's input has none.
  var input: Int?
  /// The value that comes out.
  var output: Int
  /// For a convolution: bias, residual, raw, affine map, activation, in this order.
  /// For the others: affine map, residual, activation.
  var epilogue = Epilogue()
  /// Where in the order of values the layer is computed.
  var position: Int
  /// Layers whose results this one alone uses, each voxel for itself: they are computed together with
  /// it, some rows at a time, and their results are never stored as a whole.
  var before: [Layer] = []

  /// All that is computed together, in order.
  var links: [Layer] { before + [self] }

  /// The values that are read and written.
  var values: [Int] {
    links.compactMap(\.epilogue.residual)
      + [before.first?.input ?? input, epilogue.raw, output]
      .compactMap { $0 }
  }

  /// Whether each voxel is computed from the same voxel alone.
  var isVoxelwise: Bool {
    switch kind {
    case .convolution(let weights):
      weights.kernel == .one && weights.stride == .one && weights.groups == 1
    case .pointwise, .softmax, .sigmoid: true
    default: false
    }
  }
}

/// What is done to a layer's sums; arrays have one element a channel.
struct Epilogue {
  var bias: [Float]?
  /// A value to be added.
  var residual: Int?
  /// A value that is the sum before the affine map.
  var raw: Int?
  var scale: [Float]?
  var shift: [Float]?
  var slope: [Float]?
  /// What each output channel's weights are multiplied by.
  var multiplier: [Float]?
  /// The names of the nodes whose work went into the multiplier.
  var folded: [String] = []

  /// Follows the affine map so far by y = scale x + shift.
  mutating func append(scale: [Float], shift: [Float]) {
    self.shift =
      zip(self.shift ?? [Float](repeating: 0, count: scale.count), zip(scale, shift)).map {
        $0 * $1.0 + $1.1
      }
    self.scale = self.scale.map { zip($0, scale).map { $0 * $1 } } ?? scale
  }
}

extension Graph {
  /// The layers in the order in which they can be computed.
  ///
  /// Windows, paddings and joins are not among them: they are ways of looking at memory.
  func layers() -> [Layer] {
    var consumers = [[Int]](repeating: [], count: values.count)
    for (number, value) in values.enumerated() {
      for input in value.inputs { consumers[input].append(number) }
    }
    var done = [Bool](repeating: false, count: values.count)
    var layers: [Layer] = []
    for (number, value) in values.enumerated() where !done[number] {
      var layer = Layer(
        name: value.name, kind: .pointwise, input: value.inputs.first, output: number,
        position: number)
      switch value.operation {
      case .window, .pad, .concatenate: continue
      case .input: layer.kind = .input
      case .convolution(let weights):
        layer.kind = .convolution(weights)
        layer.epilogue.bias = weights.bias
        fuseAfterConvolution(&layer, consumers, &done)
      case .transposedConvolution(let shape, let weight, let bias):
        layer.kind = .transposedConvolution(
          shape, inputChannels: values[value.inputs[0]].channels, weight: weight)
        layer.epilogue.bias = bias
        fuseAfterConvolution(&layer, consumers, &done)
      case .affine(let scale, let shift):
        layer.epilogue.append(scale: scale, shift: shift)
        fuseAfterPointwise(&layer, consumers, &done)
      case .activation(let slope):
        layer.epilogue.slope = slope
        fuseAfterPointwise(&layer, consumers, &done)
      case .add:
        layer.epilogue.residual = value.inputs[1]
        fuseAfterPointwise(&layer, consumers, &done)
      case .instanceNorm(let epsilon, let weight, let bias):
        layer.kind = .instanceNorm(epsilon: epsilon)
        layer.epilogue.append(scale: weight, shift: bias)
        fuseAfterPointwise(&layer, consumers, &done)
      case .softmax: layer.kind = .softmax
      case .sigmoid: layer.kind = .sigmoid
      case .pool(let pool, let maximum): layer.kind = .pool(pool, maximum: maximum)
      case .upsampleNearest(let factors, let offset):
        layer.kind = .upsampleNearest(factors: factors, offset: offset)
      case .upsampleTrilinear(let factors, let alignCorners):
        layer.kind = .upsampleTrilinear(factors: factors, alignCorners: alignCorners)
      }
      layers.append(layer)
    }
    return layers
  }

  /// Takes what follows a convolution into it as far as its epilogue goes.
  private func fuseAfterConvolution(
    _ layer: inout Layer, _ consumers: [[Int]], _ done: inout [Bool]
  ) {
    var epilogue = layer.epilogue
    fusing: while true {
      let current = layer.output
      var next = consumers[current].first
      var raw = epilogue.raw
      if uses[current] != 1 || next == nil {
        // The value is needed as it is too; an affine map or an activation can follow in the same
        // pass.
        guard epilogue.raw == nil, epilogue.scale == nil, epilogue.slope == nil else { break }
        next = consumers[current].first {
          switch values[$0].operation {
          case .affine, .activation: !done[$0]
          default: false
          }
        }
        raw = current
      }
      guard let next, !done[next] else { break }
      switch values[next].operation {
      case .affine(let scale, let shift):
        let isPositiveFactor = scale.allSatisfy { $0 > 0 } && shift.allSatisfy { $0 == 0 }
        guard epilogue.slope == nil || isPositiveFactor else { break fusing }
        if raw == nil && epilogue.residual == nil && epilogue.scale == nil {
          epilogue.multiplier =
            epilogue.multiplier.map { zip($0, scale).map { $0 * $1 } } ?? scale
          epilogue.bias =
            epilogue.bias.map { zip($0, zip(scale, shift)).map { $0 * $1.0 + $1.1 } } ?? shift
          epilogue.folded.append(values[next].name)
        } else {
          epilogue.append(scale: scale, shift: shift)
        }
      case .activation(let slope):
        guard epilogue.slope == nil else { break fusing }
        epilogue.slope = slope
      case .add:
        let inputs = values[next].inputs
        let other = inputs[0] == current ? inputs[1] : inputs[0]
        guard epilogue.residual == nil, epilogue.raw == nil, epilogue.scale == nil,
          epilogue.slope == nil, other != current, isAvailable(other, before: layer.position),
          inputs[0] == current || values[other].channels == values[current].channels
        else { break fusing }
        epilogue.residual = other
      default: break fusing
      }
      epilogue.raw = raw
      layer.output = next
      done[next] = true
    }
    layer.epilogue = epilogue
  }

  /// Takes what follows an affine map, an activation, a sum or an instance norm into one layer.
  private func fuseAfterPointwise(
    _ layer: inout Layer, _ consumers: [[Int]], _ done: inout [Bool]
  ) {
    while uses[layer.output] == 1, let next = consumers[layer.output].first, !done[next] {
      switch values[next].operation {
      case .affine(let scale, let shift):
        guard layer.epilogue.residual == nil,
          layer.epilogue.slope == nil
            || (scale.allSatisfy { $0 > 0 } && shift.allSatisfy { $0 == 0 })
        else { return }
        layer.epilogue.append(scale: scale, shift: shift)
      case .activation(let slope):
        guard layer.epilogue.slope == nil else { return }
        layer.epilogue.slope = slope
      case .add:
        let inputs = values[next].inputs
        let other = inputs[0] == layer.output ? inputs[1] : inputs[0]
        guard layer.epilogue.residual == nil, layer.epilogue.slope == nil,
          other != layer.output, isAvailable(other, before: layer.position),
          inputs[0] == layer.output || values[other].channels == values[layer.output].channels
        else { return }
        layer.epilogue.residual = other
      default: return
      }
      layer.output = next
      done[next] = true
    }
  }

  /// Whether a value is there before the layer at a position is computed.
  private func isAvailable(_ value: Int, before position: Int) -> Bool {
    switch values[value].operation {
    case .window, .pad: isAvailable(values[value].inputs[0], before: position)
    default: value < position
    }
  }
}
