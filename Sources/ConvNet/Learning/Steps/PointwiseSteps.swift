internal import Basics
import Parallel

/// y = max(x, 0) + slope min(x, 0).
final class ActivationStep: LearningStep {
  private let slope: Slope

  enum Slope {
    case fixed(Float)
    /// A weight, one for each channel or one for all.
    case learned

    /// One for each channel.
    func values(_ channels: Int, _ weights: StepWeights) throws -> AlignedFloats {
      switch self {
      case .fixed(let slope): try AlignedFloats(channels: channelwise(channels) { _ in slope })
      case .learned: try weights.perChannel("slope", channels)
      }
    }

    /// The gradient from what was summed for each channel; none for a fixed slope.
    func gradient(_ sums: [Double], _ weights: StepWeights) -> [String: [Float]] {
      guard case .learned = self else { return [:] }
      let isShared = weights["slope"].count == 1
      return [
        weights.name("slope"): isShared
          ? [Float(sums.reduce(0, +))] : sums.map { Float($0) }
      ]
    }
  }

  init(_ slope: Slope) { self.slope = slope }

  /// Whether the output tells the input's sign, as it does for a fixed slope that is not negative: then
  /// the input need not be kept.
  private var keepsSign: Bool {
    if case .fixed(let slope) = slope { slope >= 0 } else { false }
  }

  var needsInputs: Bool { !keepsSign }
  var needsOutput: Bool { keepsSign }

  func forward(
    _ inputs: [FeatureBatch], to output: FeatureBatch, _ weights: StepWeights,
    _ context: LearningContext
  ) throws {
    let input = inputs[0]
    let slopes = try slope.values(input.channels, weights)
    output.forEachRow(workers: context.workers) { image, block, z, y in
      let slope = (slopes.pointer + block * 8).vector
      Rows.map(input[image], output[image], block, z, y) { x in
        (x * slope).replacing(with: x, where: x .> 0)
      }
    }
  }

  /// dx = dy where x > 0, else slope dy; dslope = the sum of x dy where x <= 0 (docs/backpropagation.md, Eq. 18).
  func backward(
    _ inputs: [FeatureBatch], _ output: FeatureBatch, delta: FeatureBatch,
    to targets: [DeltaTarget?], _ weights: StepWeights, _ context: LearningContext
  ) throws -> [String: [Float]] {
    let input = keepsSign ? output : inputs[0]
    let slopes = try slope.values(input.channels, weights)
    if let target = targets[0] {
      delta.forEachRow(workers: context.workers) { image, block, z, y in
        let slope = (slopes.pointer + block * 8).vector
        Rows.map(input[image], delta[image], target, image, block, z, y) { x, dy in
          (dy * slope).replacing(with: dy, where: x .> 0)
        }
      }
    }
    guard case .learned = slope else { return [:] }
    let sums = ChannelSums.compute(over: delta, count: 1, workers: context.workers) {
      image, block, z, y, sums in
      Rows.visit(input[image], delta[image], block, z, y) { x, dy in
        sums[0] += SIMD8<Double>((x * dy).replacing(with: 0, where: x .> 0))
      }
    }
    return slope.gradient(sums[0], weights)
  }
}

/// y = factor x.
final class ScaleStep: LearningStep {
  private let factor: Float

  init(factor: Float) { self.factor = factor }

  func forward(
    _ inputs: [FeatureBatch], to output: FeatureBatch, _ weights: StepWeights,
    _ context: LearningContext
  ) {
    let (input, factor) = (inputs[0], factor)
    output.forEachRow(workers: context.workers) { image, block, z, y in
      Rows.map(input[image], output[image], block, z, y) { $0 * factor }
    }
  }

  func backward(
    _ inputs: [FeatureBatch], _ output: FeatureBatch, delta: FeatureBatch,
    to targets: [DeltaTarget?], _ weights: StepWeights, _ context: LearningContext
  ) -> [String: [Float]] {
    guard let target = targets[0] else { return [:] }
    let factor = factor
    delta.forEachRow(workers: context.workers) { image, block, z, y in
      Rows.map(delta[image], delta[image], target, image, block, z, y) { _, dy in dy * factor }
    }
    return [:]
  }
}

/// Each value is set to zero with a probability, and the others are divided by the probability of
/// staying, so that the mean stays. Nothing at inference.
final class DropoutStep: LearningStep {
  private let rate: Float
  /// The place among the network's nodes, which tells this step's random numbers from others'.
  private let number: Int

  init(rate: Float, number: Int) {
    self.rate = rate
    self.number = number
  }

  func forward(
    _ inputs: [FeatureBatch], to output: FeatureBatch, _ weights: StepWeights,
    _ context: LearningContext
  ) {
    let (input, rows) = (inputs[0], DropoutRows(rate, context.seed, number))
    output.forEachRow(workers: context.workers) { image, block, z, y in
      var kept = rows.row(image, block, z, y)
      Rows.map(input[image], output[image], block, z, y) { $0 * kept.next() }
    }
  }

  func backward(
    _ inputs: [FeatureBatch], _ output: FeatureBatch, delta: FeatureBatch,
    to targets: [DeltaTarget?], _ weights: StepWeights, _ context: LearningContext
  ) -> [String: [Float]] {
    guard let target = targets[0] else { return [:] }
    let rows = DropoutRows(rate, context.seed, number)
    delta.forEachRow(workers: context.workers) { image, block, z, y in
      // The same numbers as in the forward pass, drawn again rather than kept.
      var kept = rows.row(image, block, z, y)
      Rows.map(delta[image], delta[image], target, image, block, z, y) { _, dy in
        dy * kept.next()
      }
    }
    return [:]
  }
}

/// The random factors of dropout, 0 or 1 / (1 - rate), which depend on seed, node and voxel alone.
private struct DropoutRows {
  let threshold: UInt32
  let factor: Float
  let key: UInt64

  init(_ rate: Float, _ seed: UInt64, _ number: Int) {
    threshold = UInt32(min(Double(UInt32.max), Double(rate) * 4_294_967_296))
    factor = rate < 1 ? 1 / (1 - rate) : 0
    key = SplitMix.mixed(seed ^ SplitMix.mixed(UInt64(number)))
  }

  struct Row {
    var generator: SplitMix
    let threshold: UInt32
    let factor: Float

    @inline(__always)
    mutating func next() -> Vector {
      let bits = SIMD4<UInt64>(
        generator.next(), generator.next(), generator.next(), generator.next())
      let numbers = unsafeBitCast(bits, to: SIMD8<UInt32>.self)
      return Vector(repeating: factor).replacing(with: 0, where: numbers .< threshold)
    }
  }

  func row(_ image: Int, _ block: Int, _ z: Int, _ y: Int) -> Row {
    var state = key
    for index in [image, block, z, y] { state = SplitMix.mixed(state &+ UInt64(index) &+ 1) }
    return Row(generator: SplitMix(state: state), threshold: threshold, factor: factor)
  }
}
