import Parallel

/// Normalisation by the mean and the variance of each channel, over all images (batch norm) or over
/// each image by itself (instance norm):
/// y = (x - mean) / sqrt(variance + epsilon) * weight + bias.
final class NormStep: LearningStep {
  private let epsilon: Float
  private let affine: Bool
  /// Whether statistics are formed over all images together.
  private let overBatch: Bool
  /// For each image, of each channel.
  private var mean: [AlignedFloats] = []
  private var inverseDeviation: [AlignedFloats] = []
  private(set) var statistics: [String: [Float]] = [:]

  init(epsilon: Float, affine: Bool, overBatch: Bool) {
    self.epsilon = epsilon
    self.affine = affine
    self.overBatch = overBatch
  }

  var needsInputs: Bool { true }

  private func parameters(
    _ weights: StepWeights, _ channels: Int
  ) throws -> (weight: AlignedFloats, bias: AlignedFloats) {
    guard affine else {
      return (
        try AlignedFloats(channels: channelwise(channels) { _ in 1 }),
        try AlignedFloats(channels: channelwise(channels) { _ in 0 })
      )
    }
    return (
      try weights.perChannel("weight", channels), try weights.perChannel("bias", channels)
    )
  }

  func forward(
    _ inputs: [FeatureBatch], to output: FeatureBatch, _ weights: StepWeights,
    _ context: LearningContext
  ) throws {
    let input = inputs[0]
    try measure(input, workers: context.workers)
    let (mean, inverse) = (mean, inverseDeviation)
    let (weight, bias) = try parameters(weights, input.channels)
    output.forEachRow(workers: context.workers) { image, block, z, y in
      let lane = block * 8
      let factor = (weight.pointer + lane).vector * (inverse[image].pointer + lane).vector
      let centre = (mean[image].pointer + lane).vector
      let shift = (bias.pointer + lane).vector
      Rows.map(input[image], output[image], block, z, y) { ($0 - centre) * factor + shift }
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
  /// dx = weight / deviation (dy - dbias / N - n dweight / N) (docs/backpropagation.md, Eq. 16 and 17).
  func backward(
    _ inputs: [FeatureBatch], _ output: FeatureBatch, delta: FeatureBatch,
    to targets: [DeltaTarget?], _ weights: StepWeights, _ context: LearningContext
  ) throws -> [String: [Float]] {
    let input = inputs[0]
    let (mean, inverse) = (mean, inverseDeviation)
    let (weight, _) = try parameters(weights, input.channels)
    let sums = ChannelSums.images(of: delta, count: 2, workers: context.workers) {
      image, block, z, y, sums in
      let centre = (mean[image].pointer + block * 8).vector
      let factor = (inverse[image].pointer + block * 8).vector
      var (plain, weighted) = (Vector.zero, Vector.zero)
      Rows.visit(input[image], delta[image], block, z, y) { x, dy in
        plain += dy
        weighted += (x - centre) * factor * dy
      }
      sums[0] += SIMD8<Double>(plain)
      sums[1] += SIMD8<Double>(weighted)
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
        let lane = block * 8
        let centre = (mean[image].pointer + lane).vector
        let inverse = (inverse[image].pointer + lane).vector
        let factor = (weight.pointer + lane).vector * inverse
        let plain = (plain[image].pointer + lane).vector
        let weighted = (weighted[image].pointer + lane).vector * inverse
        Rows.map(input[image], delta[image], target, image, block, z, y) { x, dy in
          factor * (dy - plain - (x - centre) * weighted)
        }
      }
    }
    return affine ? ["weight": dWeight.map { Float($0) }, "bias": dBias.map { Float($0) }] : [:]
  }
}
