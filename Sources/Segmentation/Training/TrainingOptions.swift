public import ConvNet

/// Everything that a training depends on besides the model and the cases.
public struct TrainingOptions: Sendable, Hashable, Codable {
  /// How often the network is judged and the learning rate changes.
  public var epochs = 35
  /// The steps of an epoch.
  public var stepsPerEpoch = 250
  /// The segments of a step.
  public var batch = 10
  /// The extent of the segments that the network sees, (z, y, x).
  public var segment = Triple(repeating: 25)
  /// What is made small.
  public var loss = SegmentationLoss()
  /// Whether a U-Net's coarser stages learn from a loss of their own too, with the weights
  /// ``ConvNet/SegmentationLoss/deepSupervisionWeights(outputs:)``. The model has the finest output only.
  public var deepSupervision = false
  /// How gradients become changes of the weights.
  public var optimizer = Optimizer.deepMedic.rule
  /// How large weights are penalised.
  public var decay = Optimizer.deepMedic.decay
  /// The learning rate over the epochs.
  public var learningRate = LearningRate(1e-3)
  /// The largest norm of a step's gradients; as they are where nil.
  public var largestGradient: Double?
  /// The part of the moving average of the weights that is kept in each step; the network has the
  /// weights themselves where nil.
  public var averageDecay: Double?
  /// Around which voxels segments are cut out.
  public var sampling = Sampling.foreground(fraction: 0.5)
  /// How segments are changed at random.
  public var augmentation = Augmentation()
  /// The probability with which each channel is left out, so that the network does without it; one is
  /// always kept.
  public var channelDropout = 0.0
  /// Brains that are synthesised as part of each batch; none where nil.
  public var phantoms: PhantomCases?
  /// The most cases that are kept in memory.
  public var casesInMemory = 50
  /// The epochs from one validation to the next.
  public var validationInterval = 1
  /// The validations without progress after which the training ends; nil for never.
  public var patience: Int?
  /// What all random numbers follow from.
  public var seed: UInt64 = 1

  /// Some options; set what is wanted.
  public init() {}

  /// DeepMedic's (Kamnitsas et al. 2017), with the learning rate's halvings in an even share of the
  /// epochs.
  public static func deepMedic(epochs: Int = 35) -> TrainingOptions {
    var options = TrainingOptions()
    options.epochs = epochs
    options.loss = SegmentationLoss(crossEntropy: .init(), dice: nil)
    options.learningRate = LearningRate(
      1e-3, .halving(epochs: LearningRate.deepMedicHalvings(epochs: epochs)))
    options.augmentation = .deepMedic
    return options
  }

  /// nnU-Net's (Isensee et al. 2021): cross-entropy and soft Dice, momentum .99, a polynomial
  /// schedule.
  public static func nnUNet(epochs: Int = 1000) -> TrainingOptions {
    var options = TrainingOptions()
    options.epochs = epochs
    options.batch = 2
    options.segment = Triple(repeating: 64)
    options.optimizer = Optimizer.nnUNet.rule
    options.decay = Optimizer.nnUNet.decay
    options.learningRate = LearningRate(0.01, .polynomial(power: 0.9))
    options.largestGradient = 12
    options.deepSupervision = true
    options.sampling = .uniform(oversampled: 0.33)
    options.augmentation = .nnUNet
    return options
  }

  /// What contradicts itself, or nil.
  var fault: String? {
    let counts = [
      ("epochs", epochs), ("stepsPerEpoch", stepsPerEpoch), ("batch", batch),
      ("casesInMemory", casesInMemory), ("validationInterval", validationInterval),
      ("patience", patience ?? 1),
    ]
    for (name, count) in counts where !(1...1_000_000 ~= count) {
      return "\(name) is \(count) where 1 to 1000000 is expected"
    }
    guard (0..<3).allSatisfy({ 1...4096 ~= segment[$0] }) else {
      return "a segment has extents between 1 and 4096 voxels"
    }
    guard learningRate.initial > 0, learningRate.initial.isFinite else {
      return "the learning rate must be positive"
    }
    guard largestGradient ?? 1 > 0 else { return "largestGradient must be positive" }
    guard 0..<1 ~= averageDecay ?? 0, 0..<1 ~= channelDropout else {
      return "averageDecay and channelDropout must be from 0 to below 1"
    }
    if let fault = phantoms?.fault { return fault }
    if let regions = loss.regions {
      guard !regions.isEmpty, regions.allSatisfy({ !$0.isEmpty && !$0.contains(0) }) else {
        return "regions are lists of labels without the background"
      }
      guard !regions.joined().contains(TargetMap.ignored) else {
        return "regions consist of labels up to 254"
      }
    }
    return sampling.fault ?? augmentation.fault
  }
}
