/// What can be wrong with volumes and label maps, in words that say how to go on.
public enum VolumeError: Error, Sendable, Equatable {
  /// A grid that cannot exist.
  case invalidGeometry(String)
  /// A number of samples that does not fit the grid and the channels.
  case sampleCount(found: Int, expected: Int)
  /// Two volumes that should share a grid and do not.
  case geometryMismatch(first: String, Geometry, second: String, Geometry)
  /// A voxel that is not a label.
  case invalidLabel(value: Float, remedy: String)
  /// A channel that a volume does not have.
  case noSuchChannel(found: Int, channels: Int)
  /// A part with another number of channels than the volume it is pasted into.
  case channelCount(found: Int, expected: Int)
  /// A mask without voxels where something is to be measured in it.
  case emptyMask
  /// A radius in millimetres that is negative or not finite.
  case invalidRadius(Double)
}

extension VolumeError: CustomStringConvertible {
  /// One line: what was found, what was expected, and the remedy.
  public var description: String {
    switch self {
    case .invalidGeometry(let reason):
      "invalid geometry: \(reason)"
    case .sampleCount(let found, let expected):
      "\(found) samples where the grid needs \(expected)"
    case .geometryMismatch(let first, let firstGeometry, let second, let secondGeometry):
      "\(first) and \(second) are on different grids: \(firstGeometry) and \(secondGeometry); "
        + "use --resample to bring them to one grid"
    case .invalidLabel(let value, let remedy):
      "\(value) is not a label (a whole number from 0 to 65535); \(remedy)"
    case .noSuchChannel(let found, let channels):
      "channel \(found) of a volume with \(channels) channels (counted from 0)"
    case .channelCount(let found, let expected):
      "\(found) channels where \(expected) are needed"
    case .emptyMask:
      "the mask is empty; give one with at least one voxel"
    case .invalidRadius(let radius):
      "a radius of \(radius) mm; it must be 0 or larger"
    }
  }
}
