internal import ConvNet
public import Parallel

/// Looks at all cases before the first step of a training.
public struct TrainingCheck: Sendable {
  /// A case that cannot be used.
  public struct Problem: Sendable, Hashable {
    /// The case's name.
    public var name: String
    /// Why.
    public var reason: String
  }

  /// The cases that can be used.
  public private(set) var usable: [TrainingCase] = []
  /// The others, each with its reason: a file that is missing or cannot be read, grids that differ,
  /// an empty mask, a channel that does not vary, a label for which the model has no class.
  public private(set) var problems: [Problem] = []
  /// The names of the usable cases that have no label but the background.
  public private(set) var withoutLabels: [String] = []

  /// Reads and prepares each case.
  ///
  /// - Parameter progress: is told the finished fraction.
  /// - Throws: whatever keeps the model from being trained at all.
  public init(
    _ cases: [TrainingCase], model: Model, options: TrainingOptions, workers: Workers = .all,
    progress: (Double) -> Void = { _ in }
  ) throws {
    let frame = try SegmentFrame(model, segment: options.segment)
    let classes = try ClassTable(model.output, regions: options.loss.regions)
    // A case at a time: each is divided among the threads, and memory holds one.
    for (index, item) in cases.enumerated() {
      do {
        let prepared = try PreparedCase(
          item, model: model, classes: classes, frame: frame, workers: workers)
        usable.append(item)
        if prepared.voxels.allSatisfy(\.isEmpty) { withoutLabels.append(item.name) }
      } catch {
        problems.append(Problem(name: item.name, reason: "\(error)"))
      }
      progress(Double(index + 1) / Double(cases.count))
    }
  }
}
