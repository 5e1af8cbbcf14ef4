internal import Basics
import Volumes

/// The brain and its lesions on a grid, without the imaging.
struct Scene: Sendable {
  private let geometry: Geometry
  private let anatomy: HeadAnatomy
  private let lesions: [Lesion]
  /// The mean extent of a voxel in millimetres.
  private let width: Double

  init(
    _ parameters: BrainPhantom.Parameters, geometry: Geometry, random: inout SplitMix
  ) throws(PhantomError) {
    self.geometry = geometry
    let spacing = geometry.spacing
    width = (spacing.x + spacing.y + spacing.z) / 3
    anatomy = HeadAnatomy(random: &random)
    var placed: [Lesion] = []
    for index in 0..<parameters.lesions {
      guard
        let lesion = Scene.place(
          index, among: placed, in: anatomy, geometry: geometry, random: &random)
      else { throw .noRoom(placed: index, wanted: parameters.lesions) }
      placed.append(lesion)
    }
    lesions = placed
  }

  /// Finds a lesion's centre in white matter inside the grid, away from the other lesions.
  private static func place(
    _ index: Int, among others: [Lesion], in anatomy: HeadAnatomy, geometry: Geometry,
    random: inout SplitMix
  ) -> Lesion? {
    let last = SIMD3<Double>(geometry.size &- SIMD3(1, 1, 1))
    for _ in 0..<5000 {
      // The first is large, the others are its satellites.
      let radius = index == 0 ? random.uniform(11...19) : random.uniform(4...10)
      let center = Point(
        random.uniform(-50...50), random.uniform(-62...62), random.uniform(-20...50))
      let voxel = geometry.voxel(at: [center.x, center.y, center.z])
      let margin = SIMD3(repeating: radius) / geometry.spacing
      guard (0..<3).allSatisfy({ voxel[$0] > margin[$0] && voxel[$0] < last[$0] - margin[$0] }),
        others.allSatisfy({ ($0.center - center).length > 2 * ($0.radius + radius) }),
        anatomy.tissues(at: center, voxel: 1).white > 0.9,
        Scene.isInside(center, radius: radius, anatomy)
      else { continue }
      return Lesion(center: center, radius: radius, random: &random)
    }
    return nil
  }

  /// Whether the ends of a lesion along the axes are in the brain.
  private static func isInside(_ center: Point, radius: Double, _ anatomy: HeadAnatomy) -> Bool {
    let ends = [
      Point(radius, 0, 0), Point(-radius, 0, 0), Point(0, radius, 0), Point(0, -radius, 0),
      Point(0, 0, radius), Point(0, 0, -radius),
    ]
    return ends.allSatisfy { anatomy.tissues(at: center + $0, voxel: 1).total > 0.9 }
  }

  /// The position of a voxel.
  func position(_ i: Int, _ j: Int, _ k: Int) -> Point {
    let origin = geometry.affine.origin
    return Point(
      origin.x + geometry.affine.i.x * Double(i), origin.y + geometry.affine.j.y * Double(j),
      origin.z + geometry.affine.k.z * Double(k))
  }

  /// What fills a voxel; tissue and lesions together sum to at most 1.
  func mix(at point: Point) -> (TissueMix, LesionMix) {
    let home = lesions.reduce(point) { $1.unpushed($0) }
    var tissue = anatomy.tissues(at: home, voxel: width)
    let total = tissue.total
    guard total > 0 else { return (tissue, LesionMix()) }
    var mix = LesionMix()
    for lesion in lesions {
      let room = 1 - mix.total
      let part = lesion.compartments(at: point, whiteness: tissue.white / total, voxel: width)
      mix.necrosis += room * part.necrosis
      mix.enhancing += room * part.enhancing
      mix.oedema += room * part.oedema
    }
    let healthy = 1 - mix.total
    mix.necrosis *= total
    mix.enhancing *= total
    mix.oedema *= total
    tissue.fluid *= healthy
    tissue.grey *= healthy
    tissue.white *= healthy
    tissue.vessel *= healthy
    return (tissue, mix)
  }

  /// The compartment that fills the most of a voxel that is more lesion than not.
  static func label(_ tissue: TissueMix, _ lesion: LesionMix) -> UInt16 {
    guard lesion.total > tissue.total, lesion.total + tissue.total > 0.5 else { return 0 }
    if lesion.enhancing >= max(lesion.necrosis, lesion.oedema) { return 3 }
    return lesion.necrosis >= lesion.oedema ? 1 : 2
  }
}
