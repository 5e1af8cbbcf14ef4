public import Volumes

/// What keeps features from being computed.
public enum RadiomicsError: Error, Sendable, Equatable {
  /// The scan and the mask are on different grids.
  case geometryMismatch(scan: Geometry, mask: Geometry)
  /// The ROI has no voxel: what was looked for, and what there is.
  case emptyRegion(what: String, remedy: String)
  /// The ROI is too small or too flat for what was asked.
  case unusableRegion(found: String, expected: String)
  /// A setting has a value that cannot be used.
  case invalidSetting(name: String, found: String, expected: String)
  /// An image type that cannot be made from this scan; others may.
  case inapplicableFilter(name: String, found: String, expected: String)
  /// A sum of sizes beyond what memory should hold.
  case tooLarge(what: String, remedy: String)
}

extension RadiomicsError: CustomStringConvertible {
  /// One line: what was found, what was expected, and the remedy.
  public var description: String {
    switch self {
    case .geometryMismatch(let scan, let mask):
      "the mask is not on the scan's grid: the scan has \(scan); the mask has \(mask); "
        + "--resample-mask brings the mask to the scan's grid"
    case .emptyRegion(let what, let remedy): "\(what): no voxel to measure; \(remedy)"
    case .unusableRegion(let found, let expected): "the region has \(found); expected \(expected)"
    case .invalidSetting(let name, let found, let expected):
      "setting \(name): found \(found), expected \(expected)"
    case .inapplicableFilter(let name, let found, let expected):
      "image type \(name) is not possible here: the scan has \(found), expected \(expected)"
    case .tooLarge(let what, let remedy): "\(what) is too large; \(remedy)"
    }
  }
}
