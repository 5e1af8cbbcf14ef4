import ConvKernels
import Parallel

/// A convolution with zeros around its input.
final class ConvolutionStep: LearningStep {
  private let name: String
  private let shape: Convolution
  private let inputChannels: Int
  private let inputSize: Triple
  private let outputSize: Triple

  /// - Parameter shape: its padding is zeros; other paddings are steps of their own.
  init(
    name: String, _ shape: Convolution, inputChannels: Int, inputSize: Triple, outputSize: Triple
  ) {
    self.name = name
    self.shape = shape
    self.inputChannels = inputChannels
    self.inputSize = inputSize
    self.outputSize = outputSize
  }

  var needsInputs: Bool { true }

  var inputBorder: (low: Triple, high: Triple) { (shape.paddingLow, shape.paddingHigh) }

  var deltaBorder: (low: Triple, high: Triple) {
    guard let phases else { return (.zero, .zero) }
    return (phases.low, phases.high)
  }

  /// The adjoint as a transposed convolution, whose weight (in, out) is this one's (out, in).
  private var adjoint: TransposedConvolution {
    var adjoint = TransposedConvolution(
      outputChannels: inputChannels, kernel: shape.kernel, stride: shape.stride)
    adjoint.paddingLow = shape.paddingLow
    adjoint.paddingHigh = shape.paddingHigh
    adjoint.hasBias = false
    return adjoint
  }

  private var phases: TransposedPhases? {
    guard shape.groups == 1, shape.dilation == .one else { return nil }
    return TransposedPhases(adjoint, inputSize: outputSize, outputSize: inputSize)
  }

  private func weights(_ weights: StepWeights) -> ConvolutionWeights {
    ConvolutionWeights(
      kernel: shape.kernel, stride: shape.stride, dilation: shape.dilation, groups: shape.groups,
      inputChannels: inputChannels, outputChannels: shape.outputChannels,
      weight: weights["weight"], bias: shape.hasBias ? weights["bias"] : nil)
  }

  func forward(
    _ inputs: [FeatureBatch], to output: FeatureBatch, _ weights: StepWeights,
    _ context: LearningContext
  ) throws {
    let weights = self.weights(weights)
    var layer = Layer(name: name, kind: .convolution(weights), output: 0, position: 0)
    layer.epilogue.bias = weights.bias
    var cache: [Packer.Key: AlignedFloats] = [:]
    let prepared = try Packer(options: context.options, workers: context.workers).prepare(
      layer, weights, outputSize: outputSize, cache: &cache)
    try prepared.run(
      inputs[0].views(low: shape.paddingLow, high: shape.paddingHigh), output.views, context)
  }

  func backward(
    _ inputs: [FeatureBatch], _ output: FeatureBatch, delta: FeatureBatch,
    to targets: [DeltaTarget?], _ weights: StepWeights, _ context: LearningContext
  ) throws -> [String: [Float]] {
    let gradient = WeightGradient(
      inputs: inputChannels, outputs: shape.outputChannels, kernel: shape.kernel,
      stride: shape.stride, dilation: shape.dilation, groups: shape.groups,
      options: context.options)
    var result = [
      weights.name("weight"): try gradient.compute(
        inputs: inputs[0].views(low: shape.paddingLow, high: shape.paddingHigh),
        deltas: delta.views, workers: context.workers)
    ]
    if shape.hasBias { result[weights.name("bias")] = delta.channelSums(workers: context.workers) }
    if let target = targets[0] {
      if let phases {
        try backward(delta, through: phases, to: target, weights["weight"], context)
      } else {
        try backwardByTaps(delta, to: target, weights["weight"], context)
      }
    }
    return result
  }

