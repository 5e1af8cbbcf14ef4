public import VolumeIO
public import Volumes

/// A scan and its mask as they were read.
public struct ExtractionInput: Sendable {
  /// The scan, of one channel.
  public let scan: Volume
  /// The type of the scan's samples in its file: PyRadiomics resamples whole numbers to whole numbers.
  public let storedType: StoredType
  /// The mask; a label of it is the region.
  public let labels: LabelMap

  /// - Precondition: the scan has one channel.
  public init(scan: Volume, storedType: StoredType, labels: LabelMap) {
    precondition(scan.channels == 1)
    self.scan = scan
    self.storedType = storedType
    self.labels = labels
  }
}
