/// A network as values and what makes them, for an input of a known size.
///
/// It says the same as a ``NetworkDescription`` in fewer terms: paddings are values of their own,
/// crops and subsampling are windows, all normalisations by stored statistics are affine maps, and
/// all activations are a slope for negative numbers.
struct Graph {
  /// A value and what makes it; a value's number is its place in ``Graph/values``.
  struct Value {
    var name: String
    var operation: GraphOperation
    /// The values from which it is made: all of them before it.
    var inputs: [Int]
    var channels: Int
    var size: Triple
  }

  private(set) var values: [Value] = []
  private(set) var output = 0
  /// How many values are made of each.
  private(set) var uses: [Int] = []
}

/// What makes a value; arrays have one element a channel.
enum GraphOperation {
  case input
  /// Without padding.
  case convolution(ConvolutionWeights)
  case transposedConvolution(TransposedConvolution, weight: [Float], bias: [Float]?)
  /// y = scale x + shift.
  case affine(scale: [Float], shift: [Float])
  /// y = x > 0 ? x : slope x.
  case activation(slope: [Float])
  case instanceNorm(epsilon: Float, weight: [Float], bias: [Float])
  case softmax
  case sigmoid
  case pool(Pool, maximum: Bool)
  /// Voxel o shows the input's voxel (o + offset) / factors.
  case upsampleNearest(factors: Triple, offset: Triple)
  case upsampleTrilinear(factors: Triple, alignCorners: Bool)
  /// Voxel o is the input's voxel offset + o * step.
  case window(offset: Triple, step: Triple)
  case pad(low: Triple, high: Triple, mode: PaddingMode)
  case concatenate
  /// The second has the first's size, and as many channels or fewer.
  case add
}

/// A convolution's shape and weights.
struct ConvolutionWeights {
  var kernel: Triple
  var stride: Triple
  var dilation: Triple
  var groups: Int
  var inputChannels: Int
  var outputChannels: Int
  /// (out, in / groups, kz, ky, kx)
  var weight: [Float]
  var bias: [Float]?
}

