/// The space that a DICOM object's positions are in, and the series that it is or was made from.
public struct DICOMSpace: Sendable, Hashable {
  /// The UIDs of the frames of reference; none where the object does not tell.
  public let framesOfReference: Set<String>
  /// The UIDs of the series; none where the object does not tell.
  public let series: Set<String>

  /// How the spaces of two objects differ.
  public enum Difference: Sendable, Hashable {
    /// They have no frame of reference in common: positions need not agree.
    case frame
    /// They have a frame of reference in common, or do not tell it, but were not made on one series.
    case series
  }

  /// What tells this space from that of an object that is to be used with it; nil where nothing does.
  public func difference(from other: DICOMSpace) -> Difference? {
    if !framesOfReference.isEmpty, !other.framesOfReference.isEmpty,
      framesOfReference.isDisjoint(with: other.framesOfReference)
    {
      return .frame
    }
    return !series.isEmpty && !other.series.isEmpty && series.isDisjoint(with: other.series)
      ? .series : nil
  }
}
