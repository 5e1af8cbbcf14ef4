/// What can go wrong between scans and a segmentation.
public enum SegmentationError: Error, Sendable, Equatable {
  /// The scans are not what the model takes.
  case channels(found: String, expected: String, remedy: String)
  /// A channel whose intensities cannot be brought to the network's scale.
  case unusable(channel: String, reason: String)
  /// Nothing to segment.
  case emptyMask(String)
  /// A model file whose metadata is missing or contradicts itself.
  case invalidModel(path: String, reason: String)
  /// An option that does not fit the model.
  case option(found: String, expected: String)
  /// More memory needed than the budget allows.
  case memory(needed: Int, budget: Int, remedy: String)
  /// A result that cannot be written.
  case unwritable(path: String, reason: String)
}

extension SegmentationError: CustomStringConvertible {
  /// One line: what was found, what was expected, and the remedy.
  public var description: String {
    switch self {
    case .channels(let found, let expected, let remedy):
      "found \(found); the model takes \(expected); \(remedy)"
    case .unusable(let channel, let reason): "channel \(channel): \(reason)"
    case .emptyMask(let reason): reason
    case .invalidModel(let path, let reason): "\(path): not a medcnn model: \(reason)"
    case .option(let found, let expected): "found \(found); expected \(expected)"
    case .memory(let needed, let budget, let remedy):
      "\(needed >> 20) MiB of memory needed where \(budget >> 20) MiB are allowed; \(remedy)"
    case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
    }
  }
}
