/// A network made ready to learn from images of one size: steps, and where each value lives.
struct LearningPlan {
  /// A value: the network's input or the result of a node.
  struct Value {
    var channels: Int
    var size: Triple
    /// The value of which this one is a window; nil where it has maps of its own.
    var window: (source: Int, offset: Triple, step: Triple)?
    /// The borders of zeros that are needed around the value and around its gradient.
    var border = (low: Triple.zero, high: Triple.zero)
    var deltaBorder = (low: Triple.zero, high: Triple.zero)
    /// How many steps and windows read it.
    var uses = 0
  }

  /// A node that computes something.
  struct Step {
    var node: String
    var inputs: [Int]
    var output: Int
    var step: any LearningStep
  }

  private(set) var values: [Value] = []
  private(set) var steps: [Step] = []
  /// The values by their nodes' names.
  private(set) var numbers: [String: Int] = [:]
  /// The values in an order in which each comes after those that it is made of.
  private(set) var order: [Int] = []
  /// How many nodes read the value of a node; the loss counts as one.
  private var readers: [String: Int] = [:]
  /// For each value, whether it changes with some weight of the network.
  private(set) var learns: [Bool] = []

  /// - Parameter wanted: the nodes whose values the loss is formed of.
  /// - Throws: ``ConvNetError/invalidInput(found:expected:)`` where the size does not suit the network.
  init(_ network: Network, imageSize: Triple, wanted: [String]) throws {
    let description = network.description
    for name in wanted + description.nodes.flatMap(\.inputs) { readers[name, default: 0] += 1 }
    let sizes = try description.sizes(for: imageSize)
    let channels = try ChannelInference(description).channels
    numbers[description.input.name] = append(description.input.channels, imageSize)
    for (index, node) in description.nodes.enumerated() {
      guard let size = sizes[node.name], let count = channels[node.name] else { continue }
      let inputs = node.inputs.compactMap { numbers[$0] }
      numbers[node.name] = try add(node, index, inputs, count, size)
    }
    for step in steps {
      let border = step.step.inputBorder
      for input in step.inputs {
        values[input].uses += 1
        values[input].border.low = values[input].border.low.larger(border.low)
        values[input].border.high = values[input].border.high.larger(border.high)
      }
      values[step.output].deltaBorder = step.step.deltaBorder
    }
    // A window shows its source's voxels where a border of zeros is needed: such a one is copied.
    for number in values.indices where values[number].window != nil {
      let border = values[number].border
      guard border.low != .zero || border.high != .zero else { continue }
      replaceWindow(number)
    }
    for value in values {
      if let window = value.window { values[window.source].uses += 1 }
    }
    findLearning(network)
  }

  private mutating func findLearning(_ network: Network) {
    learns = values.map { _ in false }
    let learning = Set(network.description.nodes.filter { $0.operation.learns }.map(\.name))
    let makers = Dictionary(steps.map { ($0.output, $0) }, uniquingKeysWith: { $1 })
    for number in order {
      if let window = values[number].window {
        learns[number] = learns[window.source]
      } else if let step = makers[number] {
        learns[number] =
          step.inputs.contains { learns[$0] }
          || learning.contains(step.node) && !(step.step is PaddingStep)
      }
    }
  }

  private mutating func append(_ channels: Int, _ size: Triple) -> Int {
    values.append(Value(channels: channels, size: size))
    order.append(values.count - 1)
    return values.count - 1
  }

  private mutating func window(
    _ source: Int, offset: Triple, step: Triple, size: Triple
  ) -> Int {
    if offset == .zero, step == .one, size == values[source].size { return source }
    let number = append(values[source].channels, size)
    values[number].window = (source, offset, step)
    return number
  }

