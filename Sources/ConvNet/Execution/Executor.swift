import ConvKernels
import Foundation
public import Parallel

/// Computes a network.
///
/// The network is compiled for each size of image that it meets: normalisations, activations,
/// residual additions and scalings go into the convolutions before them, crops and joins are ways of
/// looking at memory, and memory is shared by feature maps that are not needed at the same time.
/// What was prepared, packed weights and working memory, is kept for the next image as long as the
/// executor lives. The result is the same to the last bit for any number of threads.
public final class Executor: Sendable {
  /// How to compute.
  public struct Options: Sendable, Hashable {
    /// Whether convolutions are computed by their definition only, not by Winograd's algorithm,
    /// which is faster and rounds a little differently.
    public var strict: Bool
    /// The instruction set of the kernels; it must be one that this machine has.
    public var instructionSet: InstructionSet

    /// Makes options.
    public init(strict: Bool = false, instructionSet: InstructionSet = .best) {
      self.strict = strict
      self.instructionSet = instructionSet
    }
  }

  /// The time of a layer.
  public struct LayerTime: Sendable, Hashable {
    /// The name of the layer's node.
    public let name: String
    /// What it does.
    public let kind: String
    /// Seconds on the clock.
    public var seconds: Double
    /// Seconds of computing, summed over the threads: the steadier where the machine has other work.
    public var processorSeconds: Double
    /// The multiplications and additions of a convolution by its definition; 0 for other layers.
    public var operations: Double
  }

  /// The network.
  public let network: Network
  /// How it is computed.
  public let options: Options

  private struct State {
    var plans: [PlanKey: Plan] = [:]
    var packed: [Packer.Key: AlignedFloats] = [:]
    var arenas: [AlignedFloats] = []
  }

  private struct PlanKey: Hashable {
    var size: Triple
    var slab: Int?
  }

  private let state = Locked(State())

  /// - Throws: ``ConvNetError/unsupported(path:found:remedy:)`` where the machine lacks the
  ///   instruction set.
  public init(_ network: Network, options: Options = Options()) throws {
    guard options.instructionSet <= .best else {
      throw ConvNetError.unsupported(
        path: "this machine", found: "it has no \(options.instructionSet.rawValue) instructions",
        remedy: "choose \(InstructionSet.best.rawValue)")
    }
    self.network = network
    self.options = options
  }

  /// Computes the network's output for a whole image.
  ///
  /// - Throws: ``ConvNetError/invalidInput(found:expected:)`` where the image's channels or size do
  ///   not suit the network, or memory is lacking.
  public func run(_ image: Tensor, workers: Workers = .all) throws -> Tensor {
    try run([TensorPart(image)], size: image.size, workers: workers)
  }

  /// Computes some voxels of the network's output for an image whose channels come from several
  /// tensors.
  ///
  /// - Parameters:
  ///   - parts: whose channels together are the image's; each must hold a box of the image's size at
  ///     its origin.
  ///   - size: the image's.
  ///   - wanted: the voxels of the output that need to be right; all where nil.
  /// - Throws: as ``run(_:workers:)``.
  public func run(
    _ parts: [TensorPart], size: Triple, wanted: WantedVoxels? = nil, workers: Workers = .all
  ) throws -> Tensor {
    try check(channels: parts.reduce(0) { $0 + $1.channels.count }, size: size, expected: size)
    for part in parts {
      let (origin, extent) = (part.origin, part.tensor.size)
      guard origin.y >= 0, origin.x >= 0, size.z <= extent.z, origin.y + size.y <= extent.y,
        origin.x + size.x <= extent.x
      else {
        throw ConvNetError.invalidInput(
          found: "a part of an image in a tensor of \(extent.text) voxels at \(origin.text)",
          expected: "\(size.text) voxels there")
      }
    }
    let plan = try plan(size: size, slab: nil, workers: workers)
    let demand = try wanted.map { try self.demand(plan, $0) }
    var result: Tensor?
    try execute(
      plan, demand, workers: workers, input: { _ in Slices(parts: parts) },
      output: { result = $0.tensor }, timing: { _, _, _ in })
    guard let result else {
      throw ConvNetError.invalidInput(
        found: "an image of \(size.text) voxels", expected: "one that gives an output")
    }
    return result
  }

