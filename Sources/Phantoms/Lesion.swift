import Basics

/// The parts of a voxel that the compartments of a lesion fill.
struct LesionMix: Sendable {
  var necrosis = 0.0
  var oedema = 0.0
  var enhancing = 0.0

  var total: Double { necrosis + oedema + enhancing }
}

/// A tumour of irregular shape: a necrotic core in a rim that takes up contrast agent, in oedema
/// that spreads through the white matter.
struct Lesion: Sendable {
  let center: Point
  /// The mean radius of the enhancing rim's outer surface, in millimetres.
  let radius: Double
  private let stretch: Point
  private let rimThickness: Double
  private let oedemaWidth: Double
  private let surface: SmoothNoise
  private let rim: SmoothNoise
  private let front: SmoothNoise

  init(center: Point, radius: Double, random: inout SplitMix) {
    self.center = center
    self.radius = radius
    stretch = Point(
      random.uniform(0.8...1.25), random.uniform(0.8...1.25), random.uniform(0.8...1.25))
    rimThickness = random.uniform(0.25...0.45) * radius
    oedemaWidth = random.uniform(0.5...1.1) * radius
    surface = SmoothNoise(wavelength: 0.9 * radius, random: &random)
    rim = SmoothNoise(wavelength: 0.6 * radius, random: &random)
    front = SmoothNoise(wavelength: 1.1 * radius, random: &random)
  }

  /// The largest distance from the centre that the lesion reaches.
  var reach: Double { 1.3 * (1.4 * radius + 1.9 * oedemaWidth) }

  /// Where the tissue that is now at a point was before the lesion pushed it aside.
  func unpushed(_ point: Point) -> Point {
    let offset = point - center
    let ratio = offset.squaredLength / (4 * radius * radius)
    let falloff = 1 / ((1 + ratio) * (1 + ratio))
    return center + offset * (1 - 0.3 * falloff)
  }

  /// The compartments at a point.
  ///
  /// - Parameter whiteness: the part of the tissue that is white matter, which oedema follows.
  func compartments(at point: Point, whiteness: Double, voxel width: Double) -> LesionMix {
    let offset = point - center
    guard offset.squaredLength < reach * reach else { return LesionMix() }
    let distance = Point(
      offset.x / stretch.x, offset.y / stretch.y, offset.z / stretch.z
    ).length
    let shell = distance - radius * (1 + 0.45 * surface(point))
    // The rim is thick here and broken there.
    let thickness = rimThickness * (1 + 0.9 * rim(point))
    let core = coverage(-shell - thickness, width: width)
    let solid = coverage(-shell, width: width)
    // Oedema fades out over some millimetres.
    let reached = coverage(
      -shell + oedemaWidth * (1 + 1.1 * front(point)), width: max(width, 4))
    var mix = LesionMix()
    mix.necrosis = core
    mix.enhancing = solid - core
    mix.oedema = max(0, reached - solid) * whiteness
    return mix
  }
}
