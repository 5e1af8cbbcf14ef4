/// What is done to the grid of the scans before the network sees them, and undone afterwards.
public struct Preprocessing: Sendable, Hashable, Codable {
  /// The order of the axes.
  public enum Axes: String, Sendable, Hashable, Codable {
    /// As the file stores them.
    case stored
    /// Reordered and flipped so that i, j and k run to the right, anterior and superior.
    case ras = "RAS"
  }

  /// The order of the axes that the network was trained on.
  public var axes: Axes
  /// The distances between voxel centres along i, j and k, in millimetres, that scans are resampled
  /// to; as they are where nil.
  public var spacing: [Double]?
  /// Whether scans are set to 0 outside of the mask, before normalisation: for networks that know
  /// nothing but brains; nil for no.
  public var zeroOutsideMask: Bool?

  /// Makes a description.
  public init(axes: Axes = .stored, spacing: [Double]? = nil, zeroOutsideMask: Bool? = nil) {
    self.axes = axes
    self.spacing = spacing
    self.zeroOutsideMask = zeroOutsideMask
  }

  /// Whether scans are set to 0 outside of the mask.
  var masksScans: Bool { zeroOutsideMask ?? false }
}
