/// What can go wrong between a file and a volume.
public enum VolumeIOError: Error, Sendable, Equatable {
  /// The path does not lead to a readable file.
  case unreadable(path: String, reason: String)
  /// The file is of no kind that this program reads.
  case unknownFormat(path: String, remedy: String)
  /// The file breaks its format's rules.
  case malformed(path: String, reason: String)
  /// The file is valid, but holds what this program does not take.
  case unsupported(path: String, found: String, remedy: String)
  /// The result could not be written.
  case unwritable(path: String, reason: String)
}

extension VolumeIOError: CustomStringConvertible {
  /// One line: the file, what was found, and the remedy.
  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
    case .unknownFormat(let path, let remedy): "\(path): not a known image format; \(remedy)"
    case .malformed(let path, let reason): "\(path): damaged file: \(reason)"
    case .unsupported(let path, let found, let remedy): "\(path): \(found); \(remedy)"
    case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
    }
  }
}
