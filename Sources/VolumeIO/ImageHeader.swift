public import Volumes

/// What a file says of its image besides the voxels.
public struct ImageHeader: Sendable {
  /// The path that was read.
  public let path: String
  /// The kind of file.
  public let format: ImageFormat
  /// The type of the stored samples.
  public let storedType: StoredType
  /// Whether the voxels are compressed.
  public let isCompressed: Bool
  /// Whether the most significant byte of a sample comes first.
  public let isBigEndian: Bool
  /// True values are stored values times `slope` plus `intercept`.
  public let slope: Double
  /// True values are stored values times `slope` plus `intercept`.
  public let intercept: Double
  /// The grid.
  public let geometry: Geometry
  /// The number of samples of a voxel: modalities, time points, components, layers of segments.
  public let channels: Int
  /// The names of labels, one table for each channel, or none where the file names no labels.
  public let labelTables: [LabelTable]
  /// The header of a NIfTI file, which an output on the same grid repeats.
  public let nifti: NIfTIHeader?
  /// The frame of reference and the series of a DICOM file.
  public var space: DICOMSpace?
  /// What the reader had to leave out, in words.
  public var warnings: [String] = []

  /// The names of the labels of the first channel; empty where the file names none.
  public var labels: LabelTable { labelTables.first ?? LabelTable() }
}
