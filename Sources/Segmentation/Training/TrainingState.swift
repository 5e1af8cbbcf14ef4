internal import ConvNet

/// All that changes in a training: what a checkpoint holds. Random numbers follow from the seed and
/// the step.
struct TrainingState: Sendable {
  /// The best weights so far.
  struct Best: Sendable {
    var weights: [String: Weight]
    var dice: Double
    var epoch: Int
  }

  /// The steps that are finished.
  var step = 0
  /// The sum of the losses of the epoch's steps so far.
  var epochLoss = 0.0
  var weights: [String: Weight]
  var optimizer: Optimizer
  var average: WeightAverage?
  var statistics = BatchStatistics()
  var best: Best?
  var log: TrainingLog

  /// The weights with which the network is used now.
  var inferenceWeights: [String: Weight] {
    var weights = average?.weights ?? self.weights
    statistics.apply(to: &weights)
    return weights
  }

  /// The validations since the best one.
  var validationsWithoutProgress: Int {
    guard let best else { return 0 }
    return log.rows.count { $0.dice != nil && $0.epoch > best.epoch }
  }
}