  /// dx as the transposed convolution of the deltas (docs/backpropagation.md, Eq. 10 and 12).
  private func backward(
    _ delta: FeatureBatch, through phases: TransposedPhases, to target: DeltaTarget,
    _ weight: [Float], _ context: LearningContext
  ) throws {
    let layer = Layer(
      name: name,
      kind: .transposedConvolution(
        adjoint, inputChannels: shape.outputChannels, weight: weight), output: 0, position: 0)
    var cache: [Packer.Key: AlignedFloats] = [:]
    let prepared = try Packer(options: context.options, workers: context.workers).prepare(
      layer, adjoint, weight: weight, inputChannels: shape.outputChannels, inputSize: outputSize,
      outputSize: inputSize, cache: &cache)
    try prepared.run(
      delta.views(low: phases.low, high: phases.high), target.batch.views,
      adds: target.adds, context)
  }

  /// dx for grouped and dilated convolutions: the deltas spread by the stride among zeros, convolved
  /// with the kernel turned round and its input and output channels exchanged (Eq. 8 and 10).
  private func backwardByTaps(
    _ delta: FeatureBatch, to target: DeltaTarget, _ weight: [Float], _ context: LearningContext
  ) throws {
    let reach = Triple { shape.dilation[$0] * (shape.kernel[$0] - 1) }
    let spread = Triple { (outputSize[$0] - 1) * shape.stride[$0] + 1 }
    // Zeros so that output voxel 0 reads from input voxel 0 - reach + padding on.
    let low = Triple { max(0, reach[$0] - shape.paddingLow[$0]) }
    let first = Triple { low[$0] - (reach[$0] - shape.paddingLow[$0]) }
    let high = Triple { max(0, first[$0] + inputSize[$0] + reach[$0] - low[$0] - spread[$0]) }
    let stuffed = try FeatureBatch(
      count: delta.count, channels: delta.channels, size: spread, low: low, high: high,
      pool: context.pool, workers: context.workers)
    stuffed.clear(workers: context.workers)
    let places = stuffed.window(offset: .zero, step: shape.stride, size: outputSize)
    delta.forEachRow(workers: context.workers) { image, block, z, y in
      Rows.map(delta[image], places[image], block, z, y) { $0 }
    }
    let groups = shape.groups
    let (outs, ins) = (shape.outputChannels / groups, inputChannels / groups)
    let taps = shape.kernel.z * shape.kernel.y * shape.kernel.x
    var turned = [Float](repeating: 0, count: weight.count)
    for group in 0..<groups {
      for out in 0..<outs {
        for input in 0..<ins {
          let from = ((group * outs + out) * ins + input) * taps
          let to = ((group * ins + input) * outs + out) * taps
          for tap in 0..<taps { turned[to + tap] = weight[from + taps - 1 - tap] }
        }
      }
    }
    let weights = ConvolutionWeights(
      kernel: shape.kernel, stride: .one, dilation: shape.dilation, groups: groups,
      inputChannels: shape.outputChannels, outputChannels: inputChannels, weight: turned)
    let layer = Layer(name: name, kind: .convolution(weights), output: 0, position: 0)
    var cache: [Packer.Key: AlignedFloats] = [:]
    let prepared = try Packer(options: context.options, workers: context.workers).prepare(
      layer, weights, outputSize: inputSize, cache: &cache)
    let read = stuffed.views(low: low, high: high).map {
      $0.window(offset: first, size: Triple { inputSize[$0] + reach[$0] })
    }
    try prepared.run(read, target.batch.views, adds: target.adds, context)
  }
}

/// The adjoint of a strided convolution.
final class TransposedConvolutionStep: LearningStep {
  private let name: String
  private let shape: TransposedConvolution
  private let inputChannels: Int
  private let inputSize: Triple
  private let outputSize: Triple
  private let phases: TransposedPhases

  init(
    name: String, _ shape: TransposedConvolution, inputChannels: Int, inputSize: Triple,
    outputSize: Triple
  ) {
    self.name = name
    self.shape = shape
    self.inputChannels = inputChannels
    self.inputSize = inputSize
    self.outputSize = outputSize
    phases = TransposedPhases(shape, inputSize: inputSize, outputSize: outputSize)
  }

  var needsInputs: Bool { true }
  var inputBorder: (low: Triple, high: Triple) { (phases.low, phases.high) }

