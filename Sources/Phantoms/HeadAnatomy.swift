import Basics

/// The parts of a voxel that tissues fill. They sum to 1 inside the brain and to less at its border,
/// beyond which the skull is stripped off.
struct TissueMix: Sendable {
  var fluid = 0.0
  var grey = 0.0
  var white = 0.0
  /// Blood vessels and choroid plexus: what takes up contrast agent in health.
  var vessel = 0.0

  var total: Double { fluid + grey + white + vessel }
}

/// A healthy brain made of simple shapes, deformed and folded by smooth noise.
///
/// Millimetres from the middle of the brain; about 140 x 175 x 130 mm. Made of: a cerebrum of two
/// hemispheres with a folded cortex, the lateral, third and fourth ventricles, basal ganglia and
/// thalami, a cerebellum and a brain stem.
struct HeadAnatomy: Sendable {
  private let scale: Point
  private let sulcusHalfWidth: Double
  private let ventricleScale: Double
  private let ventricles: [Capsule]
  private let choroidPlexus: Capsule
  private let deepGrey: [Ellipsoid]
  private let warpX: SmoothNoise
  private let warpY: SmoothNoise
  private let warpZ: SmoothNoise
  private let folds: SmoothNoise
  private let folia: SmoothNoise
  private let vessels: SmoothNoise

  /// The extent that holds every head, in millimetres.
  static let extent = Point(160, 192, 144)
  private static let cortexThickness = 2.8
  private static let sulcusDepth = 15.0
  private static let fluidRim = 1.2

  init(random: inout SplitMix) {
    scale = Point(
      random.uniform(0.95...1.05), random.uniform(0.95...1.05), random.uniform(0.95...1.05))
    sulcusHalfWidth = random.uniform(0.5...1.1)
    ventricleScale = random.uniform(0.75...1.35)
    warpX = SmoothNoise(wavelength: 55, random: &random)
    warpY = SmoothNoise(wavelength: 55, random: &random)
    warpZ = SmoothNoise(wavelength: 55, random: &random)
    folds = SmoothNoise(wavelength: 16, random: &random)
    folia = SmoothNoise(wavelength: 30, random: &random)
    vessels = SmoothNoise(wavelength: 17, random: &random)
    // All of the right half; the left is its mirror image.
    ventricles = [
      Capsule(Point(7, 34, 2), Point(6, 12, 13), radius: 4.5),
      Capsule(Point(6, 12, 13), Point(13, -24, 15), radius: 4.5, endRadius: 5),
      Capsule(Point(13, -24, 15), Point(24, -38, 2), radius: 5, endRadius: 7),
      Capsule(Point(24, -38, 2), Point(17, -62, 2), radius: 6, endRadius: 3),
      Capsule(Point(24, -38, 2), Point(31, -8, -20), radius: 4, endRadius: 3),
      Capsule(Point(0, 6, -2), Point(0, -18, 2), radius: 1.8),
      Capsule(Point(0, -34, -24), Point(0, -40, -34), radius: 3.5),
    ]
    choroidPlexus = Capsule(Point(15, -26, 12), Point(23, -37, 1), radius: 1.6)
    deepGrey = [
      Ellipsoid(Point(24, 6, 1), radii: Point(6, 18, 9)),  // putamen and pallidum
      Ellipsoid(Point(13, 20, 8), radii: Point(4.5, 12, 7)),  // caudate nucleus
      Ellipsoid(Point(10, -14, 5), radii: Point(7, 14, 8)),  // thalamus
    ]
  }

