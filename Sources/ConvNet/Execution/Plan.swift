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
    /// Layers that are computed together with this one; only the first has a view as its input, and
    /// none has one as its output.
    var before: [Link] = []
    /// The multiplications and additions of a convolution's definition for each output slice.
    var operationsPerSlice = 0.0
  }

  /// A layer whose result goes to the next one some rows at a time.
  struct Link: Sendable {
    var name: String
    var work: Work
    var residual: View?
    /// The channels of the result.
    var channels: Int
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
      // The slices that are usually computed at once, by which the algorithm is chosen.
      let depths = layout.schedule.slabs.map { $0.ranges[index].count }.filter { $0 > 0 }.sorted()
      let depth = depths.isEmpty ? 0 : depths[depths.count / 2]
      let atOnce = Triple(depth, output.size.y, output.size.x)
      func work(_ layer: Layer) throws -> Work {
        try Work(layer, outputSize: output.size, atOnce: atOnce, packer: packer, cache: &cache)
      }
      func view(_ value: Int?) -> View? { value.map { placement.view(of: $0) } }
      var step = Step(
        name: layer.name, work: try work(layer),
        input: view(layer.before.first?.input ?? layer.input),
        residual: view(layer.epilogue.residual), raw: view(layer.epilogue.raw), output: output)
      for link in layer.before {
        step.before.append(
          Link(
            name: link.name, work: try work(link), residual: view(link.epilogue.residual),
            channels: placement.channels(of: link.output)))
      }
      step.operationsPerSlice =
        layer.links.reduce(0) { $0 + $1.operationsPerVoxel } * Double(output.size.y * output.size.x)
      steps.append(step)
    }
    self.steps = steps
    scratch = steps.map(\.scratch).max() ?? 0
  }
}

extension Plan.Work {
  /// - Parameters:
  ///   - outputSize: the size of the whole output.
  ///   - atOnce: the size of what is computed at once.
  fileprivate init(
    _ layer: Layer, outputSize: Triple, atOnce: Triple, packer: Packer,
    cache: inout [Packer.Key: AlignedFloats]
  ) throws {
    let kernels = packer.options.instructionSet.kernels
    switch layer.kind {
    case .input: self = .input
    case .convolution(let weights):
      self = .convolution(
        try packer.prepare(layer, weights, outputSize: atOnce, cache: &cache))
    case .transposedConvolution(let shape, let inputChannels, let weight):
      // The view of the input has a border where the phases need one; the size without it decides.
      self = .convolution(
        try packer.prepare(
          layer, shape, weight: weight, inputChannels: inputChannels,
          inputSize: shape.inputSize(outputSize: outputSize), outputSize: outputSize,
          cache: &cache))
    case .pointwise: self = .pointwise(try PointwiseMap(layer.epilogue, kernels: kernels))
    case .instanceNorm(let epsilon):
      self = .instanceNorm(
        InstanceNormalization(
          epsilon: epsilon, map: try PointwiseMap(layer.epilogue, kernels: kernels)))
    case .softmax: self = .softmax
    case .sigmoid: self = .sigmoid
    case .pool(let pool, let maximum): self = .pool(pool, maximum: maximum)
    case .upsampleNearest(let factors, let offset):
      self = .repeatVoxels(factors: factors, offset: offset)
    case .upsampleTrilinear(_, let alignCorners): self = .trilinear(alignCorners: alignCorners)
    case .pad(let low, _, let mode): self = .pad(low: low, mode: mode)
    }
  }

  /// The floats of scratch memory that each worker needs for it, a multiple of 16.
  var scratch: Int {
    if case .convolution(let prepared) = self { prepared.scratch } else { 0 }
  }
}

extension Plan.Step {
  /// The rows of a slice that a chain of layers computes at a time: few enough that what goes from
  /// layer to layer stays in the cache.
  var rowsAtOnce: Int {
    let channels = before.map { ($0.channels + 7) / 8 * 8 }.max() ?? 8
    return min(output.size.y, max(1, (1 << 16) / (channels * output.size.x)))
  }

  /// The floats of one of the two stores between the layers of a chain, a multiple of 16.
  var storeFloats: Int {
    guard let channels = before.map(\.channels).max() else { return 0 }
    return ((channels + 7) / 8 * 8 * rowsAtOnce * output.size.x + 15) / 16 * 16
  }

  /// The floats of scratch memory that each worker needs.
  var scratch: Int {
    (before.map(\.work.scratch) + [work.scratch]).reduce(0, max) + 2 * storeFloats
  }
}

extension Layer {
  /// The multiplications and additions of a convolution's definition for each output voxel.
  fileprivate var operationsPerVoxel: Double {
    switch kind {
    case .convolution(let weights): 2 * Double(weights.weight.count)
    case .transposedConvolution(let shape, _, let weight):
      2 * Double(weight.count) / Double(shape.stride.z * shape.stride.y * shape.stride.x)
    default: 0
    }
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