extension Graph {
  init(_ network: Network, inputSize: Triple) throws {
    let description = network.description
    let sizes = try description.sizes(for: inputSize)
    let shapes = try ChannelInference(description)
    // Which values are made of each; what is not needed for the output does not count.
    var counts = [description.output: 1]
    for node in description.nodes.reversed() where counts[node.name] != nil {
      for input in node.inputs { counts[input, default: 0] += 1 }
    }

    var numbers: [String: Int] = [:]
    values = [
      Value(
        name: description.input.name, operation: .input, inputs: [],
        channels: description.input.channels, size: inputSize)
    ]
    uses = [counts[description.input.name] ?? 0]
    numbers[description.input.name] = 0

    for node in description.nodes {
      guard let count = counts[node.name], let size = sizes[node.name],
        let channels = shapes.channels[node.name]
      else { continue }
      var inputs = node.inputs.compactMap { numbers[$0] }
      func weight(_ part: String) -> [Float] {
        network.weights["\(node.name).\(part)"]?.values ?? []
      }
      func append(_ operation: GraphOperation) {
        let value = Value(
          name: node.name, operation: operation, inputs: inputs, channels: channels, size: size)
        numbers[node.name] = self.append(value, uses: count)
      }

      switch node.operation {
      case .convolution(let shape):
        inputs[0] = padded(inputs[0], shape.paddingLow, shape.paddingHigh, shape.paddingMode)
        append(
          .convolution(
            ConvolutionWeights(
              kernel: shape.kernel, stride: shape.stride, dilation: shape.dilation,
              groups: shape.groups, inputChannels: values[inputs[0]].channels,
              outputChannels: channels, weight: weight("weight"),
              bias: shape.hasBias ? weight("bias") : nil)))
      case .transposedConvolution(let shape):
        let margins = TransposedPhases(shape, inputSize: values[inputs[0]].size, outputSize: size)
        inputs[0] = padded(inputs[0], margins.low, margins.high, .zero)
        append(
          .transposedConvolution(
            shape, weight: weight("weight"), bias: shape.hasBias ? weight("bias") : nil))
      case .batchNorm(let epsilon):
        let scale = zip(weight("weight"), weight("variance")).map {
          Float(Double($0) / (Double($1) + Double(epsilon)).squareRoot())
        }
        let shift = channelwise(channels) {
          weight("bias")[$0] - weight("mean")[$0] * scale[$0]
        }
        numbers[node.name] = appendPointwise(
          node.name, .affine(scale: scale, shift: shift), of: inputs[0], uses: count)
      case .scale(let factor):
        numbers[node.name] = appendPointwise(
          node.name,
          .affine(
            scale: [Float](repeating: factor, count: channels),
            shift: [Float](repeating: 0, count: channels)),
          of: inputs[0], uses: count)
      case .prelu, .leakyReLU, .relu:
        let slope =
          switch node.operation {
          case .leakyReLU(let slope): [slope]
          case .relu: [Float(0)]
          default: weight("slope")
          }
        numbers[node.name] = appendPointwise(
          node.name,
          .activation(slope: channelwise(channels) { slope.count == 1 ? slope[0] : slope[$0] }),
          of: inputs[0], uses: count)
      case .instanceNorm(let epsilon, let affine):
        append(
          .instanceNorm(
            epsilon: epsilon,
            weight: affine ? weight("weight") : [Float](repeating: 1, count: channels),
            bias: affine ? weight("bias") : [Float](repeating: 0, count: channels)))
      case .softmax: append(.softmax)
      case .sigmoid: append(.sigmoid)
      case .maxPool(let pool): append(.pool(pool, maximum: true))
      case .averagePool(let pool): append(.pool(pool, maximum: false))
      case .upsampleNearest(let factors):
        append(.upsampleNearest(factors: factors, offset: .zero))
      case .upsampleTrilinear(let factors, let alignCorners):
        append(.upsampleTrilinear(factors: factors, alignCorners: alignCorners))
      case .subsample(let factors):
        numbers[node.name] = appendWindow(
          node.name, of: inputs[0], offset: .zero, step: factors, size: size, uses: count)
      case .crop(let low, _):
        numbers[node.name] = appendWindow(
          node.name, of: inputs[0], offset: low, step: .one, size: size, uses: count)
      case .cropLike(let centred):
        let whole = values[inputs[0]].size
        let offset = centred ? Triple { (whole[$0] - size[$0]) / 2 } : .zero
        // The second input gives its size alone.
        uses[inputs[1]] -= 1
        numbers[node.name] = appendWindow(
          node.name, of: inputs[0], offset: offset, step: .one, size: size, uses: count)
      case .pad(let low, let high, let mode):
        let value = padded(inputs[0], low, high, mode)
        if value == inputs[0] { uses[value] += count - 1 } else { uses[value] = count }
        numbers[node.name] = value
      case .concatenate: append(.concatenate)
      case .add:
        let whole = values[inputs[1]].size
        inputs[1] = appendWindow(
          node.name, of: inputs[1], offset: Triple { (whole[$0] - size[$0]) / 2 }, step: .one,
          size: size, uses: 1)
        append(.add)
      case .dropout:
        uses[inputs[0]] += count - 1
        numbers[node.name] = inputs[0]
      }
    }
    output = numbers[description.output] ?? 0
    removeUnused()
  }

  /// Adds a value and returns its number.
  private mutating func append(_ value: Value, uses count: Int) -> Int {
    values.append(value)
    uses.append(count)
    return values.count - 1
  }

