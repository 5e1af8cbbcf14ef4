import Basics

/// Finds places for lesions where each kind occurs.
struct LesionPlacement {
  let anatomy: BrainAnatomy
  let settings: BrainGenerator.Settings
  /// Whether a point of the brain lies on the grid.
  let isSeen: (Point) -> Bool

  init(
    anatomy: BrainAnatomy, settings: BrainGenerator.Settings, isSeen: @escaping (Point) -> Bool
  ) {
    self.anatomy = anatomy
    self.settings = settings
    self.isSeen = isSeen
  }

  private func mixture(_ point: Point) -> Mixture { anatomy.place(at: point, voxel: 1).mixture }

  private static func side(_ random: inout SplitMix) -> Double { random.chance(0.5) ? 1 : -1 }

  /// A random direction.
  private static func direction(_ random: inout SplitMix) -> Point {
    while true {
      let point = Point(
        random.uniform(-1...1), random.uniform(-1...1), random.uniform(-1...1))
      let length = point.length
      if length < 1, length > 0.1 { return point * (1 / length) }
    }
  }

  // MARK: Gliomas

  /// Centres in white matter of the hemispheres, apart from each other; the first is the largest.
  func tumours(_ count: Int, random: inout SplitMix) -> [Tumour] {
    var placed: [Tumour] = []
    let grade: Tumour.Grade =
      random.chance(0.55) ? .ring : random.chance(0.5) ? .solid : .infiltrating
    for index in 0..<count {
      for _ in 0..<3000 {
        let range = settings.tumourRadius
        let u = random.uniform(0...1)
        let span = range.upperBound - range.lowerBound
        let radius = range.lowerBound + span * (index == 0 ? u : 0.5 * u * u)
        let center = Point(
          random.uniform(-54...54), random.uniform(-66...66), random.uniform(-30...52))
        guard isSeen(center), mixture(center)[.white] > 0.8,
          placed.allSatisfy({
            ($0.shape.center - center).length > 1.3 * ($0.shape.radius + radius)
          }),
          isMostlyInside(center, radius: radius)
        else { continue }
        let margins: [LesionMargin] = [.smooth, .lobulated, .lobulated, .spiculated]
        let shape = LesionShape(
          center: center, radius: radius, margin: margins[random.integer(0...3)],
          elongation: 1.35, roughness: random.uniform(0.25...0.6), random: &random)
        placed.append(Tumour(shape: shape, grade: grade, random: &random))
        break
      }
    }
    return placed
  }

  /// Whether at least five of the six ends of a lesion along the axes are in the brain: tumours may
  /// reach the surface, but do not hang over it.
  private func isMostlyInside(_ center: Point, radius: Double) -> Bool {
    let r = 0.9 * radius
    let ends = [
      Point(r, 0, 0), Point(-r, 0, 0), Point(0, r, 0), Point(0, -r, 0), Point(0, 0, r),
      Point(0, 0, -r),
    ]
    return ends.count { mixture(center + $0)[.air] < 0.1 } >= 5
  }

  // MARK: Multiple sclerosis

  /// Plaques around the ventricles (their long axis away from the wall: Dawson's fingers), beneath
  /// the cortex, anywhere in white matter, and below the tentorium.
  func plaques(_ count: Int, random: inout SplitMix) -> [Plaque] {
    var placed: [Plaque] = []
    // Some patients have larger plaques than others.
    let load = random.uniform(0.6...1.3)
    for _ in 0..<count {
      let choice = random.uniform(0...1)
      for _ in 0..<200 {
        let u = random.uniform(0...1)
        let range = settings.plaqueRadius
        let radius = max(
          range.lowerBound,
          load * (range.lowerBound + (range.upperBound - range.lowerBound) * u * u * u))
        guard let (center, axis) = site(choice, radius: radius, random: &random), isSeen(center)
        else { continue }
        let long = random.uniform(1.05...1.9)
        let short = (1 / long).squareRoot()
        let shape = LesionShape(
          center: center, radius: radius, margin: random.chance(0.85) ? .smooth : .lobulated,
          roughness: random.uniform(0.15...0.45), stretch: Point(long, short, short),
          rotation: Rotation(xAxisTo: axis).inverse, random: &random)
        placed.append(
          Plaque(
            shape: shape, isActive: random.chance(0.08),
            hollow: random.chance(0.35) ? random.uniform(0.3...0.9) : 0))
        break
      }
    }
    return placed
  }

