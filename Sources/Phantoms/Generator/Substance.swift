/// What a voxel can be filled with.
enum Substance: Int, CaseIterable, Sendable {
  case air
  /// Cerebrospinal fluid.
  case fluid
  /// The grey matter of cerebral and cerebellar cortex.
  case cortex
  /// Basal ganglia, thalamus, hippocampus and the other nuclei, which hold more myelin than cortex.
  case deepGrey
  case white
  /// Blood vessels and choroid plexus: what takes up contrast agent in health.
  case vessel
  /// Cortical bone.
  case bone
  case fat
  /// Muscle, skin and the other soft tissue outside of the skull.
  case muscle
  /// The necrotic core of a tumour.
  case necrosis
  case oedema
  /// Solid tumour that takes up no contrast agent.
  case nonEnhancing
  /// Solid tumour that takes up contrast agent.
  case enhancing
  /// A plaque of multiple sclerosis.
  case plaque
  /// Infarcted tissue.
  case infarct
  /// What an old infarct leaves: a hollow filled with fluid.
  case cavity

  /// The label in the truth of a case: tumours as in BraTS 2013, 0 for what is healthy.
  var label: UInt16 {
    switch self {
    case .necrosis: 1
    case .oedema: 2
    case .nonEnhancing: 3
    case .enhancing: 4
    case .plaque: 5
    case .infarct, .cavity: 6
    default: 0
    }
  }

  /// The substances that a brain is made of in health.
  static let brain: [Substance] = [.fluid, .cortex, .deepGrey, .white, .vessel]
  /// The substances of brain tissue proper.
  static let parenchyma: [Substance] = [.cortex, .deepGrey, .white]
  /// What only disease makes.
  static let diseased: [Substance] = allCases.filter { $0.label != 0 }
}

/// The parts of a voxel that substances fill; they sum to 1.
struct Mixture: Sendable {
  /// One part for each ``Substance``, by its raw value.
  var parts: SIMD16<Float>

  /// A voxel full of one substance.
  init(_ substance: Substance) {
    parts = .zero
    parts[substance.rawValue] = 1
  }

  subscript(_ substance: Substance) -> Float {
    get { parts[substance.rawValue] }
    set { parts[substance.rawValue] = newValue }
  }

  /// Weights that pick out some substances.
  static func weights(_ substances: [Substance]) -> SIMD16<Float> {
    var weights = SIMD16<Float>.zero
    for substance in substances { weights[substance.rawValue] = 1 }
    return weights
  }

  /// Turns a part of some substances into another.
  ///
  /// - Parameter fractions: the part of each substance that turns, 0 to 1.
  mutating func turn(_ fractions: SIMD16<Float>, into substance: Substance) {
    let taken = parts * fractions
    parts -= taken
    parts[substance.rawValue] += taken.sum()
  }

  /// The sum of the parts that `weights` picks out.
  func total(_ weights: SIMD16<Float>) -> Float { (parts * weights).sum() }

  /// The substance among `candidates` that fills the most; the first of equals.
  func largest(of candidates: [Substance]) -> Substance {
    var best = candidates[0]
    for candidate in candidates.dropFirst() where self[candidate] > self[best] {
      best = candidate
    }
    return best
  }
}