  private mutating func padded(
    _ input: Int, _ low: Triple, _ high: Triple, _ mode: PaddingMode
  ) -> Int {
    if low == .zero && high == .zero { return input }
    var value = values[input]
    value.operation = .pad(low: low, high: high, mode: mode)
    value.inputs = [input]
    value.size = Triple { value.size[$0] + low[$0] + high[$0] }
    return append(value, uses: 1)
  }

  /// Adds a window, or changes what it looks at where that is a window or repeated voxels itself.
  private mutating func appendWindow(
    _ name: String, of input: Int, offset: Triple, step: Triple, size: Triple, uses count: Int
  ) -> Int {
    let source = values[input]
    if step == .one && size == source.size {
      uses[input] += count - 1
      return input
    }
    var value = Value(
      name: name, operation: .window(offset: offset, step: step), inputs: [input],
      channels: source.channels, size: size)
    switch source.operation {
    case .window(let first, let firstStep):
      uses[input] -= 1
      uses[source.inputs[0]] += 1
      value.inputs = source.inputs
      value.operation = .window(
        offset: Triple { first[$0] + offset[$0] * firstStep[$0] },
        step: Triple { firstStep[$0] * step[$0] })
    case .upsampleNearest(let factors, let first) where uses[input] == 1 && step == .one:
      uses[input] = 0
      value.inputs = source.inputs
      value.operation = .upsampleNearest(
        factors: factors, offset: Triple { first[$0] + offset[$0] })
    default: break
    }
    return append(value, uses: count)
  }

  /// Adds an affine map or an activation, before joins, repetitions and windows where these have no
  /// other use: there it costs less and can be done by the convolution before.
  private mutating func appendPointwise(
    _ name: String, _ operation: GraphOperation, of input: Int, uses count: Int
  ) -> Int {
    var source = values[input]
    let sole = uses[input] == 1
    switch source.operation {
    case .concatenate where sole:
      uses[input] = 0
      var first = 0
      source.inputs = source.inputs.map { part in
        let range = first..<(first + values[part].channels)
        first = range.upperBound
        return appendPointwise(
          "\(name) of \(values[part].name)", operation.slice(range), of: part, uses: 1)
      }
      return append(source, uses: count)
    case .upsampleNearest where sole:
      uses[input] = 0
      source.inputs[0] = appendPointwise(name, operation, of: source.inputs[0], uses: 1)
      return append(source, uses: count)
    case .window where sole && uses[source.inputs[0]] == 1:
      uses[input] = 0
      source.inputs[0] = appendPointwise(name, operation, of: source.inputs[0], uses: 1)
      return append(source, uses: count)
    default:
      source.name = name
      source.operation = operation
      source.inputs = [input]
      return append(source, uses: count)
    }
  }

  /// Leaves out the values that the output does not need, and counts uses anew.
  private mutating func removeUnused() {
    var needed = [Bool](repeating: false, count: values.count)
    needed[0] = true
    needed[output] = true
    for number in values.indices.reversed() where needed[number] {
      for input in values[number].inputs { needed[input] = true }
    }
    var renumbered = [Int](repeating: 0, count: values.count)
    var kept: [Value] = []
    for (number, value) in values.enumerated() where needed[number] {
      var value = value
      value.inputs = value.inputs.map { renumbered[$0] }
      renumbered[number] = kept.count
      kept.append(value)
    }
    values = kept
    output = renumbered[output]
    uses = [Int](repeating: 0, count: values.count)
    for value in values { for input in value.inputs { uses[input] += 1 } }
    uses[output] += 1
  }
}

extension GraphOperation {
  /// The same for some of the channels.
  fileprivate func slice(_ channels: Range<Int>) -> GraphOperation {
    switch self {
    case .affine(let scale, let shift):
      .affine(scale: Array(scale[channels]), shift: Array(shift[channels]))
    case .activation(let slope): .activation(slope: Array(slope[channels]))
    default: self
    }
  }
}

/// One number a channel.
func channelwise(_ channels: Int, _ value: (Int) -> Float) -> [Float] {
  (0..<channels).map(value)
}
