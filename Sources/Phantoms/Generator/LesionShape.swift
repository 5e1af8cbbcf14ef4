import Basics

/// The margin of a lesion, as radiologists tell them apart.
enum LesionMargin: CaseIterable, Sendable {
  case smooth
  /// Of several rounded lobes.
  case lobulated
  /// With spikes that radiate from it.
  case spiculated
}

/// A closed irregular surface around a centre. Distances are in millimetres, negative inside, and
/// true to first order only.
struct LesionShape: Sendable {
  let center: Point
  /// The mean radius.
  let radius: Double
  private let margin: LesionMargin
  private let rotation: Rotation
  private let inverseStretch: Point
  private let lobes: [Ellipsoid]
  private let roughness: Double
  private let surface: SmoothNoise

  /// - Parameters:
  ///   - elongation: the most that an axis is longer or shorter than the radius, as a factor.
  ///   - roughness: how far the surface moves in and out, as a fraction of the radius.
  init(
    center: Point, radius: Double, margin: LesionMargin, elongation: Double, roughness: Double,
    random: inout SplitMix
  ) {
    let stretches = (0..<2).map { _ in random.uniform(1 / elongation...elongation) }
    self.init(
      center: center, radius: radius, margin: margin, roughness: roughness,
      stretch: Point(
        stretches[0], stretches[1], 1 / (stretches[0] * stretches[1]).squareRoot()),
      rotation: Rotation.random(degrees: 90, random: &random), random: &random)
  }

  /// - Parameters:
  ///   - stretch: the axes' lengths in units of the radius.
  ///   - rotation: turns the head's directions into the axes'.
  init(
    center: Point, radius: Double, margin: LesionMargin, roughness: Double, stretch: Point,
    rotation: Rotation, random: inout SplitMix
  ) {
    self.center = center
    self.radius = radius
    self.margin = margin
    self.roughness = roughness
    self.rotation = rotation
    inverseStretch = Point(1 / stretch.x, 1 / stretch.y, 1 / stretch.z)
    let lobeRadius = 0.62 * radius
    lobes =
      margin == .lobulated
      ? (0..<random.integer(3...6)).map { _ in
        let offset = Point(
          random.uniform(-0.6...0.6), random.uniform(-0.6...0.6), random.uniform(-0.6...0.6))
        let size = lobeRadius * random.uniform(0.75...1.15)
        return Ellipsoid(offset * radius, radii: Point(size, size, size))
      } : []
    let waves = margin == .spiculated ? 0.5 : 0.85
    surface = SmoothNoise(wavelength: max(1.5, waves * radius), random: &random)
  }

  /// The largest distance from the centre that the surface reaches.
  var reach: Double {
    let axis = max(1 / inverseStretch.x, 1 / inverseStretch.y, 1 / inverseStretch.z)
    return radius * axis * (1.25 + (margin == .spiculated ? 0.9 : 1.1 * roughness))
  }

  func distance(_ point: Point) -> Double {
    let turned = rotation(point - center)
    let local = Point(
      turned.x * inverseStretch.x, turned.y * inverseStretch.y, turned.z * inverseStretch.z)
    let length = local.length
    switch margin {
    case .smooth:
      return length - radius * (1 + roughness * surface(local))
    case .lobulated:
      let body = lobes.reduce(0.6 * radius - length) {
        smoothMaximum($0, -$1.distance(local), blend: 0.12 * radius)
      }
      return -body - 0.5 * radius * roughness * surface(local)
    case .spiculated:
      // Noise on a sphere changes along the surface only: its peaks become spikes.
      let direction = length > 0.05 * radius ? local * (radius / length) : local
      let spike = max(0, surface(direction) - 0.12)
      let body = radius * (0.88 + 0.3 * roughness * surface(local * 0.6))
      return length - body - min(0.6, 3.2 * spike * spike) * radius
    }
  }
}
