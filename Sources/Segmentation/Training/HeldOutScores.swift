internal import Basics
internal import ConvNet
internal import Parallel
public import Volumes

/// The Dice coefficients of a model on cases that it did not learn from.
public struct HeldOutScores: Sendable {
  /// Those of one case.
  public struct Row: Sendable, Hashable {
    /// The case's name.
    public var name: String
    /// For each label or region; nil where neither the truth nor the prediction has it.
    public var dice: [Double?]
    /// For all labels together, as one, likewise.
    public var whole: Double?
  }

  /// The names of the labels or regions.
  public let labels: [String]
  /// The cases.
  public private(set) var rows: [Row] = []
  private let regions: [[UInt16]]

  /// None yet.
  ///
  /// - Throws: ``SegmentationError/option(found:expected:)`` where the options do not suit the model.
  public init(model: Model, options: TrainingOptions) throws {
    regions = try ClassTable(model.output, regions: options.loss.regions).regions
    labels = model.output.values.filter { $0 != 0 }.map { model.labels.name(of: $0) }
  }

  /// Segments a case and compares.
  ///
  /// - Returns: what was found.
  /// - Throws: whatever keeps the case from being read or segmented.
  @discardableResult
  public mutating func add(_ segmenter: Segmenter, _ item: TrainingCase) throws -> LabelMap {
    let scans = try item.load(segmenter.options.workers)
    let found = try segmenter.segment(scans.scans, mask: scans.mask).labels
    // Pairs of labels are few; each voxel's is counted once.
    var counts: [Pair: Int] = [:]
    for (truth, prediction) in zip(scans.labels.voxels, found.voxels)
    where (truth != 0 || prediction != 0) && truth != LabelledScans.ignored {
      counts[Pair(truth: truth, found: prediction), default: 0] += 1
    }
    func coefficient(_ contains: (UInt16) -> Bool) -> Double? {
      var (common, total) = (0, 0)
      for (pair, count) in counts {
        let (isTrue, isFound) = (contains(pair.truth), contains(pair.found))
        if isTrue && isFound { common += count }
        total += (isTrue ? count : 0) + (isFound ? count : 0)
      }
      return total == 0 ? nil : 2 * Double(common) / Double(total)
    }
    rows.append(
      Row(
        name: item.name, dice: regions.map { coefficient($0.contains) },
        whole: coefficient { $0 != 0 }))
    return found
  }

  private struct Pair: Hashable {
    var truth: UInt16
    var found: UInt16
  }

  /// The mean for each label, over the cases that have it.
  public var means: [Double?] {
    labels.indices.map { label in HeldOutScores.mean(rows.compactMap { $0.dice[label] }) }
  }

  /// The mean for all labels together.
  public var wholeMean: Double? { HeldOutScores.mean(rows.compactMap(\.whole)) }

  /// The mean over all cases and labels; 0 where no case has any label.
  public var mean: Double {
    HeldOutScores.mean(labels.indices.flatMap { label in rows.compactMap { $0.dice[label] } }) ?? 0
  }

  private static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// The scores as CSV: a line a case, with a column of what is the same for all, such as a fold.
  public func csv(_ column: String, _ value: String) -> String {
    func text(_ number: Double?) -> String { number.map { "\($0)" } ?? "" }
    let header = ["case", column, "dice all labels"] + labels.map { "dice \($0)" }
    let lines = rows.map { [$0.name, value, text($0.whole)] + $0.dice.map(text) }
    return ([header] + lines).map { CSV.line($0) + "\n" }.joined()
  }
}
