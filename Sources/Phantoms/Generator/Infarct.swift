import Basics

/// An infarct: the tissue of an artery's territory, in cortex and white matter alike.
struct Infarct: Sendable {
  /// How old it is.
  enum Age: Sendable, CaseIterable {
    /// Swollen tissue.
    case acute
    /// Swollen, with the broken barrier of cortex that takes up contrast agent.
    case subacute
    /// A hollow full of fluid with a scar around it.
    case chronic
  }

  /// The form of the territory.
  enum Territory: Sendable {
    /// A wedge with its tip deep in the brain and its base at the surface.
    ///
    /// - Parameters:
    ///   - axis: a unit vector from the tip outwards.
    ///   - slope: the tangent of the wedge's half angle.
    ///   - length: from the tip to beyond the surface in millimetres.
    case wedge(tip: Point, axis: Point, slope: Double, length: Double)
    /// A small end artery's: a lacune.
    case lacune(LesionShape)
  }

  let territory: Territory
  let age: Age
  private let edge: SmoothNoise
  private let scar: Double

  init(territory: Territory, age: Age, random: inout SplitMix) {
    self.territory = territory
    self.age = age
    edge = SmoothNoise(wavelength: 24, random: &random)
    scar = random.uniform(1.5...5)
  }

  /// A sphere that holds it.
  var bounds: (center: Point, radius: Double) {
    switch territory {
    case .wedge(let tip, let axis, let slope, let length):
      let half = 0.5 * length
      return (tip + axis * half, half + slope * length + 10)
    case .lacune(let shape):
      return (shape.center, shape.reach + 1)
    }
  }

  /// Turns the tissue at a point into what the infarct makes of it.
  ///
  /// - Returns: the part of the voxel whose infarct takes up contrast agent.
  func change(_ mixture: inout Mixture, at point: Point, voxel width: Double) -> Float {
    let inward: Double
    switch territory {
    case .wedge(let tip, let axis, let slope, let length):
      let offset = point - tip
      let along = offset.x * axis.x + offset.y * axis.y + offset.z * axis.z
      guard along > -10, along < length else { return 0 }
      let across = max(0, offset.squaredLength - along * along).squareRoot()
      let cone = (slope * (along + 3) - across) / (1 + slope * slope).squareRoot()
      inward = min(cone, along + 2, length - along) + 10 * edge(point)
    case .lacune(let shape):
      inward = -shape.distance(point)
    }
    let part = coverage(inward, width: width + 1)
    guard part > 0 else { return 0 }
    let cortex = mixture[.cortex]
    mixture.turn(Self.changeable * Float(part), into: .infarct)
    switch age {
    case .acute: return 0
    case .subacute: return cortex * Float(part)
    case .chronic:
      let core = coverage(inward - scar, width: width + 2)
      var fractions = SIMD16<Float>.zero
      fractions[Substance.infarct.rawValue] = Float(0.9 * core)
      mixture.turn(fractions, into: .cavity)
      return 0
    }
  }

  private static let changeable = Mixture.weights(Substance.parenchyma)
}
