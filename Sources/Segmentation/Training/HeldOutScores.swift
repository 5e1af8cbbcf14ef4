internal import Parallel
internal import Volumes

/// The Dice coefficients of a model on cases that it did not learn from.
struct HeldOutScores {
  /// For each label of the model, of each case in which the truth or the prediction has it.
  private(set) var dice: [[Double]]
  /// For all labels together, likewise.
  private(set) var whole: [Double] = []
  private let labels: [UInt16]

  init(labels: [UInt16]) {
    self.labels = labels
    dice = labels.map { _ in [] }
  }

  /// Segments a case and compares.
  mutating func add(_ segmenter: Segmenter, _ item: TrainingCase) throws {
    let scans = try item.load(segmenter.options.workers)
    let found = try segmenter.segment(scans.scans, mask: scans.mask).labels
    var counts = [UInt16: (truth: Int, found: Int, common: Int)]()
    var all = (truth: 0, found: 0, common: 0)
    for (truth, prediction) in zip(scans.labels.voxels, found.voxels) {
      if truth != 0 { counts[truth, default: (0, 0, 0)].truth += 1 }
      if prediction != 0 { counts[prediction, default: (0, 0, 0)].found += 1 }
      all.truth += truth != 0 ? 1 : 0
      all.found += prediction != 0 ? 1 : 0
      all.common += truth != 0 && prediction != 0 ? 1 : 0
      if truth != 0, truth == prediction { counts[truth, default: (0, 0, 0)].common += 1 }
    }
    if all.truth + all.found > 0 {
      whole.append(2 * Double(all.common) / Double(all.truth + all.found))
    }
    for (index, label) in labels.enumerated() {
      guard let count = counts[label] else { continue }
      dice[index].append(2 * Double(count.common) / Double(count.truth + count.found))
    }
  }

  /// The mean for each label.
  var means: [Double?] { dice.map(HeldOutScores.mean) }

  /// The mean for all labels together.
  var wholeMean: Double? { HeldOutScores.mean(whole) }

  /// The mean over all; 0 where no case has any label.
  var mean: Double { HeldOutScores.mean(Array(dice.joined())) ?? 0 }

  private static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }
}
