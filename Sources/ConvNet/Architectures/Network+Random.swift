import Foundation

extension Network {
  /// A network before training: weights drawn from a normal distribution with the variance 2 / fan-in
  /// (He et al. 2015), biases 0, norms that change nothing, PReLU slopes 0.01.
  ///
  /// - Throws: ``ConvNetError/invalidNetwork(node:reason:)`` where the description is not valid.
  public init(
    randomized description: NetworkDescription, using generator: inout some RandomNumberGenerator
  ) throws {
    var weights: [String: Weight] = [:]
    for need in try description.weightShapes() {
      let count = need.shape.reduce(1, *)
      let part = need.name.split(separator: ".").last ?? ""
      let values: [Float]
      if part == "weight" && need.shape.count == 5 {
        let fanIn = need.shape[1...].reduce(1, *)
        let deviation = (2 / Double(fanIn)).squareRoot()
        values = (0..<count).map { _ in Float(deviation * normal(&generator)) }
      } else {
        let usual: Float =
          switch part {
          case "slope": 0.01
          case "weight", "variance": 1
          default: 0
          }
        values = [Float](repeating: usual, count: count)
      }
      weights[need.name] = Weight(shape: need.shape, values: values)
    }
    try self.init(description: description, weights: weights)
  }
}

/// A number from the standard normal distribution (Box and Muller).
private func normal(_ generator: inout some RandomNumberGenerator) -> Double {
  let radius = (-2 * log(Double.random(in: Double.leastNormalMagnitude..<1, using: &generator)))
    .squareRoot()
  return radius * cos(2 * .pi * Double.random(in: 0..<1, using: &generator))
}
