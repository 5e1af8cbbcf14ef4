internal import Basics
public import Parallel
public import Volumes

/// Synthesises brain MRI to train networks on: any number of cases, each from its seed alone.
///
/// A case is a random head (``BrainCase/tissues``), a pathology (``BrainCase/labels``), and up to
/// four scans of it. The same settings and seed give the same bits for any number of threads. It is
/// modelled, with sources, in docs/phantoms.md.
public struct BrainGenerator: Sendable {
  /// What to synthesise.
  public let settings: Settings
  /// The grid of the cases, unless slices have one of their own.
  public let geometry: Geometry

  /// - Throws: ``PhantomError/invalidParameter(name:found:expected:)``.
  public init(_ settings: Settings = Settings()) throws(PhantomError) {
    try settings.check()
    self.settings = settings
    var grid = BrainPhantom.Parameters()
    grid.size = settings.size
    grid.spacing = settings.spacing
    let head = HeadLayers.halfExtent * 2
    geometry = try grid.geometry(extent: settings.skull > 0 ? head : HeadAnatomy.extent)
  }

  /// Makes a case.
  ///
  /// - Parameter seed: chooses everything that the settings leave open.
  /// - Throws: ``PhantomError/noRoom(placed:wanted:)`` where no lesion finds a place on the grid.
  public func makeCase(
    seed: UInt64, workers: Workers = .all
  ) throws(PhantomError) -> BrainCase {
    var random = SplitMix(seed: seed, purpose: 0)
    let hasSkull = random.chance(settings.skull)
    let isRandomized = random.chance(settings.randomContrast)
    let patient = Substance.allCases.map { _ in random.uniform(0...1) }
    let nativeSlices =
      settings.sliceGrid == .native
      ? Acquisition.slices(settings, spacing: geometry.spacing, random: &random) : nil
    let scene = try BrainScene(
      seed: seed, settings, geometry: geometry, hasSkull: hasSkull)
    let acquisitions = settings.modalities.map {
      Acquisition(
        $0, seed: seed, settings, isRandomized: isRandomized, patient: patient,
        nativeSlices: nativeSlices, spacing: geometry.spacing)
    }
    let affine = geometry.affine
    let grid = Acquisition.Grid(
      origin: affine.origin, step: [affine.i.x, affine.j.y, affine.k.z], size: geometry.size)
    var picture = Picture(scene, acquisitions, on: grid, workers: workers)

    var target = geometry
    if let nativeSlices {
      target = try Self.geometry(grid.sliced(nativeSlices))
      picture.slice(nativeSlices, size: grid.size, workers: workers)
    }
    var channels: [Volume] = []
    for (index, acquisition) in acquisitions.enumerated() {
      let samples = acquisition.measure(
        picture.signals[index], on: grid, brain: hasSkull ? nil : picture.brain,
        workers: workers)
      picture.signals[index] = []
      channels.append(Self.fitting { try Volume(geometry: target, samples: samples) })
    }
    return BrainCase(
      channels: channels, modalities: settings.modalities,
      labels: Self.fitting {
        try LabelMap(geometry: target, voxels: picture.labels, table: BrainCase.labelTable)
      },
      tissues: Self.fitting {
        try LabelMap(geometry: target, voxels: picture.tissues, table: BrainCase.tissueTable)
      },
      pathology: scene.pathology, hasSkull: hasSkull, hasRandomContrast: isRandomized)
  }

  private static func geometry(_ grid: Acquisition.Grid) throws(PhantomError) -> Geometry {
    do {
      return try Geometry(
        size: grid.size,
        affine: Affine(
          i: [grid.step.x, 0, 0], j: [0, grid.step.y, 0], k: [0, 0, grid.step.z],
          origin: grid.origin))
    } catch {
      throw .invalidParameter(name: "grid", found: "\(error)", expected: "another size")
    }
  }

  private static func fitting<Value>(_ make: () throws -> Value) -> Value {
    do {
      return try make()
    } catch {
      preconditionFailure("arrays made for this grid fit it: \(error)")
    }
  }
}
