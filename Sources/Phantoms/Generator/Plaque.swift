/// A plaque of multiple sclerosis: ovoid, well defined, in white matter and where it borders on cortex
/// or ventricles.
struct Plaque: Sendable {
  let shape: LesionShape
  private let isActive: Bool
  private let hollow: Double

  /// - Parameters:
  ///   - isActive: whether it takes up contrast agent, in its rim.
  ///   - hollow: how much of its middle lost its tissue (a black hole in T1), 0 to 1.
  init(shape: LesionShape, isActive: Bool, hollow: Double) {
    self.shape = shape
    self.isActive = isActive
    self.hollow = hollow
  }

  /// The largest distance from the centre that the lesion reaches.
  var reach: Double { shape.reach + 1 }

  /// Turns the tissue at a point into what the plaque makes of it.
  ///
  /// - Returns: the part of the voxel whose plaque takes up contrast agent, and the part that is
  ///   hollow.
  func change(
    _ mixture: inout Mixture, at point: Point, voxel width: Double
  ) -> (active: Float, hollow: Float) {
    let distance = shape.distance(point)
    let part = coverage(-distance, width: width + 0.8)
    guard part > 0 else { return (0, 0) }
    var fractions = SIMD16<Float>.zero
    fractions[Substance.white.rawValue] = Float(part)
    fractions[Substance.deepGrey.rawValue] = Float(0.9 * part)
    fractions[Substance.cortex.rawValue] = Float(0.6 * part)
    let before = mixture[.plaque]
    mixture.turn(fractions, into: .plaque)
    let added = mixture[.plaque] - before
    let depth = -distance / shape.radius
    return (
      isActive ? added * Float(min(1, max(0, 1.2 - 1.2 * depth))) : 0,
      added * Float(hollow * min(1, max(0, 1.6 * depth)))
    )
  }
}
