public import Parallel
public import Volumes

/// The comparison of a predicted segmentation with the truth.
public struct Evaluation: Sendable, Hashable, Encodable {
  /// The scores of each region, in the order asked for.
  public var regions: [RegionScores]

  /// Compares two label maps.
  ///
  /// - Parameters:
  ///   - regions: the structures to judge.
  ///   - tolerance: of the normalised surface distance, in millimetres.
  ///   - lesionWise: the rules of BraTS's lesion-wise scores; none are formed where nil.
  /// - Throws: ``VolumeError/geometryMismatch(first:_:second:_:)`` where the grids differ.
  public init(
    prediction: LabelMap, truth: LabelMap, regions: [EvaluationRegion], tolerance: Double = 1,
    lesionWise rules: LesionWiseScores.Rules?, workers: Workers
  ) throws(VolumeError) {
    guard prediction.geometry.matches(truth.geometry) else {
      throw .geometryMismatch(
        first: "the prediction", prediction.geometry, second: "the truth", truth.geometry)
    }
    var scores: [RegionScores] = []
    for region in regions {
      scores.append(
        try RegionScores(
          region: region, truth: truth, prediction: prediction, tolerance: tolerance, rules: rules,
          workers: workers))
    }
    self.regions = scores
  }
}

extension RegionScores {
  fileprivate init(
    region: EvaluationRegion, truth: LabelMap, prediction: LabelMap, tolerance: Double,
    rules: LesionWiseScores.Rules?, workers: Workers
  ) throws(VolumeError) {
    self.region = region
    self.tolerance = tolerance
    voxelVolume = truth.geometry.voxelVolume
    let wholeTruth = truth.mask(of: region.labels)
    let wholePrediction = prediction.mask(of: region.labels)
    // Lesion-wise dilation ends at the border of the scan, so it sees whole masks.
    lesionWise = nil
    if let rules {
      lesionWise = try LesionWiseScores(
        truth: wholeTruth, prediction: wholePrediction, rules: rules, workers: workers)
    }
    (truthVoxels, predictionVoxels, commonVoxels) = (0, 0, 0)
    (hd95, hausdorff, voxelHausdorff, normalisedSurfaceDistance) = (0, 0, 0, 1)
    (truthToPrediction, predictionToTruth, averageSymmetricDistance) = (0, 0, 0)
    guard let box = unionBox(wholeTruth.boundingBox, wholePrediction.boundingBox) else { return }

    let truth = try wholeTruth.cropped(to: box)
    let prediction = try wholePrediction.cropped(to: box)
    truthVoxels = truth.count
    predictionVoxels = prediction.count
    commonVoxels = zip(truth.voxels, prediction.voxels).count { $0 && $1 }
    let distances = try SurfaceDistances(truth: truth, prediction: prediction, workers: workers)
    normalisedSurfaceDistance = distances.normalisedSurfaceDistance(tolerance: tolerance)
    guard truthVoxels > 0, predictionVoxels > 0 else {
      (hd95, hausdorff, voxelHausdorff) = (.infinity, .infinity, .infinity)
      (truthToPrediction, predictionToTruth) = (.infinity, .infinity)
      averageSymmetricDistance = .infinity
      return
    }
    hd95 = distances.hausdorff(percent: 95)
    hausdorff = distances.hausdorff
    voxelHausdorff = max(
      truth.largestDistance(to: prediction, workers: workers),
      prediction.largestDistance(to: truth, workers: workers))
    truthToPrediction = distances.truth.averageDistance
    predictionToTruth = distances.prediction.averageDistance
    averageSymmetricDistance = distances.averageSymmetricDistance
  }
}

extension Mask {
  /// The largest distance of a voxel of this set to the nearest of another, in millimetres.
  fileprivate func largestDistance(to other: Mask, workers: Workers) -> Double {
    zip(voxels, other.distances(workers: workers)).reduce(0) { $1.0 ? max($0, $1.1) : $0 }
  }
}