  private mutating func add(
    _ node: NetworkDescription.Node, _ index: Int, _ inputs: [Int], _ channels: Int, _ size: Triple
  ) throws -> Int {
    var inputs = inputs
    let source = values[inputs[0]]
    let step: any LearningStep
    switch node.operation {
    case .convolution(var shape):
      if shape.paddingMode != .zero, shape.paddingLow != .zero || shape.paddingHigh != .zero {
        let (low, high) = (shape.paddingLow, shape.paddingHigh)
        let padded = append(
          source.channels, Triple { low[$0] + source.size[$0] + high[$0] })
        steps.append(
          Step(
            node: node.name, inputs: inputs, output: padded,
            step: PaddingStep(low: low, mode: shape.paddingMode)))
        inputs = [padded]
        (shape.paddingLow, shape.paddingHigh) = (.zero, .zero)
      }
      step = ConvolutionStep(
        name: node.name, shape, inputChannels: source.channels, inputSize: values[inputs[0]].size,
        outputSize: size)
    case .transposedConvolution(let shape):
      step = TransposedConvolutionStep(
        name: node.name, shape, inputChannels: source.channels, inputSize: source.size,
        outputSize: size)
    case .batchNorm(let epsilon):
      step = NormStep(epsilon: epsilon, affine: true, overBatch: true)
    case .instanceNorm(let epsilon, let affine):
      step = NormStep(epsilon: epsilon, affine: affine, overBatch: false)
    case .prelu: return activate(node, inputs, by: .learned)
    case .leakyReLU(let slope): return activate(node, inputs, by: .fixed(slope))
    case .relu: return activate(node, inputs, by: .fixed(0))
    case .softmax: step = SoftmaxStep()
    case .sigmoid: step = SigmoidStep()
    case .maxPool(let pool): step = PoolingStep(pool, maximum: true)
    case .averagePool(let pool): step = PoolingStep(pool, maximum: false)
    case .upsampleNearest(let factors): step = RepetitionStep(factors: factors)
    case .upsampleTrilinear(_, let alignCorners): step = TrilinearStep(alignCorners: alignCorners)
    case .pad(let low, _, let mode): step = PaddingStep(low: low, mode: mode)
    case .concatenate: step = ConcatenationStep(channels: inputs.map { values[$0].channels })
    case .scale(let factor): step = ScaleStep(factor: factor)
    case .dropout(let rate): step = DropoutStep(rate: rate, number: index)
    case .subsample(let factors):
      return window(inputs[0], offset: .zero, step: factors, size: size)
    case .crop(let low, _): return window(inputs[0], offset: low, step: .one, size: size)
    case .cropLike(let centred):
      let offset = centred ? Triple { (source.size[$0] - size[$0]) / 2 } : .zero
      return window(inputs[0], offset: offset, step: .one, size: size)
    case .add:
      let whole = values[inputs[1]].size
      inputs[1] = window(
        inputs[1], offset: Triple { (whole[$0] - size[$0]) / 2 }, step: .one, size: size)
      step = AdditionStep()
    }
    let output = append(channels, size)
    steps.append(Step(node: node.name, inputs: inputs, output: output, step: step))
    return output
  }

  /// Adds an activation: as part of the norm before it, where nothing else reads the norm's value.
  private mutating func activate(
    _ node: NetworkDescription.Node, _ inputs: [Int], by slope: ActivationStep.Slope
  ) -> Int {
    if readers[node.inputs[0]] == 1,
      let place = steps.lastIndex(where: { $0.output == inputs[0] }),
      let norm = steps[place].step as? NormStep,
      let both = norm.activated(by: NormStep.Activation(node: node.name, slope: slope))
    {
      steps[place].step = both
      return inputs[0]
    }
    let output = append(values[inputs[0]].channels, values[inputs[0]].size)
    steps.append(
      Step(node: node.name, inputs: inputs, output: output, step: ActivationStep(slope)))
    return output
  }

  /// Makes a window a copy with a border.
  private mutating func replaceWindow(_ number: Int) {
    guard let window = values[number].window else { return }
    let view = append(values[number].channels, values[number].size)
    values[view].window = window
    values[view].uses = 1
    values[number].window = nil
    order.removeLast()
    order.insert(view, at: order.firstIndex(of: number) ?? 0)
    let place =
      steps.firstIndex { $0.inputs.contains(number) || windowed(number, by: $0) } ?? steps.count
    steps.insert(
      Step(node: "", inputs: [view], output: number, step: ScaleStep(factor: 1)), at: place)
  }

  /// Whether a step reads a window of a value.
  private func windowed(_ number: Int, by step: Step) -> Bool {
    step.inputs.contains { input in
      var current = input
      while let window = values[current].window {
        if window.source == number { return true }
        current = window.source
      }
      return false
    }
  }
}

extension Triple {
  fileprivate func larger(_ other: Triple) -> Triple { Triple { max(self[$0], other[$0]) } }
}

extension Operation {
  /// Whether it has weights that are learned.
  fileprivate var learns: Bool {
    switch self {
    case .convolution, .transposedConvolution, .batchNorm, .prelu: true
    case .instanceNorm(_, let affine): affine
    default: false
    }
  }
}
