/// What a caller wants of DICOM segmentations and structure sets.
public struct MaskOptions: Sendable, Hashable {
  /// Names or numbers of the segments or ROIs to read, all where empty.
  ///
  /// Each is a number, a name in lower or upper case, or a name in which `*` and `?` stand for any
  /// characters and one, and may choose several.
  public var chosen: [String]
  /// The least fraction from which a voxel belongs to a segment of a fractional segmentation, above
  /// 0 up to 1.
  public var threshold: Double
  /// Whether labels are the places among the choices, from 1, instead of the numbers in the file;
  /// all that one choice stands for is then one segment.
  public var numbersByChoice: Bool

  /// By default all of them, with the numbers that the file gives them.
  public init(chosen: [String] = [], threshold: Double = 0.5, numbersByChoice: Bool = false) {
    self.chosen = chosen
    self.threshold = threshold
    self.numbersByChoice = numbersByChoice
  }
}