  /// The voxels of an image that some voxels of the output are computed from: those that they depend
  /// on, and those that kernels read along with them.
  ///
  /// - Throws: as ``run(_:workers:)``.
  public func wantedInput(
    size: Triple, wanted: WantedVoxels, workers: Workers = .all
  ) throws -> WantedVoxels {
    let plan = try plan(size: size, slab: nil, workers: workers)
    let demand = try self.demand(plan, wanted)
    return zip(plan.steps, demand.steps).first { $0.0.input == nil }?.1.voxels
      ?? WantedVoxels(all: size)
  }

  private func demand(_ plan: Plan, _ wanted: WantedVoxels) throws -> Demand {
    guard wanted.size == plan.output.size else {
      throw ConvNetError.invalidInput(
        found: "wanted voxels of an output of \(wanted.size.text) voxels",
        expected: plan.output.size.text)
    }
    return Demand(plan, output: wanted)
  }

  /// Computes the output and tells the time of each layer, in the order of computation.
  ///
  /// - Parameter slab: the output slices to be computed at once, as for
  ///   ``stream(inputSize:slab:workers:input:output:)``; nil for all.
  public func profile(
    _ image: Tensor, slab: Int? = nil, workers: Workers = .all
  ) throws -> [LayerTime] {
    try check(channels: image.channels, size: image.size, expected: image.size)
    let plan = try plan(size: image.size, slab: try slab.map(checkedSlab), workers: workers)
    var times = plan.steps.map {
      LayerTime(
        name: ($0.before.map(\.name) + [$0.name]).joined(separator: " + "), kind: $0.kind,
        seconds: 0, processorSeconds: 0, operations: 0)
    }
    try execute(
      plan, nil, workers: workers, input: { _ in Slices(parts: [TensorPart(image)]) },
      output: { _ in },
      timing: { step, slices, time in
        times[step].seconds += time.wall
        times[step].processorSeconds += time.processor
        times[step].operations += plan.steps[step].operationsPerSlice * Double(slices)
      })
    return times
  }

  /// Whether the output can be computed slab by slab along z: each slice depends on slices near it
  /// alone, and nothing is added before the first or after the last.
  public var isStreamable: Bool {
    network.description.nodes.allSatisfy { $0.operation.isLocalAlongZ }
  }

  /// Computes the output slab by slab along z, so that no slice of any feature map is computed twice
  /// and memory follows the slab instead of the image.
  ///
  /// - Parameters:
  ///   - inputSize: the size of the whole image.
  ///   - slab: how many slices of the output are computed at once; more are faster and take more
  ///     memory. A multiple of 4 suits the kernels.
  ///   - wanted: the voxels of the output that need to be right; all where nil.
  ///   - input: gives some slices of the image; each is asked for once, in order.
  ///   - output: takes some slices of the output.
  /// - Throws: ``ConvNetError/invalidInput(found:expected:)`` as ``run(_:workers:)``, and where the
  ///   network is not streamable; whatever `input` and `output` throw.
  public func stream(
    inputSize: Triple, slab: Int, wanted: WantedVoxels? = nil, workers: Workers = .all,
    input: (Range<Int>) throws -> Tensor, output: (borrowing OutputSlices) throws -> Void
  ) throws {
    let plan = try plan(size: inputSize, slab: try checkedSlab(slab), workers: workers)
    let demand = try wanted.map { try self.demand(plan, $0) }
    try execute(
      plan, demand, workers: workers,
      input: { slices in
        let image = try input(slices)
        try check(
          channels: image.channels, size: image.size,
          expected: Triple(slices.count, inputSize.y, inputSize.x))
        return Slices(
          parts: [TensorPart(image, origin: Triple(-slices.lowerBound, 0, 0))])
      }, output: output, timing: { _, _, _ in })
  }

