import Foundation

/// A Gabor filter in a plane: a wave under a Gaussian (IBSI-2 §3.4, Q88H). Its response is the modulus of the
/// complex one.
public struct Gabor: Sendable, Hashable {
  /// The standard deviation of the Gaussian along the wave, in millimetres.
  public var sigma: Double
  /// The wave's length in millimetres.
  public var wavelength: Double
  /// The Gaussian's extent along the wave divided by that along the crests.
  public var gamma: Double
  /// The wave's direction in degrees, clockwise from the plane's first axis.
  public var theta: Double
  /// The step of directions in degrees, over which responses are averaged; nil for one direction only.
  public var thetaStep: Double?

  /// A filter of one direction, or with a step of directions over which its responses are averaged.
  public init(
    sigma: Double, wavelength: Double, gamma: Double, theta: Double = 0, thetaStep: Double? = nil
  ) {
    self.sigma = sigma
    self.wavelength = wavelength
    self.gamma = gamma
    self.theta = theta
    self.thetaStep = thetaStep
  }

  /// The directions in degrees. Opposite ones have the same modulus: half a turn is enough.
  var directions: [Double] {
    guard let thetaStep else { return [theta] }
    return (0..<max(1, Int((180 / thetaStep).rounded()))).map { Double($0) * thetaStep }
  }

  /// The kernel's reach along both axes, in voxels of a spacing: 6 standard deviations.
  func reach(spacing: Double) -> Int {
    Int((6 * max(sigma, sigma / gamma) / spacing).rounded(.up))
  }

  /// The kernel's weight at a place, in voxels from its middle.
  func weight(_ column: Int, _ row: Int, spacing: Double, direction: Double)
    -> (real: Double, imaginary: Double)
  {
    let angle = direction * .pi / 180
    let (x, y) = (Double(column), Double(row))
    let along = cos(angle) * x + sin(angle) * y
    let across = sin(angle) * x - cos(angle) * y
    let width = sigma / spacing
    let envelope = exp(
      -(along * along + gamma * gamma * across * across) / (2 * width * width))
    let phase = 2 * .pi * along * spacing / wavelength
    return (envelope * cos(phase), envelope * sin(phase))
  }
}
