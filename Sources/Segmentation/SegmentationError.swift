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
  /// A table of cases that cannot be understood.
  case table(path: String, reason: String)
  /// Labels that a model has no class for.
  case labels(found: [UInt16], expected: [UInt16])
  /// Cases from which nothing can be learned.
  case cases([TrainingCheck.Problem], of: Int)
  /// A training whose numbers are not finite any more.
  case diverged(step: Int, cases: [String], place: String)
  /// A plan of a training that cannot be understood.
  case plan(path: String, reason: String)
  /// A checkpoint with which a training cannot go on.
  case checkpoint(path: String, reason: String)
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
    case .table(let path, let reason): "\(path): not a table of cases: \(reason)"
    case .labels(let found, let expected):
      "the label map has the labels \(SegmentationError.list(found)), for which there is no class; "
        + "expected \(SegmentationError.list(expected)): name all labels, or change the map"
    case .cases(let problems, let count):
      "\(problems.count) of \(count) cases cannot be used: "
        + problems.map { "\($0.name): \($0.reason)" }.joined(separator: "; ")
        + "; mend them or leave them out (--skip-bad)"
    case .diverged(let step, let cases, let place):
      "step \(step): \(place) is not a finite number, with segments of "
        + Set(cases).sorted().joined(separator: ", ")
        + "; lower the learning rate, clip gradients, or look at these cases"
    case .plan(let path, let reason): "\(path): not a plan of a training: \(reason)"
    case .checkpoint(let path, let reason): "\(path): cannot be gone on with: \(reason)"
    }
  }

  private static func list(_ labels: [UInt16]) -> String {
    labels.map(String.init).joined(separator: ", ")
  }
}
