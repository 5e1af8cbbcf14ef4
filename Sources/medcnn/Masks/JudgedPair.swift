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
  ///   - like: the image on whose grid DICOM masks are to be, or nil for their own.
  ///   - chosen: the segments or ROIs of the prediction and of the truth.
  init(
    prediction: String, truth: String, chosen: (prediction: MaskOptions, truth: MaskOptions),
    like: String?, reader: MaskReader
  ) throws {
    let inputs = (try reader.read(prediction), try reader.read(truth))
    isDICOM = inputs.0.mask != nil || inputs.1.mask != nil
    func read(
      _ input: ImageOrMask, _ options: MaskOptions, beside other: Geometry?
    ) throws -> LabelMap {
      switch input {
      case .image(let image): return try image.labelMap()
      case .mask(let mask, _):
        var target = try like.map { try reader.header(ofImage: $0, for: mask).geometry }
        if case .structureSet = mask { target = target ?? other }
        return try reader.segments(mask, on: target, options: options).labelMap()
      }
    }
    if let mask = inputs.0.mask {
      reader.compare(mask, with: truth, inputs.1.space)
    } else if let mask = inputs.1.mask {
      reader.compare(mask, with: prediction, inputs.0.space)
    }
    if case .structureSet = inputs.1.mask {
      self.prediction = try read(inputs.0, chosen.prediction, beside: nil)
      self.truth = try read(inputs.1, chosen.truth, beside: self.prediction.geometry)
    } else {
      self.truth = try read(inputs.1, chosen.truth, beside: nil)
      self.prediction = try read(inputs.0, chosen.prediction, beside: self.truth.geometry)
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
