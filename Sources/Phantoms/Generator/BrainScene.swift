internal import Basics
import Volumes

/// One patient: anatomy, lesions and pose, without the imaging. What is where on a grid.
struct BrainScene: Sendable {
  let anatomy: BrainAnatomy
  let lesions: Lesions
  let pathology: Pathology
  let hasSkull: Bool
  private let layers: HeadLayers
  private let rotation: Rotation
  private let shift: Point
  private let inverseScale: Point
  private let center: Point
  /// Deformations, slow and quick, along each axis, in millimetres.
  let warps: [(field: LatticeField, amplitude: Float)]

  /// A voxel and the tissue that would be there without lesions.
  struct Sample {
    var voxel: Lesions.Voxel
    var tissue: Mixture
  }

  init(
    seed: UInt64, _ settings: BrainGenerator.Settings, geometry: Geometry, hasSkull: Bool
  ) throws(PhantomError) {
    var random = SplitMix(seed: seed, purpose: 1)
    pathology = settings.pathology(&random)
    self.hasSkull = hasSkull
    center = hasSkull ? HeadLayers.center : Point(0, 0, 0)
    rotation = Rotation.random(degrees: settings.rotation, random: &random)
    let most = settings.shift
    shift = Point(
      random.uniform(-most...most), random.uniform(-most...most), random.uniform(-most...most))
    let size = random.uniform(settings.scale)
    func axis(_ random: inout SplitMix) -> Double {
      1 / min(settings.scale.upperBound, size * random.uniform(0.96...1.04))
    }
    inverseScale = Point(axis(&random), axis(&random), axis(&random))
    warps = (0..<3).flatMap { _ in
      [
        (
          LatticeField(wavelength: 58, random: &random), Float(2.2 * settings.deformation)
        ),
        (
          LatticeField(wavelength: 17, random: &random), Float(0.9 * settings.deformation)
        ),
      ]
    }
    anatomy = BrainAnatomy(random: &random)
    layers = HeadLayers(random: &random)
    var lesionRandom = SplitMix(seed: seed, purpose: 2)
    let last = SIMD3<Double>(geometry.size &- SIMD3(1, 1, 1))
    let back = rotation.inverse
    let (center, shift, inverseScale) = (center, shift, inverseScale)
    lesions = try Lesions(of: pathology, in: anatomy, settings, random: &lesionRandom) { point in
      let offset = point - center
      let world =
        back(
          Point(offset.x / inverseScale.x, offset.y / inverseScale.y, offset.z / inverseScale.z))
        + shift
      let voxel = geometry.voxel(at: [world.x, world.y, world.z])
      return (0..<3).allSatisfy { voxel[$0] > 0 && voxel[$0] < last[$0] }
    }
  }

  /// The place in the brain's coordinates of a position of the world.
  @inline(__always)
  func place(_ world: Point, warp: Point) -> Point {
    let turned = rotation(world - shift) + warp
    return center
      + Point(
        turned.x * inverseScale.x, turned.y * inverseScale.y, turned.z * inverseScale.z)
  }

  /// Whether a place is so far out that only air can be there.
  func isEmpty(_ place: Point) -> Bool {
    if hasSkull {
      return abs(place.x) > 96 || abs(place.y) > 132 || place.z > 92
    }
    let x = place.x / 76
    let y = place.y / 98
    let z = (place.z - 2) / 78
    return x * x + y * y + z * z > 1
  }

  /// What fills a voxel.
  func sample(at place: Point, voxel width: Double) -> Sample {
    let found = anatomy.place(at: lesions.unpushed(place), voxel: width)
    var tissue = found.mixture
    let outside = tissue[.air]
    if hasSkull, outside > 0 {
      let layers = layers.mixture(at: place, depth: found.depth, voxel: width)
      tissue[.air] = 0
      tissue.parts += layers.parts * outside
    }
    guard outside < 1 else {
      return Sample(voxel: Lesions.Voxel(mixture: tissue), tissue: tissue)
    }
    let voxel = lesions.change(tissue, at: place, voxel: width)
    return Sample(voxel: voxel, tissue: tissue)
  }
}
