internal import Basics
public import Foundation

/// What happened in each epoch of a training.
public struct TrainingLog: Sendable, Hashable, Codable {
  /// One epoch.
  public struct Row: Sendable, Hashable, Codable {
    /// The epochs that are finished.
    public var epoch: Int
    /// The steps that are finished.
    public var step: Int
    /// The learning rate.
    public var learningRate: Double
    /// The mean loss of the epoch's steps.
    public var loss: Double
    /// The mean Dice coefficient on the cases held out, over cases and labels, where it was measured.
    public var dice: Double?
    /// The same for each label, in the order of the model's.
    public var labelDice: [Double?]
    /// The same for all labels together, as one.
    public var wholeDice: Double?
  }

  /// The names of the labels.
  public var labels: [String]
  /// The epochs.
  public var rows: [Row] = []

  /// The log as CSV: a line an epoch.
  public var csv: String {
    let header =
      ["epoch", "step", "learning_rate", "loss", "dice", "dice all labels"]
      + labels.map { "dice \($0)" }
    var lines = [CSV.line(header)]
    for row in rows {
      let dice = ([row.dice, row.wholeDice] + row.labelDice).map { $0.map { "\($0)" } ?? "" }
      lines.append(
        CSV.line(["\(row.epoch)", "\(row.step)", "\(row.learningRate)", "\(row.loss)"] + dice))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Writes it as CSV beside its place and renames it.
  ///
  /// - Throws: ``SegmentationError/unwritable(path:reason:)``.
  public func write(to url: URL) throws(SegmentationError) {
    do {
      try Data(csv.utf8).write(to: url, options: .atomic)
    } catch {
      throw .unwritable(path: url.relativePath, reason: error.localizedDescription)
    }
  }
}
