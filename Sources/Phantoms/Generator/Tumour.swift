import Basics

/// A glioma: solid parts that take up contrast agent or do not, a necrotic core where it outgrew its
/// vessels, and oedema that spreads along the white matter.
struct Tumour: Sendable {
  /// What the solid part is like.
  enum Grade: Sendable {
    /// Glioblastoma: an enhancing rim around necrosis.
    case ring
    /// Enhancing tissue with little necrosis.
    case solid
    /// Low-grade glioma: infiltrates without enhancement or necrosis.
    case infiltrating
  }

  let shape: LesionShape
  let grade: Grade
  private let rimThickness: Double
  private let oedemaWidth: Double
  /// Above this value of ``parts``, solid tissue takes up no contrast agent.
  private let enhancementLimit: Double
  private let push: Double
  private let rim: SmoothNoise
  private let front: SmoothNoise
  private let parts: SmoothNoise

  init(shape: LesionShape, grade: Grade, random: inout SplitMix) {
    self.shape = shape
    self.grade = grade
    let radius = shape.radius
    switch grade {
    case .ring:
      rimThickness = min(6, random.uniform(0.14...0.42) * radius)
      oedemaWidth = random.uniform(0.25...1.3) * min(radius, 18)
      enhancementLimit = random.uniform(0.05...0.6)
    case .solid:
      rimThickness = random.uniform(0.6...1.2) * radius
      oedemaWidth = random.uniform(0.15...1.4) * min(radius, 18)
      enhancementLimit = random.uniform(0...0.5)
    case .infiltrating:
      rimThickness = 3 * radius
      oedemaWidth = random.uniform(0.1...0.5) * radius
      enhancementLimit = random.uniform(0...1) < 0.3 ? -0.45 : -9
    }
    push = random.uniform(0.05...0.4)
    rim = SmoothNoise(wavelength: max(3, 0.55 * radius), random: &random)
    front = SmoothNoise(wavelength: max(6, 0.9 * min(radius, 20)), random: &random)
    parts = SmoothNoise(wavelength: max(5, 0.7 * radius), random: &random)
  }

  /// The largest distance from the centre that the lesion reaches.
  var reach: Double { shape.reach + 2.1 * oedemaWidth + 4 }

  /// Where the tissue that is now at a point was before the tumour pushed it aside.
  func unpushed(_ point: Point) -> Point {
    let offset = point - shape.center
    let ratio = offset.squaredLength / (3.2 * shape.radius * shape.radius)
    let falloff = 1 / ((1 + ratio) * (1 + ratio))
    return shape.center + offset * (1 - push * falloff)
  }

  /// Turns the tissue at a point into what the tumour makes of it.
  func change(_ mixture: inout Mixture, at point: Point, voxel width: Double) {
    let shell = shape.distance(point)
    guard shell < 2.1 * oedemaWidth + 4 else { return }
    let solid = coverage(-shell, width: width + 0.6)
    if solid < 1, oedemaWidth > 0 {
      let reached = coverage(oedemaWidth * (1 + 1.1 * front(point)) - shell, width: max(width, 3))
      // Vasogenic oedema follows the fibres and spares cortex and nuclei.
      var fractions = SIMD16<Float>.zero
      fractions[Substance.white.rawValue] = Float(reached)
      fractions[Substance.deepGrey.rawValue] = Float(0.25 * reached)
      fractions[Substance.cortex.rawValue] = Float(0.2 * reached)
      mixture.turn(fractions, into: .oedema)
    }
    guard solid > 0 else { return }
    let thickness = rimThickness * (1 + 0.9 * rim(point))
    let core = coverage(-shell - thickness, width: width + 0.6)
    let dark = coverage(parts(point) - enhancementLimit, width: 0.2)
    var healthy = Self.changeable * Float(solid)
    healthy[Substance.oedema.rawValue] = Float(solid)
    mixture.turn(healthy, into: .enhancing)
    let tumour = mixture[.enhancing]
    mixture[.necrosis] += tumour * Float(core)
    mixture[.nonEnhancing] += tumour * Float((1 - core) * dark)
    mixture[.enhancing] = tumour * Float((1 - core) * (1 - dark))
  }

  private static let changeable = Mixture.weights(Substance.brain)
}
