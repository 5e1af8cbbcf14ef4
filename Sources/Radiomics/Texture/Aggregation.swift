/// How matrices of slices and directions become a value (IBSI 3.6, 3.7 and the like).
public enum Aggregation: String, Sendable, CaseIterable, Codable {
  /// A value for each slice and direction; their mean. Families without directions: a value for each
  /// slice.
  case averaged2D = "2D_avg"
  /// A matrix for each slice, all its directions merged; the mean of their values.
  case merged2D = "2D_comb"
  /// A matrix for each in-plane direction, all slices merged; the mean of their values.
  case directionMerged25D = "2_5D_avg"
  /// One matrix of all slices and in-plane directions.
  case merged25D = "2_5D_comb"
  /// A matrix for each of the directions in space; the mean of their values.
  case averaged3D = "3D_avg"
  /// One matrix of all the directions in space.
  case merged3D = "3D_comb"

  /// Whether neighbours are sought within slices alone.
  var isPlanar: Bool { self != .averaged3D && self != .merged3D }

  /// Whether each slice has a value of its own.
  var isPerSlice: Bool { self == .averaged2D || self == .merged2D }

  /// Whether the directions share a matrix.
  var mergesDirections: Bool { self == .merged2D || self == .merged25D || self == .merged3D }

  /// How the tags of reference values end: for a family of directions (`3D_avg`), and for one without
  /// (`3D`).
  public func tag(hasDirections: Bool) -> String {
    hasDirections ? rawValue : isPerSlice ? "2D" : isPlanar ? "2_5D" : "3D"
  }
}
