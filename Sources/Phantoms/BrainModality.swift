import Basics

/// The four MRI scans of a glioma protocol, named as in the BraTS challenges.
public enum BrainModality: String, CaseIterable, Codable, Sendable {
  /// T1-weighted, native.
  case t1n
  /// T1-weighted after contrast agent.
  case t1c
  /// T2-weighted.
  case t2w
  /// T2-weighted with the fluid's signal suppressed (FLAIR).
  case t2f
}

/// The signal of each tissue in one modality, in units of white matter's signal.
struct Contrast: Sendable {
  var fluid: Double
  var grey: Double
  var white: Double
  var vessel: Double
  var necrosis: Double
  var oedema: Double
  var enhancing: Double

  /// Typical of 1.5 to 3 tesla.
  static func typical(of modality: BrainModality) -> Contrast {
    switch modality {
    case .t1n:
      Contrast(
        fluid: 0.28, grey: 0.72, white: 1, vessel: 0.45, necrosis: 0.45, oedema: 0.72,
        enhancing: 0.72)
    case .t1c:
      Contrast(
        fluid: 0.28, grey: 0.75, white: 1, vessel: 1.6, necrosis: 0.48, oedema: 0.72,
        enhancing: 1.6)
    case .t2w:
      Contrast(
        fluid: 2.7, grey: 1.35, white: 1, vessel: 1.2, necrosis: 2.2, oedema: 1.85,
        enhancing: 1.6)
    case .t2f:
      Contrast(
        fluid: 0.3, grey: 1.2, white: 1, vessel: 0.7, necrosis: 1.25, oedema: 1.95,
        enhancing: 1.6)
    }
  }

  /// The same with each tissue off by up to 6 %, lesions by up to 12 %, as scanners differ.
  func varied(_ random: inout SplitMix) -> Contrast {
    var contrast = self
    contrast.fluid *= random.uniform(0.94...1.06)
    contrast.grey *= random.uniform(0.94...1.06)
    contrast.vessel *= random.uniform(0.88...1.12)
    contrast.necrosis *= random.uniform(0.88...1.12)
    contrast.oedema *= random.uniform(0.88...1.12)
    contrast.enhancing *= random.uniform(0.88...1.12)
    return contrast
  }

  func signal(_ tissue: TissueMix, _ lesion: LesionMix) -> Double {
    let healthy =
      fluid * tissue.fluid + grey * tissue.grey + white * tissue.white + vessel * tissue.vessel
    let diseased =
      necrosis * lesion.necrosis + oedema * lesion.oedema + enhancing * lesion.enhancing
    return healthy + diseased
  }
}
