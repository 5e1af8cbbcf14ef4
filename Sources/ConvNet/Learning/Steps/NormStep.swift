import Parallel

/// Normalisation by the mean and the variance of each channel, over all images (batch norm) or over
/// each image by itself (instance norm):
/// y = (x - mean) / sqrt(variance + epsilon) * weight + bias; and the activation of y, where nothing else
/// reads y: then neither y nor its gradient takes a pass of its own, nor memory.
final class NormStep: LearningStep {
  /// An activation of the result.
  struct Activation {
    /// The node that it is.
    let node: String
    let slope: ActivationStep.Slope

    func weights(_ weights: StepWeights) -> StepWeights {
      StepWeights(node: node, weights: weights.weights)
    }
  }

  private let epsilon: Float
  private let affine: Bool
  /// Whether statistics are formed over all images together.
  private let overBatch: Bool
  private let activation: Activation?
  /// For each image, of each channel.
  private var mean: [AlignedFloats] = []
  private var inverseDeviation: [AlignedFloats] = []
  private(set) var statistics: [String: [Float]] = [:]

  init(epsilon: Float, affine: Bool, overBatch: Bool, activation: Activation? = nil) {
    self.epsilon = epsilon
    self.affine = affine
    self.overBatch = overBatch
    self.activation = activation
  }

  /// This step and an activation of its result; nil where it has one.
  func activated(by activation: Activation) -> NormStep? {
    guard self.activation == nil else { return nil }
    return NormStep(
      epsilon: epsilon, affine: affine, overBatch: overBatch, activation: activation)
  }

  var needsInputs: Bool { true }

  /// What was measured and the weights, of all channels.
  private struct Parameters: Sendable {
    let mean: [AlignedFloats]
    let inverse: [AlignedFloats]
    let weight: AlignedFloats
    let bias: AlignedFloats
    /// What the norm's result is multiplied by where it is not positive: 1 without activation, which
    /// changes no bit.
    let slope: AlignedFloats

    /// Those of a block of channels.
    func lanes(_ image: Int, _ block: Int) -> Lanes {
      let lane = block * 8
      let inverse = (inverse[image].pointer + lane).vector
      return Lanes(
        centre: (mean[image].pointer + lane).vector, inverse: inverse,
        factor: (weight.pointer + lane).vector * inverse,
        shift: (bias.pointer + lane).vector, slope: (slope.pointer + lane).vector)
    }
  }

  private struct Lanes {
    let centre: Vector
    let inverse: Vector
    let factor: Vector
    let shift: Vector
    let slope: Vector

    /// The norm's result.
    @inline(__always)
    func normalized(_ x: Vector) -> Vector { (x - centre) * factor + shift }

    /// A value or a gradient bent by the activation where the norm's result is not positive.
    @inline(__always)
    func bent(_ value: Vector, at y: Vector) -> Vector {
      (value * slope).replacing(with: value, where: y .> 0)
    }
  }

  private func parameters(_ weights: StepWeights, _ channels: Int) throws -> Parameters {
    func constant(_ value: Float) throws -> AlignedFloats {
      try AlignedFloats(channels: channelwise(channels) { _ in value })
    }
    return Parameters(
      mean: mean, inverse: inverseDeviation,
      weight: affine ? try weights.perChannel("weight", channels) : try constant(1),
      bias: affine ? try weights.perChannel("bias", channels) : try constant(0),
      slope: try activation.map { try $0.slope.values(channels, $0.weights(weights)) }
        ?? constant(1))
  }

  func forward(
    _ inputs: [FeatureBatch], to output: FeatureBatch, _ weights: StepWeights,
    _ context: LearningContext
  ) throws {
    let input = inputs[0]
    try measure(input, workers: context.workers)
    let parameters = try parameters(weights, input.channels)
    output.forEachRow(workers: context.workers) { image, block, z, y in
      let lanes = parameters.lanes(image, block)
      Rows.map(input[image], output[image], block, z, y) { x in
        let y = lanes.normalized(x)
        return lanes.bent(y, at: y)
      }
    }
  }