  /// The bytes of feature maps that ``run(_:workers:)`` holds for an image of a size.
  public func runMemory(inputSize: Triple) throws -> Int {
    4 * (try Layout(network, inputSize: inputSize, slab: nil)).schedule.floats
  }

  /// The bytes of feature maps that ``stream(inputSize:slab:workers:input:output:)`` holds.
  public func streamMemory(inputSize: Triple, slab: Int) throws -> Int {
    4 * (try Layout(network, inputSize: inputSize, slab: try checkedSlab(slab))).schedule.floats
  }

  private func checkedSlab(_ slab: Int) throws -> Int {
    guard isStreamable else {
      throw ConvNetError.invalidInput(
        found: "slabs of an image", expected: "whole images, on all of which its output depends")
    }
    return max(1, slab)
  }

  private func check(channels: Int, size: Triple, expected: Triple) throws {
    let expectedChannels = network.description.input.channels
    guard channels == expectedChannels, size == expected else {
      throw ConvNetError.invalidInput(
        found: "\(channels) channels of \(size.text) voxels",
        expected: "\(expectedChannels) channels of \(expected.text) voxels")
    }
  }

  private func plan(size: Triple, slab: Int?, workers: Workers) throws -> Plan {
    let key = PlanKey(size: size, slab: slab)
    return try state.withLock { state in
      if let plan = state.plans[key] { return plan }
      let layout = try Layout(network, inputSize: size, slab: slab)
      let packer = Packer(options: options, workers: workers)
      let plan = try Plan(layout, packer: packer, cache: &state.packed)
      if state.plans.count >= 8 { state.plans = [:] }
      state.plans[key] = plan
      return plan
    }
  }

  private func execute(
    _ plan: Plan, _ demand: Demand?, workers: Workers, input: (Range<Int>) throws -> Slices,
    output: (borrowing OutputSlices) throws -> Void,
    timing: (_ step: Int, _ slices: Int, _ time: StepTime) -> Void
  ) throws {
    let floats = plan.schedule.floats + plan.scratch * workers.count
    let kept = state.withLock { state -> AlignedFloats? in
      guard let index = state.arenas.firstIndex(where: { $0.count >= floats }) else {
        state.arenas = []
        return nil
      }
      return state.arenas.remove(at: index)
    }
    let arena = try kept ?? AlignedFloats(count: floats)
    defer { state.withLock { $0.arenas.append(arena) } }
    let execution = Execution(plan: plan, arena: arena, workers: workers, demand: demand)
    try execution.run(input: input, output: output, timing: timing)
  }
}

extension Operation {
  /// Whether each output slice depends on input slices near it alone.
  fileprivate var isLocalAlongZ: Bool {
    switch self {
    case .convolution(let shape): shape.paddingLow.z == 0 && shape.paddingHigh.z == 0
    case .pad(let low, let high, _): low.z == 0 && high.z == 0
    case .instanceNorm, .transposedConvolution, .upsampleTrilinear: false
    default: true
    }
  }
}

extension Plan.Step {
  /// What the step does, in words.
  var kind: String {
    let last =
      work.kind + (raw == nil ? "" : ", sum kept") + (residual == nil ? "" : ", residual added")
    return (before.map(\.work.kind) + [last]).joined(separator: " + ")
  }
}

extension Plan.Work {
  fileprivate var kind: String {
    switch self {
    case .input: "input"
    case .convolution(let convolution):
      "convolution \(convolution.summary)"
    case .pointwise: "pointwise"
    case .instanceNorm: "instance norm"
    case .softmax: "softmax"
    case .sigmoid: "sigmoid"
    case .pool(_, let maximum): maximum ? "max pooling" : "average pooling"
    case .repeatVoxels: "copy"
    case .trilinear: "trilinear up-sampling"
    case .pad: "padding"
    }
  }
}
