import Foundation
import Volumes

/// First-order statistics: of the intensities (PyRadiomics' `firstorder`, IBSI 3.3).
public enum FirstOrder {
  /// The features in PyRadiomics' order, by name.
  ///
  /// PyRadiomics' are 19, with entropy and uniformity of the grey levels; IBSI's are 18.
  ///
  /// - Parameters:
  ///   - levels: the same region's grey levels.
  ///   - voxelArrayShift: added to intensities in energy and root mean square (PyRadiomics).
  /// - Throws: ``RadiomicsError/emptyRegion(what:remedy:)`` and
  ///   ``RadiomicsError/unusableRegion(found:expected:)``.
  public static func features(
    _ region: Region, levels: DiscretisedRegion, convention: Convention = .pyradiomics,
    voxelArrayShift: Double = 0
  ) throws(RadiomicsError) -> [Feature] {
    let spacing = region.geometry.spacing
    return features(
      of: try region.finiteIntensities(), levelCounts: levels.counts,
      voxelVolume: spacing.x * spacing.y * spacing.z, convention: convention,
      voxelArrayShift: voxelArrayShift)
  }

  /// The features of some intensities, such as those around one voxel.
  ///
  /// - Parameters:
  ///   - intensities: finite, at least one.
  ///   - levelCounts: how many voxels each grey level has, for entropy and uniformity.
  ///   - voxelVolume: in cubic millimetres, for the total energy.
  static func features(
    of intensities: [Double], levelCounts: [Int], voxelVolume: Double, convention: Convention,
    voxelArrayShift: Double
  ) -> [Feature] {
    let statistics = IntensityStatistics(intensities)
    var energy = 0.0
    for intensity in intensities {
      let shifted = intensity + voxelArrayShift
      energy += shifted * shifted
    }
    let rootMeanSquare = (energy / Double(intensities.count)).squareRoot()
    guard convention == .pyradiomics else {
      return
        (statistics.ibsiFeatures() + [
          Feature("Energy", energy), Feature("RootMeanSquared", rootMeanSquare),
        ]).sorted { FeatureNames.precedes($0.name, $1.name) }
    }
    let (entropy, uniformity) = spread(levelCounts, convention)
    return [
      Feature("10Percentile", statistics.percentile10),
      Feature("90Percentile", statistics.percentile90),
      Feature("Energy", energy),
      Feature("Entropy", entropy),
      Feature("InterquartileRange", statistics.interquartileRange),
      Feature("Kurtosis", statistics.kurtosis ?? 0),
      Feature("Maximum", statistics.maximum),
      Feature("MeanAbsoluteDeviation", statistics.meanAbsoluteDeviation),
      Feature("Mean", statistics.mean),
      Feature("Median", statistics.median),
      Feature("Minimum", statistics.minimum),
      Feature("Range", statistics.range),
      statistics.robustFeature,
      Feature("RootMeanSquared", rootMeanSquare),
      Feature("Skewness", statistics.skewness),
      Feature("StandardDeviation", statistics.variance.squareRoot()),
      Feature("TotalEnergy", energy * voxelVolume),
      Feature("Uniformity", uniformity),
      Feature("Variance", statistics.variance),
    ]
  }

  /// Entropy and uniformity of the levels' histogram.
  static func spread(
    _ counts: [Int], _ convention: Convention
  ) -> (entropy: Double, uniformity: Double) {
    let total = Double(counts.reduce(0, +))
    var (entropy, uniformity) = (0.0, 0.0)
    for count in counts where count > 0 {
      let probability = Double(count) / total
      entropy -= probability * logarithm(probability, convention)
      uniformity += probability * probability
    }
    return (entropy, uniformity)
  }
}