  /// The tissues at a point, for voxels of a given width in millimetres.
  func tissues(at head: Point, voxel width: Double) -> TissueMix {
    // A common warp makes every shape irregular, and left different from right.
    let x = (head.x + 4 * warpX(head)) / scale.x
    let y = (head.y + 4 * warpY(head)) / scale.y
    let z = (head.z + 4 * warpZ(head)) / scale.z
    let point = Point(x, y, z)
    let half = Point(abs(x), y, z)

    let cerebrum = cerebrumDepth(half)
    let cerebellum = -Ellipsoid(Point(20, -46, -38), radii: Point(33, 32, 23)).distance(half)
    let stem = -Capsule(Point(0, -16, -10), Point(0, -22, -64), radius: 14, endRadius: 9)
      .distance(half)
    let rim = HeadAnatomy.fluidRim
    let depth = max(cerebrum, cerebellum, stem)
    let inside = coverage(depth + rim, width: width)
    guard inside > 0 else { return TissueMix() }

    // How deep a point lies in its own part, and how far from the nearest surface of brain tissue.
    var pial: Double
    var isStem = false
    if cerebrum >= cerebellum && cerebrum >= stem - 6 {
      pial = pialDistance(half, point, depth: cerebrum, head: head)
      // The tentorium parts cerebrum and cerebellum.
      pial = min(pial, cerebrum - cerebellum)
    } else if cerebellum >= stem - 4 {
      let leaves = Point(head.x, head.y * 1.5, head.z * 4)
      let groove = folia.distanceToZero(leaves) / 3 + max(0, cerebellum - 9)
      pial = min(cerebellum, groove, cerebellum - cerebrum)
    } else {
      pial = stem
      isStem = true
    }

    var mix = TissueMix()
    let tissue = coverage(pial - sulcusHalfWidth, width: width)
    let beneathCortex =
      isStem
      ? 1 : coverage(pial - sulcusHalfWidth - HeadAnatomy.cortexThickness, width: width)
    mix.white = beneathCortex
    mix.grey = tissue - beneathCortex
    mix.fluid = 1 - tissue

    let nuclei = deepGrey.reduce(0.0) { max($0, coverage(-$1.distance(half), width: width)) }
    // Deep nuclei hold more myelin than cortex.
    mix.grey += 0.75 * nuclei * mix.white
    mix.white -= 0.75 * nuclei * mix.white

    let chamber = ventricleCoverage(half, width: width)
    mix.grey *= 1 - chamber
    mix.white *= 1 - chamber
    mix.fluid = 1 - mix.grey - mix.white
    mix.vessel =
      mix.fluid
      * max(
        coverage(-choroidPlexus.distance(half), width: width), vesselCoverage(point, head, width))
    mix.fluid -= mix.vessel

    mix.fluid *= inside
    mix.grey *= inside
    mix.white *= inside
    mix.vessel *= inside
    return mix
  }

  /// The distance beneath the hull of the cerebrum, negative outside.
  private func cerebrumDepth(_ half: Point) -> Double {
    // Narrower in front, flatter below.
    let width = 66 * (1 - 0.12 * half.y / 84)
    let height = half.z > 8 ? 58.0 : 46
    return -Ellipsoid(Point(0, 0, 8), radii: Point(width, 84, height)).distance(half)
  }

  /// The distance to the nearest surface of the cerebrum: hull, fissure or sulcus.
  private func pialDistance(_ half: Point, _ point: Point, depth: Double, head: Point) -> Double {
    // The corpus callosum and what is below it bridge the fissure between the hemispheres.
    let bridge = -Ellipsoid(Point(0, -4, 2), radii: Point(40, 42, 25)).distance(half)
    let fissure = half.x + max(0, bridge)
    let sylvian =
      abs(half.z - 2 + 0.3 * half.y + 0.5 * (half.x - 45)) / 1.16 + max(0, 32 - half.x)
      + max(0, half.y - 32) + max(0, -30 - half.y)
    let nearest = min(depth, fissure, sylvian)
    let beneathSulci = max(0, nearest - HeadAnatomy.sulcusDepth)
    guard beneathSulci < nearest else { return nearest }
    return min(nearest, folds.distanceToZero(head) + beneathSulci)
  }

  private func ventricleCoverage(_ half: Point, width: Double) -> Double {
    let wall = ventricles.reduce(Double.infinity) { min($0, $1.distance(half)) }
    return coverage((ventricleScale - 1) * 3 - wall, width: width)
  }

  /// The sagittal sinus, and vessels that run through the sulci.
  private func vesselCoverage(_ point: Point, _ head: Point, _ width: Double) -> Double {
    guard point.z > -10 else { return 0 }
    let sinusDepth = cerebrumDepth(point) - 0.5
    let sinus = 2.2 - (point.x * point.x + sinusDepth * sinusDepth).squareRoot()
    let artery = 1.0 - vessels.distanceToZero(head)
    return max(coverage(sinus, width: width), 0.6 * coverage(artery, width: width))
  }
}