  /// A plaque's centre and the direction of its long axis, or nil where the throw missed.
  private func site(
    _ choice: Double, radius: Double, random: inout SplitMix
  ) -> (center: Point, axis: Point)? {
    if choice < 0.5 {
      let rod = anatomy.inner.lateralVentricle[random.integer(0...4)]
      let onAxis = rod.start + (rod.end - rod.start) * random.uniform(0...1)
      let direction = Self.direction(&random)
      let wall = min(rod.startRadius, rod.endRadius)
      let half = onAxis + direction * (wall + radius * random.uniform(0.5...1.1))
      guard half.x > 2 else { return nil }
      let side = Self.side(&random)
      let center = Point(side * half.x, half.y, half.z)
      guard mixture(center)[.white] > 0.6 else { return nil }
      return (center, Point(side * direction.x, direction.y, direction.z))
    }
    let isBelow = choice > 0.93
    let center =
      isBelow
      ? Point(random.uniform(-28...28), random.uniform(-66...(-6)), random.uniform(-58...(-18)))
      : Point(random.uniform(-58...58), random.uniform(-72...72), random.uniform(-34...58))
    let here = mixture(center)
    if choice < 0.72 {
      // Where white matter borders on cortex.
      guard here[.white] > 0.15, here[.cortex] > 0.15 else { return nil }
    } else {
      guard here[.white] > 0.9 else { return nil }
    }
    return (center, Self.direction(&random))
  }

  // MARK: Infarcts

  /// Wedges of the great arteries' territories, and lacunes in the nuclei and deep white matter.
  func infarcts(_ count: Int, random: inout SplitMix) -> [Infarct] {
    var placed: [Infarct] = []
    for _ in 0..<count {
      let isWedge = random.chance(0.6)
      let age = Infarct.Age.allCases[random.integer(0...2)]
      for _ in 0..<500 {
        guard
          let territory = isWedge ? wedge(random: &random) : lacune(random: &random)
        else { continue }
        placed.append(Infarct(territory: territory, age: age, random: &random))
        break
      }
    }
    return placed
  }

  /// A wedge whose tip lies deep in white matter and whose axis leads out to the nearby surface.
  private func wedge(random: inout SplitMix) -> Infarct.Territory? {
    let tip = Point(
      random.uniform(-48...48), random.uniform(-62...58), random.uniform(-46...40))
    guard mixture(tip).total(Mixture.weights(Substance.parenchyma)) > 0.9 else { return nil }
    // Outwards, and never across the midline.
    let outward = Point(tip.x, tip.y * 0.7, tip.z < -20 ? tip.z * 0.6 : (tip.z - 5) * 0.8)
    let noise = Self.direction(&random)
    let toward = outward * (1 / max(1, outward.length)) + noise * 0.45
    let axis = toward * (1 / max(0.01, toward.length))
    // To the surface along the axis.
    var length = 4.0
    while length < 70, anatomy.place(at: tip + axis * length, voxel: 1).depth > 0 { length += 2 }
    guard length > 12, length < 60, isSeen(tip + axis * (0.6 * length)) else { return nil }
    return .wedge(
      tip: tip, axis: axis, slope: random.uniform(0.25...0.9), length: length + 4)
  }

  private func lacune(random: inout SplitMix) -> Infarct.Territory? {
    let center = Point(
      random.uniform(-34...34), random.uniform(-36...36), random.uniform(-34...28))
    let here = mixture(center)
    guard here[.deepGrey] + here[.white] > 0.9, isSeen(center) else { return nil }
    return .lacune(
      LesionShape(
        center: center, radius: random.uniform(2...8), margin: .smooth, elongation: 1.5,
        roughness: 0.4, random: &random))
  }
}
