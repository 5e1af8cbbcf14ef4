import Basics

/// What lies around the brain: bone with marrow, muscle, fat, skin, the eyes and the air of the
/// sinuses. In the brain's coordinates.
struct HeadLayers: Sendable {
  private let boneThickness: Double
  private let scalpThickness: Double
  private let skinThickness: Double
  private let patches: SmoothNoise
  private let texture: SmoothNoise

  /// Half the extent that holds every head, around ``center``, in millimetres.
  static let halfExtent = Point(98, 122, 112)
  static let center = Point(0, 8, -14)

  init(random: inout SplitMix) {
    boneThickness = random.uniform(4.5...9)
    scalpThickness = random.uniform(4...10)
    skinThickness = random.uniform(1.2...2.2)
    patches = SmoothNoise(wavelength: 26, random: &random)
    texture = SmoothNoise(wavelength: 11, random: &random)
  }

  /// What fills a point outside of the brain.
  ///
  /// - Parameter depth: beneath the skull's inner surface, so negative.
  func mixture(at point: Point, depth: Double, voxel width: Double) -> Mixture {
    let half = Point(abs(point.x), point.y, point.z)
    let distance = -depth
    let grown = boneThickness + scalpThickness
    let vault = -Ellipsoid(
      Point(0, 0, 4), radii: Point(67 + grown, 86 + grown, 63 + grown)
    ).distance(half)
    let neck = -Capsule(Point(0, -22, -60), Point(0, -26, -170), radius: 60).distance(half)
    let face = -Ellipsoid(Point(0, 40, -74), radii: Point(60, 60, 72)).distance(half)
    let nose = -Capsule(Point(0, 98, -42), Point(0, 112, -72), radius: 8, endRadius: 14)
      .distance(half)
    let head = smoothMaximum(
      smoothMaximum(vault, face, blend: 16),
      smoothMaximum(neck, nose, blend: 1), blend: 20)
    let inside = coverage(head, width: width)
    guard inside > 0 else { return Mixture(.air) }

    var mix = Mixture(.muscle)
    let eye = -Ellipsoid(Point(32, 78, -30), radii: Point(12, 12, 12)).distance(half)
    let patch = patches(point)
    if distance < boneThickness {
      // The spongy middle of the bone holds marrow.
      let middle = 1 - abs(distance / boneThickness - 0.5) * 2
      let marrow = Float(max(0, min(1, 2.2 * middle - 0.7 + 0.5 * patch)) * 0.75)
      mix = Mixture(.bone)
      mix[.bone] = 1 - marrow
      mix[.fat] = marrow
    } else if eye > -10 {
      mix = Mixture(.fat)
      let globe = Float(coverage(eye, width: width))
      mix[.fluid] = globe
      mix[.fat] = 1 - globe
    } else if hasAir(half, patch) {
      mix = Mixture(.air)
    } else if head > 12 {
      // Muscle, fat and bone of the face and the base of the skull.
      let fine = texture(point)
      let fat = Float(coverage(fine - 0.12, width: 0.25))
      let bone = Float(coverage(patch - 0.2 - 0.3 * fine, width: 0.15)) * (1 - fat)
      mix[.fat] = fat * 0.8
      mix[.bone] = bone
      mix[.muscle] = 1 - fat * 0.8 - bone
    }
    if head < scalpThickness + 1.5 * patch {
      // Skin over fat, with the galea and the temporal muscle beneath.
      let fat = Float(
        coverage(head - skinThickness, width: width)
          * coverage(scalpThickness * 0.75 + 1.5 * patch - head, width: width + 1))
      let old = mix
      mix = Mixture(.fat)
      mix[.fat] = fat
      mix[.muscle] = 1 - fat
      if distance < boneThickness { mix = old }
      if head < skinThickness { mix = Mixture(.muscle) }
    }
    mix.turn(SIMD16(repeating: Float(1 - inside)), into: .air)
    return mix
  }

  /// Whether a point lies in the frontal, ethmoid or maxillary sinus, the nose, the mouth's upper
  /// airway or the mastoid cells.
  private func hasAir(_ half: Point, _ patch: Double) -> Bool {
    let wall = 0.18 * patch
    func isIn(_ center: Point, _ radii: Point) -> Bool {
      let offset = half - center
      let x = offset.x / radii.x
      let y = offset.y / radii.y
      let z = offset.z / radii.z
      return x * x + y * y + z * z < 1 + 4 * wall
    }
    return isIn(Point(8, 84, -20), Point(12, 9, 12)) || isIn(Point(24, 64, -58), Point(12, 15, 14))
      || isIn(Point(5, 66, -52), Point(5, 30, 22)) || isIn(Point(0, 14, -44), Point(11, 11, 9))
      || isIn(Point(0, 10, -90), Point(11, 8, 40))
      || (isIn(Point(56, -22, -44), Point(9, 13, 13)) && patch > -0.1)
  }
}
