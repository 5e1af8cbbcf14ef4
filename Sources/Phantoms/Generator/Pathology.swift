import Basics

/// What a brain suffers from.
public enum Pathology: String, CaseIterable, Codable, Sendable {
  /// One or more gliomas.
  case glioma
  /// Multiple sclerosis: a few to very many plaques.
  case ms
  /// Infarcts of arterial territories and lacunes.
  case infarct
  /// A healthy brain.
  case none
}

/// The lesions of a case, in the brain's coordinates.
struct Lesions: Sendable {
  private(set) var tumours: [Tumour] = []
  private(set) var plaques: [Plaque] = []
  private(set) var infarcts: [Infarct] = []
  private var plaqueBins: LesionBins

  /// What a voxel holds, and what its appearance depends on besides.
  struct Voxel {
    var mixture: Mixture
    /// The part that takes up contrast agent although its substance does not in general.
    var enhancement: Float = 0
    /// The part of plaque that looks like fluid.
    var hollow: Float = 0
  }

  /// Places the lesions.
  ///
  /// - Parameter isSeen: whether a point of the brain lies on the grid.
  /// - Throws: ``PhantomError/noRoom(placed:wanted:)`` where not even one lesion finds a place.
  init(
    of pathology: Pathology, in anatomy: BrainAnatomy, _ settings: BrainGenerator.Settings,
    random: inout SplitMix, isSeen: @escaping (Point) -> Bool
  ) throws(PhantomError) {
    let placement = LesionPlacement(anatomy: anatomy, settings: settings, isSeen: isSeen)
    let wanted: Int
    switch pathology {
    case .glioma:
      wanted = random.integer(settings.tumours)
      tumours = placement.tumours(wanted, random: &random)
    case .ms:
      // Few plaques are more common than many.
      let u = random.uniform(0...1)
      let range = settings.plaques
      wanted =
        range.lowerBound + Int(u * u * Double(range.upperBound - range.lowerBound) + 0.5)
      plaques = placement.plaques(wanted, random: &random)
    case .infarct:
      wanted = random.integer(settings.infarcts)
      infarcts = placement.infarcts(wanted, random: &random)
    case .none: wanted = 0
    }
    plaqueBins = LesionBins(plaques.map { ($0.shape.center, $0.reach) })
    if wanted > 0, tumours.isEmpty, plaques.isEmpty, infarcts.isEmpty {
      throw .noRoom(placed: 0, wanted: wanted)
    }
  }

  /// Where the tissue that is now at a point would be without the tumours.
  func unpushed(_ point: Point) -> Point {
    var point = point
    for tumour in tumours { point = tumour.unpushed(point) }
    return point
  }

  /// What the lesions make of a voxel.
  func change(_ healthy: Mixture, at point: Point, voxel width: Double) -> Voxel {
    var voxel = Voxel(mixture: healthy)
    for tumour in tumours
    where (tumour.shape.center - point).squaredLength < tumour.reach * tumour.reach {
      tumour.change(&voxel.mixture, at: point, voxel: width)
    }
    if !plaques.isEmpty {
      plaqueBins.forEach(at: point) { index in
        let (active, hollow) = plaques[index].change(&voxel.mixture, at: point, voxel: width)
        voxel.enhancement += active
        voxel.hollow += hollow
      }
    }
    for infarct in infarcts {
      let (center, radius) = infarct.bounds
      if (center - point).squaredLength < radius * radius {
        voxel.enhancement += infarct.change(&voxel.mixture, at: point, voxel: width)
      }
    }
    return voxel
  }
}
