internal import Basics
internal import Phantoms

/// How far plaques stand out from the tissue of a scan, in spreads of its healthy intensities.
enum PlaqueContrast {
  /// One contrast for each scan, by chance: bright in T2 and FLAIR, dark in T1; with contrast agent
  /// dark too, and now and then bright, as active plaques are.
  static func all(_ modalities: [BrainModality], random: inout SplitMix) -> [Double] {
    let (flair, t2) = (random.uniform(0.9, 2.6), random.uniform(0.8, 2.2))
    let t1 = random.uniform(-1.4, -0.3)
    let t1c = random.chance(0.15) ? random.uniform(0.8, 2) : t1
    return modalities.map { modality in
      switch modality {
      case .t1n: t1
      case .t1c: t1c
      case .t2w: t2
      case .t2f: flair
      }
    }
  }
}
