public import Parallel

/// How far a network's outputs, before softmax or sigmoid, are from what they should be: a weighted
/// sum of cross-entropy and soft Dice loss (docs/backpropagation.md, Eq. 23 to 28).
public struct SegmentationLoss: Sendable, Hashable, Codable {
  /// Cross-entropy, the mean over the voxels that count.
  public struct CrossEntropy: Sendable, Hashable, Codable {
    /// The factor of this part of the loss.
    public var weight = 1.0
    /// A factor for each output; all are 1 where empty. The mean is a weighted one, as PyTorch's.
    public var outputWeights: [Float] = []
    /// The exponent gamma of focal loss (Lin et al. 2017), at least 0: each voxel's part is
    /// multiplied by (1 - p)^gamma, where p is the probability of what is right.
    public var focalExponent: Float = 0

    /// Plain cross-entropy; set the rest.
    public init() {}
  }

  /// 1 minus the mean over the outputs of the soft Dice coefficient
  /// (2 intersection + smoothing) / (truth + prediction + smoothing).
  public struct Dice: Sendable, Hashable, Codable {
    /// The factor of this part of the loss.
    public var weight = 1.0
    /// Whether the sums run over the batch; otherwise each image has a coefficient of its own.
    public var overBatch = false
    /// Lets classes that are nowhere have a coefficient; nnU-Net's value.
    public var smoothing = 1e-5
    /// Whether output 0 counts, of those that exclude each other. All regions count.
    public var includesBackground = false

    /// nnU-Net's soft Dice loss; set the rest.
    public init() {}
  }

  /// Cross-entropy; nil for none.
  public var crossEntropy: CrossEntropy?
  /// Soft Dice; nil for none.
  public var dice: Dice?
  /// For outputs that do not exclude each other, with a sigmoid each: the classes of which each
  /// output's region consists. Where nil, outputs are classes that exclude each other, with a softmax.
  public var regions: [[UInt8]]?

  /// nnU-Net's loss: cross-entropy plus soft Dice.
  public init(
    crossEntropy: CrossEntropy? = CrossEntropy(), dice: Dice? = Dice(), regions: [[UInt8]]? = nil
  ) {
    self.crossEntropy = crossEntropy
    self.dice = dice
    self.regions = regions
  }

  /// The weights of deep supervision's outputs, the finest first: nnU-Net's 1, 1/2, 1/4, ..., none
  /// for the coarsest of several, over their sum.
  public static func deepSupervisionWeights(outputs: Int) -> [Double] {
    var weight = 1.0
    var weights = (0..<max(0, outputs)).map { _ in
      defer { weight /= 2 }
      return weight
    }
    if weights.count > 1 { weights[weights.count - 1] = 0 }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }

  /// The loss of a batch and its gradient with respect to the logits.
  ///
  /// - Parameters:
  ///   - logits: one tensor an image: the values before softmax or sigmoid.
  ///   - targets: as many, of the same sizes.
  /// - Returns: the loss, at least 0, and one tensor an image; the same to the last bit for any number
  ///   of threads. A logit that is not a number makes the loss not a number.
  /// - Throws: ``ConvNetError/invalidInput(found:expected:)``: shapes that do not fit, or a class for
  ///   which there is no output.
  public func evaluate(
    logits: [Tensor], targets: [TargetMap], workers: Workers
  ) throws -> (loss: Double, gradients: [Tensor]) {
    try check(logits, targets)
    guard let channels = logits.first?.channels else { return (0, []) }
    let passes = LossPasses(
      channels: channels, regions: regions, outputWeights: crossEntropy?.outputWeights ?? [],
      focalExponent: crossEntropy?.focalExponent ?? 0, workers: workers)
    var gradients: [Tensor] = []
    var sums: [LossPasses.Sums] = []
    for (logit, target) in zip(logits, targets) {
      let (probabilities, sum) = passes.probabilities(logit, target)
      gradients.append(probabilities)
      sums.append(sum)
    }
    var loss = 0.0
    var entropyFactor = 0.0
    if let crossEntropy {
      let weight = sums.reduce(0) { $0 + $1.weight }
      if weight > 0 {
        loss = crossEntropy.weight * sums.reduce(0) { $0 + $1.entropy } / weight
        entropyFactor = crossEntropy.weight / weight
      }
    }
    let overlap = dice.map { self.overlap(sums, $0) }
    loss += overlap?.loss ?? 0
    for index in gradients.indices {
      passes.differentiate(
        &gradients[index], targets[index],
        LossPasses.Factors(
          entropy: Float(entropyFactor), prediction: overlap?.prediction[index],
          intersection: overlap?.intersection[index]))
    }
    return (loss, gradients)
  }

