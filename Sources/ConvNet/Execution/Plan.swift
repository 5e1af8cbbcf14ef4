import Parallel

/// A network made ready for images of one size, computed in slabs of one thickness.
struct Plan: Sendable {
  /// A layer's work with its weights.
  enum Work: Sendable {
    case input
    case convolution(PreparedConvolution)
    case pointwise(PointwiseMap)
    case instanceNorm(InstanceNormalization)
    case softmax
    case sigmoid
    case pool(Pool, maximum: Bool)
    case repeatVoxels(factors: Triple, offset: Triple)
    case trilinear(alignCorners: Bool)
    case pad(low: Triple, mode: PaddingMode)
  }

  /// Everything about a layer.
  struct Step: Sendable {
    var name: String
    var work: Work
    var input: View?
    var residual: View?
    var raw: View?
    var output: View
    /// The multiplications and additions of a convolution's definition for each output slice.
    var operationsPerSlice = 0.0
  }

  let steps: [Step]
  let buffers: [Buffer]
  let schedule: Schedule
  let output: View
  /// The floats of scratch memory that each worker needs.
  let scratch: Int

  init(
    _ layout: Layout, packer: Packer, cache: inout [Packer.Key: AlignedFloats]
  ) throws {
    let placement = layout.placement
    buffers = placement.buffers
    schedule = layout.schedule
    output = placement.output
    var steps: [Step] = []
    for (index, layer) in placement.layers.enumerated() {
      let output = placement.view(of: layer.output)
      let input = layer.input.map { placement.view(of: $0) }
      // The slices that are computed at once, by which the algorithm is chosen.
      let depth = layout.schedule.slabs.map { $0.ranges[index].count }.max() ?? 0
      var step = Step(
        name: layer.name, work: .input, input: input,
        residual: layer.epilogue.residual.map { placement.view(of: $0) },
        raw: layer.epilogue.raw.map { placement.view(of: $0) }, output: output)
      switch layer.kind {
      case .input: step.work = .input
      case .convolution(let weights):
        step.work = .convolution(
          try packer.prepare(
            layer, weights, outputSize: Triple(depth, output.size.y, output.size.x), cache: &cache))
        let taps = Double(weights.kernel.z * weights.kernel.y * weights.kernel.x)
        step.operationsPerSlice =
          2 * taps * Double(weights.inputChannels / weights.groups)
          * Double(weights.outputChannels) * Double(output.size.y * output.size.x)
      case .transposedConvolution(let shape, let weight):
        // The view of the input has a border where the phases need one; the sizes without it decide.
        guard let input else { continue }
        let inputSize = shape.inputSize(outputSize: output.size)
        step.work = .convolution(
          try packer.prepare(
            layer, shape, weight: weight, inputChannels: input.channels, inputSize: inputSize,
            outputSize: output.size, cache: &cache))
        let taps = Double(shape.kernel.z * shape.kernel.y * shape.kernel.x)
        step.operationsPerSlice =
          2 * taps * Double(input.channels) * Double(output.channels)
          * Double(inputSize.z * inputSize.y * inputSize.x) / Double(output.size.z)
      case .pointwise: step.work = .pointwise(try PointwiseMap(layer.epilogue))
      case .instanceNorm(let epsilon):
        step.work = .instanceNorm(
          InstanceNormalization(epsilon: epsilon, map: try PointwiseMap(layer.epilogue)))
      case .softmax: step.work = .softmax
      case .sigmoid: step.work = .sigmoid
      case .pool(let pool, let maximum): step.work = .pool(pool, maximum: maximum)
      case .upsampleNearest(let factors, let offset):
        step.work = .repeatVoxels(factors: factors, offset: offset)
      case .upsampleTrilinear(_, let alignCorners):
        step.work = .trilinear(alignCorners: alignCorners)
      case .pad(let low, _, let mode): step.work = .pad(low: low, mode: mode)
      }
      steps.append(step)
    }
    self.steps = steps
    scratch =
      steps.map { if case .convolution(let prepared) = $0.work { prepared.scratch } else { 0 } }
      .max() ?? 0
  }
}

/// What is computed when and where, without the weights.
struct Layout {
  let placement: Placement
  let schedule: Schedule

  /// - Parameter slab: the output slices that are computed at once; nil for all.
  init(_ network: Network, inputSize: Triple, slab: Int?) throws {
    placement = Placement(try Graph(network, inputSize: inputSize))
    schedule = Schedule(placement, slab: max(1, slab ?? placement.output.size.z))
  }
}

extension TransposedConvolution {
  /// The input's size that leads to an output of a size.
  fileprivate func inputSize(outputSize: Triple) -> Triple {
    Triple {
      (outputSize[$0] + paddingLow[$0] + paddingHigh[$0] - kernel[$0] - outputPadding[$0])
        / stride[$0] + 1
    }
  }
}
