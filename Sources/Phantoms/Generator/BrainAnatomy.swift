import Basics

/// A healthy brain made of simple shapes with a folded cortex, in its own coordinates: millimetres
/// from its middle, right, anterior and superior positive, mirror-symmetric but for the folds.
///
/// Two hemispheres with temporal lobes, a cerebellum with leaves and a brain stem; within them what
/// ``InnerBrain`` holds. About 140 x 175 x 130 mm before a head scales and warps it.
struct BrainAnatomy: Sendable {
  let inner: InnerBrain
  /// How far the brain has shrunk, 0 (young) to 1: wide sulci and ventricles.
  let atrophy: Double
  private let sulcusHalfWidth: Double
  private let cortexThickness: Double
  private let fluidRim: Double
  private let temporalDrop: Double
  private let folds: SmoothNoise
  private let foldDepth: SmoothNoise
  private let leaves: SmoothNoise
  private let vessels: SmoothNoise

  /// What a voxel holds, and where it lies.
  struct Place {
    var mixture: Mixture
    /// The depth beneath the hull of the brain in millimetres, negative outside of the skull's
    /// inner surface.
    var depth: Double
  }

  init(random: inout SplitMix) {
    let age = random.uniform(0...1)
    atrophy = age * age
    sulcusHalfWidth = 0.3 + 1.1 * atrophy * random.uniform(0.7...1.3)
    cortexThickness = random.uniform(2.2...3.0)
    fluidRim = random.uniform(0.3...1.1) + 1.2 * atrophy
    temporalDrop = random.uniform(-3...3)
    folds = SmoothNoise(wavelength: random.uniform(12.5...15.5), random: &random)
    foldDepth = SmoothNoise(wavelength: 24, random: &random)
    leaves = SmoothNoise(wavelength: 30, random: &random)
    vessels = SmoothNoise(wavelength: 17, random: &random)
    inner = InnerBrain(atrophy: atrophy, random: &random)
  }

  /// What fills a voxel of a given width; only air where the point is outside of the brain.
  func place(at point: Point, voxel width: Double) -> Place {
    let half = Point(abs(point.x), point.y, point.z)
    let cerebrum = cerebrumDepth(half)
    let cerebellum = -Ellipsoid(Point(18, -44, -38), radii: Point(34, 30, 23)).distance(half)
    let stem = -Capsule(Point(0, -14, -10), Point(0, -24, -60), radius: 14, endRadius: 8)
      .distance(half)
    let cistern = -Ellipsoid(Point(0, -2, -21), radii: Point(19, 21, 10)).distance(half)
    // Fluid fills what lies between the parts.
    let hull =
      smoothMaximum(smoothMaximum(cerebrum, cerebellum, blend: 13), max(stem, cistern), blend: 8)
      + fluidRim
    var place = Place(mixture: Mixture(.air), depth: hull)
    let inside = coverage(hull, width: width)
    guard inside > 0 else { return place }

    // How far from the nearest surface of brain tissue.
    var pial: Double
    var thickness = cortexThickness
    if cerebrum >= cerebellum && cerebrum >= stem - 6 {
      pial = pialDistance(half, point, depth: cerebrum)
      // The tentorium parts cerebrum and cerebellum.
      pial = min(pial, cerebrum - cerebellum - 0.6)
    } else if cerebellum >= stem - 4 {
      let stretched = Point(point.x, point.y * 1.4, point.z * 4)
      let groove = leaves.distanceToZero(stretched) / 3 + max(0, 0.9 * (cerebellum - 10))
      pial = min(cerebellum, groove, cerebellum - cerebrum - 0.6)
      thickness = 1.9
    } else {
      pial = stem
      thickness = 0
    }

    var mix = Mixture(.air)
    let nuclei = inner.nuclei(half, width: width)
    let tissue = max(nuclei, coverage(pial - sulcusHalfWidth, width: width))
    // The border of the cortex is a gradient of myelin, not an edge.
    var white = coverage(pial - sulcusHalfWidth - thickness, width: width + 0.5)
    white = min(tissue, white)
    var grey = tissue - white
    let chamber = inner.ventricles(half, width: width)
    let deep = nuclei * tissue * (1 - chamber)
    white *= (1 - nuclei) * (1 - chamber)
    grey *= (1 - nuclei) * (1 - chamber)
    var fluid = 1 - white - grey - deep
    var vessel = 0.0
    if fluid > 0.02 {
      vessel =
        fluid * max(inner.choroidPlexus(half, width: width), vesselCoverage(point, width: width))
      fluid -= vessel
    }
    mix[.fluid] = Float(fluid * inside)
    mix[.cortex] = Float(grey * inside)
    mix[.deepGrey] = Float(deep * inside)
    mix[.white] = Float(white * inside)
    mix[.vessel] = Float(vessel * inside)
    mix[.air] = Float(1 - inside)
    place.mixture = mix
    return place
  }

