/// Gradients of a network, by the names of its weights.
public typealias Gradients = [String: [Float]]

extension Gradients {
  /// The Euclidean norm over all of them, summed in the order of the names.
  public var globalNorm: Double {
    var sum = 0.0
    for name in keys.sorted() {
      self[name]!.withUnsafeBufferPointer { values in
        for value in values { sum += Double(value) * Double(value) }
      }
    }
    return sum.squareRoot()
  }

  /// Scales all of them down so that their global norm is at most `limit` (Pascanu et al. 2013).
  ///
  /// - Parameter norm: their global norm.
  public mutating func clip(norm: Double, to limit: Double) {
    // PyTorch's constant keeps the factor below 1 where the norm just exceeds the limit.
    let factor = limit / (norm + 1e-6)
    guard factor < 1 else { return }
    for name in Array(keys) {
      var values = removeValue(forKey: name)!
      for index in values.indices { values[index] *= Float(factor) }
      self[name] = values
    }
  }
}
