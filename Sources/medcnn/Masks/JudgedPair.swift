import Parallel
import VolumeIO
import Volumes

/// Two segmentations that are to be compared, read onto one grid where DICOM leaves that open.
struct JudgedPair {
  private(set) var prediction: LabelMap
  private(set) var truth: LabelMap
  /// Whether one of them is a DICOM segmentation or structure set.
  let isDICOM: Bool

  /// A structure set is drawn on the grid of the other file. DICOM segmentations often have only the
  /// slices that they need: where both have the same voxels they are extended to hold both.
  ///
  /// - Parameters:
  ///   - grid: what finds the grid that DICOM masks are to be on, or nil for their own.
  ///   - chosen: the segments or ROIs of the prediction and of the truth.
  init(
    prediction: String, truth: String, chosen: (prediction: MaskOptions, truth: MaskOptions),
    grid: (DICOMMask) throws -> Geometry?, reader: MaskReader
  ) throws {
    let masks = (try DICOMMask.read(prediction), try DICOMMask.read(truth))
    isDICOM = masks.0 != nil || masks.1 != nil
    func read(
      _ path: String, _ mask: DICOMMask?, _ options: MaskOptions, beside other: Geometry?
    ) throws -> LabelMap {
      guard let mask else { return try ImageFile.readLabelMap(path, workers: reader.workers) }
      var target = try grid(mask)
      if case .structureSet = mask { target = target ?? other }
      return try reader.segments(mask, on: target, options: options).labelMap()
    }
    if case .structureSet = masks.1 {
      self.prediction = try read(prediction, masks.0, chosen.prediction, beside: nil)
      self.truth = try read(truth, masks.1, chosen.truth, beside: self.prediction.geometry)
    } else {
      self.truth = try read(truth, masks.1, chosen.truth, beside: nil)
      self.prediction = try read(
        prediction, masks.0, chosen.prediction, beside: self.truth.geometry)
    }
    if isDICOM, !self.prediction.geometry.matches(self.truth.geometry),
      let joined = self.truth.geometry.joined(with: self.prediction.geometry)
    {
      self.prediction = self.prediction.resampled(to: joined, workers: reader.workers)
      self.truth = self.truth.resampled(to: joined, workers: reader.workers)
    }
  }

  /// Brings the prediction to the truth's grid; returns whether it had to be.
  mutating func resamplePrediction(workers: Workers) -> Bool {
    guard !prediction.geometry.matches(truth.geometry) else { return false }
    prediction = prediction.resampled(to: truth.geometry, workers: workers)
    return true
  }
}
