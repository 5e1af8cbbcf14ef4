/// The statistics of batch normalisations over the last batches, whose mean stands for them at
/// inference, as in DeepMedic.
public struct BatchStatistics: Sendable {
  /// The most batches that count.
  public let window: Int
  /// The statistics of the last batches by the weights' names, the oldest first.
  public private(set) var batches: [[String: [Float]]]

  /// Begins, or goes on after some batches.
  public init(window: Int = 60, batches: [[String: [Float]]] = []) {
    self.window = max(1, window)
    self.batches = Array(batches.suffix(self.window))
  }

  /// Takes a batch's statistics (``TrainingNetwork/Pass/statistics``).
  public mutating func add(_ statistics: [String: [Float]]) {
    guard !statistics.isEmpty else { return }
    if batches.count == window { batches.removeFirst() }
    batches.append(statistics)
  }

  /// Puts the means in the place of the weights that stand for them.
  public func apply(to weights: inout [String: Weight]) {
    guard let first = batches.first else { return }
    for name in first.keys {
      guard var weight = weights[name] else { continue }
      var sums = [Double](repeating: 0, count: first[name]!.count)
      for batch in batches {
        for (index, value) in batch[name]!.enumerated() { sums[index] += Double(value) }
      }
      weight = Weight(
        shape: [sums.count], values: sums.map { Float($0 / Double(batches.count)) })
      weights[name] = weight
    }
  }
}