  /// The depth beneath the hull of the cerebrum, negative outside.
  private func cerebrumDepth(_ half: Point) -> Double {
    let width = 66 * (1 - 0.12 * half.y / 84)
    let dome = -Ellipsoid(Point(0, 0, 8), radii: Point(width, 84, 58)).distance(half)
    // The base rests on the orbits in front and on the tentorium behind.
    let base = half.z + 20 + 0.16 * half.y * (half.y < 0 ? 0.5 : -0.4)
    let temporal = -Capsule(
      Point(38, 32, -32 + temporalDrop), Point(47, -36, -20), radius: 15, endRadius: 19
    ).distance(half)
    return smoothMaximum(smoothMinimum(dome, base, blend: 8), temporal, blend: 5)
  }

  /// The distance to the nearest surface of the cerebrum: hull, fissure or sulcus.
  private func pialDistance(_ half: Point, _ point: Point, depth: Double) -> Double {
    // The corpus callosum and what is below it bridge the fissure between the hemispheres.
    let bridge = -Ellipsoid(Point(0, -4, 2), radii: Point(40, 40, 23)).distance(half)
    let fissure = half.x + max(0, bridge)
    // The Sylvian fissure, above the temporal lobe, with the insula at its bottom.
    let sylvian =
      abs(half.z + 5 + 0.28 * half.y + 0.45 * (half.x - 45)) / 1.14 + max(0, 31 - half.x)
      + max(0, half.y - 32) + max(0, -34 - half.y)
    let nearest = min(depth, fissure, sylvian)
    guard nearest > 0 else { return nearest }
    let depthLimit = 15 + 9 * foldDepth(point)
    // Wide at the surface, closed at the bottom.
    let beneathSulci = max(0, nearest - depthLimit) + 0.03 * nearest
    guard beneathSulci < nearest, nearest < 45 else { return nearest }
    return min(nearest, foldDistance(point) + beneathSulci)
  }

  /// The distance to the nearest sulcus if it went all through the brain.
  ///
  /// The folds are those of a noise that changes half as fast along the radius: sulci stand
  /// upright on the surface.
  private func foldDistance(_ point: Point) -> Double {
    let value = folds(Self.unfolded(point))
    let step = 1.3
    let x = folds(Self.unfolded(Point(point.x + step, point.y, point.z))) - value
    let y = folds(Self.unfolded(Point(point.x, point.y + step, point.z))) - value
    let z = folds(Self.unfolded(Point(point.x, point.y, point.z + step))) - value
    let slope = (x * x + y * y + z * z).squareRoot() / step
    return abs(value) / max(slope, 0.5 / folds.wavelength)
  }

  private static func unfolded(_ point: Point) -> Point {
    let center = Point(0, -8, -4)
    let offset = Point(point.x * 1.12, point.y, point.z * 1.1) - center
    let length = offset.length
    guard length > 1 else { return point }
    let root = (70 / length).squareRoot()
    return center + offset * (0.5 * (root + root.squareRoot()))
  }

  /// The sagittal sinus, and vessels that run through the sulci.
  private func vesselCoverage(_ point: Point, width: Double) -> Double {
    guard point.z > -24 else { return 0 }
    var sinus = 0.0
    if abs(point.x) < 6, point.z > -10 {
      let depth = cerebrumDepth(Point(abs(point.x), point.y, point.z)) - 0.5
      sinus = coverage(
        2.3 - (point.x * point.x + depth * depth).squareRoot(), width: width)
    }
    guard sinus < 0.6 else { return sinus }
    return max(sinus, 0.5 * coverage(0.9 - vessels.distanceToZero(point), width: width))
  }
}
