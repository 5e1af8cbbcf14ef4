import Basics

/// The ventricles and the grey nuclei around them, for the right half; the left is its mirror image.
struct InnerBrain: Sendable {
  /// The lateral ventricle from its frontal horn to its occipital and temporal ones.
  let lateralVentricle: [Capsule]
  private let chambers: [Capsule]
  private let plexus: Capsule
  private let ellipsoids: [Ellipsoid]
  private let rods: [Capsule]

  init(atrophy: Double, random: inout SplitMix) {
    let swelling = random.uniform(-1...1.6) + 5 * atrophy
    let lift = random.uniform(-2...2)
    let spread = random.uniform(0...2) + 2 * atrophy
    func chamber(_ a: Point, _ b: Point, _ r: Double, _ s: Double) -> Capsule {
      Capsule(a, b, radius: max(0.4, r + swelling), endRadius: max(0.4, s + swelling))
    }
    let body = Point(8 + spread, 10, 14 + lift)
    let trigone = Point(24 + spread, -40, 4 + lift)
    lateralVentricle = [
      chamber(Point(9 + spread, 33, 3 + lift), body, 3.6, 4),
      chamber(body, Point(13 + spread, -22, 16 + lift), 4, 4.2),
      chamber(Point(13 + spread, -22, 16 + lift), trigone, 4.2, 6),
      chamber(trigone, Point(17 + spread, -62, 2 + lift), 4.8, 2.2),
      chamber(trigone, Point(32, -6, -24), 3.2, 2.2),
    ]
    chambers =
      lateralVentricle + [
        Capsule(Point(0, 4, -4), Point(0, -18, 0), radius: 1.2 + max(0, 0.5 * swelling)),
        Capsule(Point(0, -18, 0), Point(0, -33, -24), radius: 0.9),
        Capsule(
          Point(0, -33, -24), Point(0, -40, -40), radius: 2.8 + max(0, 0.3 * swelling), endRadius: 2
        ),
      ]
    plexus = Capsule(
      Point(14 + spread, -26, 14 + lift), Point(24 + spread, -39, 3 + lift), radius: 1.7)
    ellipsoids = [
      Ellipsoid(Point(25 + spread, 5, 0), radii: Point(5.5, 17, 9)),  // putamen
      Ellipsoid(Point(18 + spread, 0, -1), radii: Point(4, 9, 6)),  // pallidum
      Ellipsoid(Point(10.5 + 0.5 * spread, -14, 4), radii: Point(8, 15, 8)),  // thalamus
      Ellipsoid(Point(5, -26, -17), radii: Point(4, 4, 5)),  // midbrain's nuclei
      Ellipsoid(Point(14, -48, -36), radii: Point(6, 5, 4)),  // dentate nucleus
      Ellipsoid(Point(25, 14, -25), radii: Point(7, 7, 7)),  // amygdala
    ]
    rods = [
      // The caudate nucleus: its head beside the frontal horn, its body along the ventricle.
      Capsule(
        Point(13 + spread, 22, 6 + lift), Point(15 + spread, 6, 14 + lift), radius: 6, endRadius: 4),
      Capsule(
        Point(15 + spread, 6, 14 + lift), Point(20 + spread, -20, 16 + lift), radius: 3.5,
        endRadius: 2),
      // The hippocampus, beneath the temporal horn.
      Capsule(Point(27, 2, -29), Point(27, -28, -14), radius: 4.5, endRadius: 3.5),
    ]
  }

  /// The part of a voxel that the ventricles fill.
  func ventricles(_ half: Point, width: Double) -> Double {
    guard half.x < 60, half.y > -90, half.z > -50 else { return 0 }
    let wall = chambers.reduce(Double.infinity) {
      min($0, $1.distance(half))
    }
    return coverage(-wall, width: width)
  }

  /// The part of white matter that is nuclei instead.
  func nuclei(_ half: Point, width: Double) -> Double {
    guard half.x < 40, half.y > -60, half.y < 40, half.z > -46, half.z < 30 else { return 0 }
    let softness = width + 1
    var part = 0.0
    for ellipsoid in ellipsoids {
      part = max(part, coverage(-ellipsoid.distance(half), width: softness))
    }
    for rod in rods { part = max(part, coverage(-rod.distance(half), width: softness)) }
    return part
  }

  /// The part of fluid that is choroid plexus instead.
  func choroidPlexus(_ half: Point, width: Double) -> Double {
    guard half.x < 40 else { return 0 }
    return coverage(-plexus.distance(half), width: width)
  }
}
