/// How a predicted segmentation of one structure agrees with the truth.
///
/// The distances are between surface elements with the areas of marching cubes, as DeepMind's
/// surface-distance has them, but for ``voxelHausdorff``, which is SimpleITK's. Where one of the
/// two is empty, distances are infinite; where both are, Dice is 1 and distances are 0.
public struct RegionScores: Sendable, Hashable {
  /// The structure.
  public var region: EvaluationRegion
  /// The number of voxels in the truth.
  public var truthVoxels: Int
  /// The number of voxels in the prediction.
  public var predictionVoxels: Int
  /// The number of voxels in both.
  public var commonVoxels: Int
  /// The volume of a voxel in cubic millimetres.
  public var voxelVolume: Double
  /// The 95 % Hausdorff distance: the larger of the two directed distances within which 95 % of a
  /// surface's area lies, in millimetres.
  public var hd95: Double
  /// The Hausdorff distance between surface elements, in millimetres.
  public var hausdorff: Double
  /// The Hausdorff distance between voxel centres of the two masks (SimpleITK's
  /// HausdorffDistanceImageFilter), in millimetres.
  public var voxelHausdorff: Double
  /// The part of both surfaces' area within `tolerance` of the other (surface Dice); 1 where both
  /// are empty, 0 where one is.
  public var normalisedSurfaceDistance: Double
  /// The tolerance of ``normalisedSurfaceDistance`` in millimetres.
  public var tolerance: Double
  /// The mean distance from the truth's surface to the prediction's, in millimetres.
  public var truthToPrediction: Double
  /// The mean distance from the prediction's surface to the truth's, in millimetres.
  public var predictionToTruth: Double
  /// The mean distance over both surfaces together (ASSD), in millimetres.
  public var averageSymmetricDistance: Double
  /// BraTS's lesion-wise scores, where they were asked for.
  public var lesionWise: LesionWiseScores?

  /// 2 |A n B| / (|A| + |B|); 1 where both are empty.
  public var dice: Double {
    let total = truthVoxels + predictionVoxels
    return total == 0 ? 1 : 2 * Double(commonVoxels) / Double(total)
  }

  /// The part of the truth that was found; nil where the truth is empty.
  public var sensitivity: Double? {
    truthVoxels == 0 ? nil : Double(commonVoxels) / Double(truthVoxels)
  }

  /// The part of the prediction that is true (positive predictive value); nil where nothing was
  /// predicted.
  public var precision: Double? {
    predictionVoxels == 0 ? nil : Double(commonVoxels) / Double(predictionVoxels)
  }

  /// The truth's volume in millilitres.
  public var truthMillilitres: Double { Double(truthVoxels) * voxelVolume / 1000 }

  /// The prediction's volume in millilitres.
  public var predictionMillilitres: Double { Double(predictionVoxels) * voxelVolume / 1000 }

  /// The prediction's volume less the truth's, in millilitres.
  public var volumeError: Double { predictionMillilitres - truthMillilitres }

  /// The volume error as a fraction of the truth's volume; nil where the truth is empty.
  public var relativeVolumeError: Double? {
    truthVoxels == 0 ? nil : Double(predictionVoxels - truthVoxels) / Double(truthVoxels)
  }

  /// The mean of the two directed mean distances (MASD), in millimetres.
  public var meanAverageDistance: Double { (truthToPrediction + predictionToTruth) / 2 }
}

extension RegionScores: Encodable {
  private enum Key: String, CodingKey {
    case name, labels, sensitivity, dsc, ppv
    case truthVoxels = "truth_voxels"
    case predictionVoxels = "prediction_voxels"
    case truthMillilitres = "truth_ml"
    case predictionMillilitres = "prediction_ml"
    case volumeError = "volume_error_ml"
    case relativeVolumeError = "relative_volume_error"
    case hd95 = "measured_hausdorff_distance_perc"
    case hausdorff = "measured_hausdorff_distance"
    case voxelHausdorff = "voxel_hausdorff_distance"
    case normalisedSurfaceDistance = "normalised_surface_distance"
    case normalisedSurfaceDistanceTolerance = "normalised_surface_distance_tolerance_mm"
    case meanAverageDistance = "measured_masd"
    case averageSymmetricDistance = "measured_average_distance"
    case truthToPrediction = "average_distance_truth_to_prediction"
    case predictionToTruth = "average_distance_prediction_to_truth"
    case lesionWise = "lesion_wise"
  }

  private enum LesionKey: String, CodingKey {
    case dsc, missed
    case hd95 = "measured_hausdorff_distance_perc"
    case truthLesions = "truth_lesions"
    case falsePositives = "false_positives"
  }

  /// Writes the scores under the names of MetricsReloaded where it has one; `null` for what is
  /// undefined or infinite.
  public func encode(to encoder: any Encoder) throws {
    var row = encoder.container(keyedBy: Key.self)
    try row.encode(region.name, forKey: .name)
    try row.encode(region.labels.sorted(), forKey: .labels)
    try row.encode(truthVoxels, forKey: .truthVoxels)
    try row.encode(predictionVoxels, forKey: .predictionVoxels)
    let numbers: [(Key, Double?)] = [
      (.truthMillilitres, truthMillilitres), (.predictionMillilitres, predictionMillilitres),
      (.volumeError, volumeError), (.relativeVolumeError, relativeVolumeError), (.dsc, dice),
      (.sensitivity, sensitivity), (.ppv, precision), (.hd95, hd95), (.hausdorff, hausdorff),
      (.voxelHausdorff, voxelHausdorff), (.normalisedSurfaceDistance, normalisedSurfaceDistance),
      (.normalisedSurfaceDistanceTolerance, tolerance), (.meanAverageDistance, meanAverageDistance),
      (.averageSymmetricDistance, averageSymmetricDistance),
      (.truthToPrediction, truthToPrediction), (.predictionToTruth, predictionToTruth),
    ]
    for (key, value) in numbers {
      try row.encode(value.flatMap { $0.isFinite ? $0 : nil }, forKey: key)
    }
    if let lesionWise {
      var lesions = row.nestedContainer(keyedBy: LesionKey.self, forKey: .lesionWise)
      try lesions.encode(lesionWise.truthLesions, forKey: .truthLesions)
      try lesions.encode(lesionWise.missed, forKey: .missed)
      try lesions.encode(lesionWise.falsePositives, forKey: .falsePositives)
      try lesions.encode(lesionWise.dice, forKey: .dsc)
      try lesions.encode(lesionWise.hd95, forKey: .hd95)
    }
  }
}
