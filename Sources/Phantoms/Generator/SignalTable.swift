import Basics

/// The signal of each substance in one channel of one case, in units of white matter's.
struct SignalTable: Sendable {
  /// The mean signal of each ``Substance``.
  var means = SIMD16<Float>.zero
  /// How much the signal varies from place to place within each substance.
  var deviations = SIMD16<Float>.zero
  /// What contrast agent adds where a plaque or an infarct takes it up.
  var enhancement: Float = 0

  /// Where white matter's signal is about 1; ranges over scanners, sequences and patients.
  ///
  /// In the order of ``Substance``: air, fluid, cortex, deep grey, white, vessel, bone, fat, muscle;
  /// necrosis, oedema, non-enhancing, enhancing, plaque, infarct, cavity.
  private static func ranges(_ modality: BrainModality) -> [ClosedRange<Double>] {
    switch modality {
    case .t1n:
      [
        0...0, 0.2...0.5, 0.64...0.9, 0.78...0.95, 1...1, 0.25...0.6, 0.06...0.22, 1.5...2.7,
        0.45...0.8, 0.35...0.85, 0.62...0.92, 0.55...0.88, 0.6...0.98, 0.5...0.88, 0.55...0.88,
        0.22...0.5,
      ]
    case .t1c:
      [
        0...0, 0.2...0.5, 0.66...0.92, 0.8...0.96, 1...1, 1.3...2.4, 0.06...0.22, 1.5...2.7,
        0.5...0.95, 0.32...0.85, 0.6...0.92, 0.55...0.9, 1.12...2.2, 0.5...0.88, 0.55...0.88,
        0.22...0.5,
      ]
    case .t2w:
      [
        0...0, 2.2...4.2, 1.22...1.65, 1...1.25, 1...1, 0.3...0.9, 0.08...0.28, 1.1...2.4,
        0.35...0.75, 1.6...3.2, 1.55...2.6, 1.5...2.6, 1.2...2.1, 1.5...2.6, 1.35...2.3,
        2...3.8,
      ]
    case .t2f:
      [
        0...0, 0.1...0.5, 1.05...1.42, 1...1.22, 1...1, 0.3...0.9, 0.06...0.22, 0.9...2.2,
        0.4...0.85, 0.6...2.2, 1.5...2.5, 1.4...2.5, 1.2...2.1, 1.38...2, 1.3...2.2, 0.25...0.8,
      ]
    }
  }

  /// The contrast of an ordinary sequence.
  ///
  /// - Parameters:
  ///   - variation: how much of the ranges is used: 0 always takes their middle, 1 all of them.
  ///   - patient: a number from 0 to 1 for each substance, which all channels of a case share: what
  ///     is dark for its kind in T1 is so after contrast agent too.
  static func ordinary(
    _ modality: BrainModality, variation: Double, patient: [Double], random: inout SplitMix
  ) -> SignalTable {
    var table = SignalTable()
    // Inversion time or echo time moves fluid and grey matter together.
    let sequence = random.uniform(0...1)
    for substance in Substance.allCases {
      let range = ranges(modality)[substance.rawValue]
      let own = random.uniform(0...1)
      let place: Double
      switch substance {
      case .fluid, .cortex, .deepGrey: place = 0.65 * sequence + 0.35 * own
      default: place = 0.6 * patient[substance.rawValue] + 0.4 * own
      }
      let t = 0.5 + variation * (place - 0.5)
      let mean = range.lowerBound + (range.upperBound - range.lowerBound) * t
      let unevenness: Double
      switch substance {
      case .air: unevenness = 0
      case .fluid, .cortex, .deepGrey, .white: unevenness = random.uniform(0.015...0.05)
      case .vessel, .bone, .fat, .muscle: unevenness = random.uniform(0.08...0.2)
      default: unevenness = random.uniform(0.04...0.12)
      }
      table.means[substance.rawValue] = Float(mean)
      table.deviations[substance.rawValue] = Float(mean * unevenness)
    }
    table.enhancement = modality == .t1c ? Float(random.uniform(0.3...1)) : 0
    return table
  }

  /// A contrast drawn at random, whatever the modality: Gaussian mixtures of random means and
  /// deviations (SynthSeg, Billot et al. 2023).
  ///
  /// Lesions differ from white matter by at least 0.25 of white matter's usual signal, so that there
  /// is something to learn.
  static func randomized(random: inout SplitMix) -> SignalTable {
    var table = SignalTable()
    func draw(_ random: inout SplitMix) -> Double { random.uniform(0.08...2.5) }
    for substance in Substance.allCases {
      table.means[substance.rawValue] = Float(draw(&random))
      table.deviations[substance.rawValue] = Float(random.uniform(0.01...0.22))
    }
    let white = table.means[Substance.white.rawValue]
    for substance in Substance.diseased {
      while abs(table.means[substance.rawValue] - white) < 0.25 {
        table.means[substance.rawValue] = Float(draw(&random))
      }
    }
    // Air gives no signal in any sequence.
    table.means[Substance.air.rawValue] = 0
    table.deviations[Substance.air.rawValue] = 0
    table.enhancement = random.chance(0.25) ? Float(random.uniform(0.3...1)) : 0
    return table
  }

  /// - Parameter texture: a number of mean 0 and deviation 1, smooth in space.
  @inline(__always)
  func signal(_ voxel: Lesions.Voxel, texture: Float) -> Float {
    var parts = voxel.mixture.parts
    if voxel.hollow > 0 {
      let moved = min(voxel.hollow, parts[Substance.plaque.rawValue])
      parts[Substance.plaque.rawValue] -= moved
      parts[Substance.cavity.rawValue] += moved
    }
    let sum = (parts * (means + deviations * texture)).sum()
    return max(0, sum + enhancement * voxel.enhancement)
  }
}