  private func measure(_ input: FeatureBatch, workers: Workers) throws {
    let voxels = Double(input.size.z * input.size.y * input.size.x)
    // Sums of differences from each channel's first voxel: the squares do not drown the variance of
    // a channel far from zero.
    let pivots = (0..<input.count).map { image in
      (0..<input.blocks).map { input[overBatch ? 0 : image].address($0, 0, 0).vector }
    }
    let sums = ChannelSums.images(of: input, count: 2, workers: workers) {
      image, block, z, y, sums in
      let pivot = pivots[image][block]
      var (sum, squares) = (Vector.zero, Vector.zero)
      Rows.visit(input[image], input[image], block, z, y) { x, _ in
        let difference = x - pivot
        sum += difference
        squares += difference * difference
      }
      sums[0] += SIMD8<Double>(sum)
      sums[1] += SIMD8<Double>(squares)
    }
    func moments(_ images: Range<Int>) -> (mean: [Double], variance: [Double]) {
      let count = voxels * Double(images.count)
      var (mean, variance) = ([Double](), [Double]())
      for channel in 0..<input.channels {
        let shift = images.reduce(0) { $0 + sums[$1][0][channel] } / count
        let squares = images.reduce(0) { $0 + sums[$1][1][channel] } / count
        mean.append(Double(pivots[images.lowerBound][channel / 8][channel % 8]) + shift)
        variance.append(max(0, squares - shift * shift))
      }
      return (mean, variance)
    }
    let epsilon = Double(epsilon)
    let groups =
      overBatch ? [moments(0..<input.count)] : (0..<input.count).map { moments($0..<$0 + 1) }
    let means = try groups.map { try AlignedFloats(channels: $0.mean.map { Float($0) }) }
    let inverses = try groups.map {
      try AlignedFloats(channels: $0.variance.map { Float(1 / ($0 + epsilon).squareRoot()) })
    }
    mean = (0..<input.count).map { means[overBatch ? 0 : $0] }
    inverseDeviation = (0..<input.count).map { inverses[overBatch ? 0 : $0] }
    if overBatch {
      statistics = [
        "mean": groups[0].mean.map { Float($0) },
        "variance": groups[0].variance.map { Float($0) },
      ]
    }
  }

  /// With n = (x - mean) / deviation: dweight = sum n dy, dbias = sum dy, and
  /// dx = weight / deviation (dy - dbias / N - n dweight / N) (docs/backpropagation.md, Eq. 16 and 17);
  /// dy follows from the activation's gradient by Eq. 18, with y computed again.
  func backward(
    _ inputs: [FeatureBatch], _ output: FeatureBatch, delta: FeatureBatch,
    to targets: [DeltaTarget?], _ weights: StepWeights, _ context: LearningContext
  ) throws -> [String: [Float]] {
    let input = inputs[0]
    let parameters = try parameters(weights, input.channels)
    let sums = ChannelSums.images(of: delta, count: 3, workers: context.workers) {
      image, block, z, y, sums in
      let lanes = parameters.lanes(image, block)
      var (plain, weighted, bent) = (Vector.zero, Vector.zero, Vector.zero)
      Rows.visit(input[image], delta[image], block, z, y) { x, dz in
        let y = lanes.normalized(x)
        let dy = lanes.bent(dz, at: y)
        plain += dy
        weighted += (x - lanes.centre) * lanes.inverse * dy
        bent += (y * dz).replacing(with: 0, where: y .> 0)
      }
      sums[0] += SIMD8<Double>(plain)
      sums[1] += SIMD8<Double>(weighted)
      sums[2] += SIMD8<Double>(bent)
    }
    let channels = input.channels
    func total(_ number: Int) -> [Double] {
      (0..<channels).map { channel in sums.reduce(0) { $0 + $1[number][channel] } }
    }
    let (dBias, dWeight) = (total(0), total(1))
    if let target = targets[0] {
      let voxels = Double(input.size.z * input.size.y * input.size.x)
      let count = voxels * Double(overBatch ? input.count : 1)
      func means(_ number: Int) throws -> [AlignedFloats] {
        let all = overBatch ? (number == 0 ? dBias : dWeight) : []
        return try sums.map { image in
          try AlignedFloats(
            channels: (overBatch ? all : image[number]).map { Float($0 / count) })
        }
      }
      let (plain, weighted) = (try means(0), try means(1))
      delta.forEachRow(workers: context.workers) { image, block, z, y in
        let lanes = parameters.lanes(image, block)
        let plain = (plain[image].pointer + block * 8).vector
        let weighted = (weighted[image].pointer + block * 8).vector * lanes.inverse
        Rows.map(input[image], delta[image], target, image, block, z, y) { x, dz in
          let dy = lanes.bent(dz, at: lanes.normalized(x))
          return lanes.factor * (dy - plain - (x - lanes.centre) * weighted)
        }
      }
    }
    var gradients: [String: [Float]] = [:]
    if affine {
      gradients[weights.name("weight")] = dWeight.map { Float($0) }
      gradients[weights.name("bias")] = dBias.map { Float($0) }
    }
    if let activation {
      gradients.merge(activation.slope.gradient(total(2), activation.weights(weights))) { $1 }
    }
    return gradients
  }
}
