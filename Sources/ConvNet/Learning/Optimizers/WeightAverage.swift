/// An exponential moving average of a network's weights (Polyak and Juditsky 1992): in each step
/// average = decay average + (1 - decay) weight.
///
/// The first steps count more, by a decay of at most (1 + steps) / (10 + steps), so that the random
/// weights of the beginning are forgotten soon.
public struct WeightAverage: Sendable {
  /// The part that is kept in each step, below 1.
  public let decay: Double
  /// The number of steps.
  public private(set) var steps: Int
  /// The averages.
  public private(set) var weights: [String: Weight]

  /// Begins with weights, or goes on after some steps.
  public init(decay: Double, weights: [String: Weight], steps: Int = 0) {
    self.decay = decay
    self.weights = weights
    self.steps = steps
  }

  /// Takes the weights of a step into the average.
  ///
  /// - Precondition: they have the shapes of the first ones.
  public mutating func add(_ current: [String: Weight]) {
    steps += 1
    let kept = Float(min(decay, Double(1 + steps) / Double(10 + steps)))
    for (name, weight) in current {
      guard var average = weights.removeValue(forKey: name) else { continue }
      precondition(average.values.count == weight.values.count)
      weight.values.withUnsafeBufferPointer { new in
        average.values.withUnsafeMutableBufferPointer { values in
          for index in values.indices {
            values[index] = kept * values[index] + (1 - kept) * new[index]
          }
        }
      }
      weights[name] = average
    }
  }
}