  /// Its own forward pass turned round: a convolution of the deltas, with this padding.
  var deltaBorder: (low: Triple, high: Triple) {
    (
      shape.paddingLow,
      Triple {
        max(
          0,
          (inputSize[$0] - 1) * shape.stride[$0] + shape.kernel[$0] - shape.paddingLow[$0]
            - outputSize[$0])
      }
    )
  }

  func forward(
    _ inputs: [FeatureBatch], to output: FeatureBatch, _ weights: StepWeights,
    _ context: LearningContext
  ) throws {
    let weight = weights["weight"]
    var layer = Layer(
      name: name,
      kind: .transposedConvolution(shape, inputChannels: inputChannels, weight: weight),
      output: 0, position: 0)
    if shape.hasBias { layer.epilogue.bias = weights["bias"] }
    var cache: [Packer.Key: AlignedFloats] = [:]
    let prepared = try Packer(options: context.options, workers: context.workers).prepare(
      layer, shape, weight: weight, inputChannels: inputChannels, inputSize: inputSize,
      outputSize: outputSize, cache: &cache)
    try prepared.run(
      inputs[0].views(low: phases.low, high: phases.high), output.views, context)
  }

  /// docs/backpropagation.md, Eq. 13 and 14.
  func backward(
    _ inputs: [FeatureBatch], _ output: FeatureBatch, delta: FeatureBatch,
    to targets: [DeltaTarget?], _ weights: StepWeights, _ context: LearningContext
  ) throws -> [String: [Float]] {
    let border = deltaBorder
    let deltas = delta.views(low: border.low, high: border.high)
    // The roles change: the deltas are what is read at the taps, the input what is read once.
    let gradient = WeightGradient(
      inputs: shape.outputChannels, outputs: inputChannels, kernel: shape.kernel,
      stride: shape.stride, dilation: .one, groups: 1, options: context.options)
    var result = [
      weights.name("weight"): try gradient.compute(
        inputs: deltas, deltas: inputs[0].views, workers: context.workers)
    ]
    if shape.hasBias { result[weights.name("bias")] = delta.channelSums(workers: context.workers) }
    guard let target = targets[0] else { return result }
    let adjoint = ConvolutionWeights(
      kernel: shape.kernel, stride: shape.stride, dilation: .one, groups: 1,
      inputChannels: shape.outputChannels, outputChannels: inputChannels,
      weight: weights["weight"])
    let layer = Layer(name: name, kind: .convolution(adjoint), output: 0, position: 0)
    var cache: [Packer.Key: AlignedFloats] = [:]
    let prepared = try Packer(options: context.options, workers: context.workers).prepare(
      layer, adjoint, outputSize: inputSize, cache: &cache)
    try prepared.run(deltas, target.batch.views, adds: target.adds, context)
    return result
  }
}

extension PreparedConvolution {
  /// Computes the outputs of a batch.
  ///
  /// - Parameter adds: whether they are added to what is there.
  fileprivate func run(
    _ inputs: [FeatureView], _ outputs: [FeatureView], adds: Bool = false,
    _ context: LearningContext
  ) throws {
    let memory = try context.pool.take(scratch * context.workers.count)
    withExtendedLifetime(memory) {
      run(
        zip(inputs, outputs).map { ImageMaps(input: $0, output: $1, residual: adds ? $1 : nil) },
        slices: 0..<outputs[0].size.z, workers: context.workers, scratch: memory.pointer,
        scratchStride: scratch)
    }
  }
}

extension FeatureBatch {
  /// The sum over all images and voxels for each channel: a bias's gradient.
  fileprivate func channelSums(workers: Workers) -> [Float] {
    ChannelSums.compute(over: self, count: 1, workers: workers) { image, block, z, y, sums in
      var sum = Vector.zero
      Rows.visit(self[image], self[image], block, z, y) { x, _ in sum += x }
      sums[0] += SIMD8<Double>(sum)
    }[0].map { Float($0) }
  }
}