  /// The loss of several outputs of a network, as a weighted sum, and its gradients.
  ///
  /// - Parameters:
  ///   - logits: for each output one tensor an image.
  ///   - targets: one an image; each output is compared with the target resampled to its size.
  ///   - weights: one an output.
  /// - Returns: for each output one tensor an image; none for an output of weight 0.
  /// - Throws: ``ConvNetError/invalidInput(found:expected:)``.
  public func evaluate(
    outputs logits: [[Tensor]], targets: [TargetMap], weights: [Double], workers: Workers
  ) throws -> (loss: Double, gradients: [[Tensor]]) {
    guard logits.count == weights.count, logits.allSatisfy({ $0.count == targets.count }) else {
      throw ConvNetError.invalidInput(
        found:
          "\(logits.count) outputs, \(weights.count) weights and \(targets.count) targets for a loss",
        expected: "a weight for each output and a target for each image")
    }
    var loss = 0.0
    var gradients: [[Tensor]] = []
    for (tensors, weight) in zip(logits, weights) {
      guard weight != 0 else {
        gradients.append([])
        continue
      }
      var weighted = self
      weighted.crossEntropy?.weight *= weight
      weighted.dice?.weight *= weight
      let part = try weighted.evaluate(
        logits: tensors, targets: zip(targets, tensors).map { $0.resampled(to: $1.size) },
        workers: workers)
      loss += part.loss
      gradients.append(part.gradients)
    }
    return (loss, gradients)
  }

  private func check(_ logits: [Tensor], _ targets: [TargetMap]) throws {
    let channels = logits.first?.channels ?? 0
    guard logits.count == targets.count,
      zip(logits, targets).allSatisfy({ $0.size == $1.size && $0.channels == channels })
    else {
      throw ConvNetError.invalidInput(
        found: "outputs and targets of a loss that differ in number or size",
        expected: "one target of the output's size for each image")
    }
    if let regions, regions.count != channels, !logits.isEmpty {
      throw ConvNetError.invalidInput(
        found: "\(regions.count) regions for the loss of \(channels) outputs",
        expected: "one region for each output")
    }
    if let weights = crossEntropy?.outputWeights, !weights.isEmpty, weights.count != channels,
      !logits.isEmpty
    {
      throw ConvNetError.invalidInput(
        found: "\(weights.count) weights for the cross-entropy of \(channels) outputs",
        expected: "one weight for each output, or none")
    }
    guard regions == nil else { return }
    for target in targets {
      let most = target.classes.withUnsafeBufferPointer { classes in
        classes.reduce(0) { max($0, $1 == TargetMap.ignored ? 0 : $1) }
      }
      guard most < channels || target.classes.isEmpty else {
        throw ConvNetError.invalidInput(
          found: "a target of class \(most) for the loss of \(channels) outputs",
          expected: "classes from 0 to \(channels - 1), or \(TargetMap.ignored) for none")
      }
    }
  }

  /// The Dice loss, and for each image and output the factors in its gradient: with respect to a
  /// probability it is `prediction`, minus `intersection` where the output is right.
  private func overlap(
    _ sums: [LossPasses.Sums], _ dice: Dice
  ) -> (loss: Double, prediction: [[Float]], intersection: [[Float]]) {
    let channels = sums[0].truth.count
    let first = regions == nil && !dice.includesBackground ? 1 : 0
    var prediction = sums.map { _ in [Float](repeating: 0, count: channels) }
    var intersection = prediction
    guard first < channels else { return (0, prediction, intersection) }
    let sets = dice.overBatch ? [Array(sums.indices)] : sums.indices.map { [$0] }
    let scale = dice.weight / Double((channels - first) * sets.count)
    var loss = dice.weight
    for images in sets {
      for channel in first..<channels {
        func sum(_ part: (LossPasses.Sums) -> [Double]) -> Double {
          images.reduce(0) { $0 + part(sums[$1])[channel] }
        }
        let numerator = 2 * sum(\.intersection) + dice.smoothing
        let denominator = max(sum(\.truth) + sum(\.prediction) + dice.smoothing, 1e-8)
        loss -= scale * numerator / denominator
        for image in images {
          prediction[image][channel] = Float(scale * numerator / (denominator * denominator))
          intersection[image][channel] = Float(scale * 2 / denominator)
        }
      }
    }
    return (loss, prediction, intersection)
  }
}
