/// What can go wrong between scans and a segmentation.
public enum SegmentationError: Error, Sendable, Equatable {
  /// The scans are not what the model takes.
  case channels(found: String, expected: String, remedy: String)
  /// Nothing to segment.
  case emptyMask(String)
  /// A model file whose metadata is missing or contradicts itself.
  case invalidModel(path: String, reason: String)
}

extension SegmentationError: CustomStringConvertible {
  /// One line: what was found, what was expected, and the remedy.
  public var description: String {
    switch self {
    case .channels(let found, let expected, let remedy):
      "found \(found); the model takes \(expected); \(remedy)"
    case .emptyMask(let reason): reason
    case .invalidModel(let path, let reason): "\(path): not a medcnn model: \(reason)"
    }
  }
}
