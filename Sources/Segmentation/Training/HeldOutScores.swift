internal import Parallel
internal import Volumes

/// The Dice coefficients of a model on cases that it did not learn from.
struct HeldOutScores {
  /// For each label or region of the model, of each case in which the truth or the prediction has it.
  private(set) var dice: [[Double]]
  /// For all labels together, likewise.
  private(set) var whole: [Double] = []
  private let regions: [[UInt16]]

  /// - Parameter regions: the labels of which each consists.
  init(regions: [[UInt16]]) {
    self.regions = regions
    dice = regions.map { _ in [] }
  }

  /// Segments a case and compares.
  mutating func add(_ segmenter: Segmenter, _ item: TrainingCase) throws {
    let scans = try item.load(segmenter.options.workers)
    let found = try segmenter.segment(scans.scans, mask: scans.mask).labels
    // Pairs of labels are few; each voxel's is counted once.
    var counts: [Pair: Int] = [:]
    for (truth, prediction) in zip(scans.labels.voxels, found.voxels)
    where truth != 0 || prediction != 0 {
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
    if let all = coefficient({ $0 != 0 }) { whole.append(all) }
    for (index, region) in regions.enumerated() {
      if let value = coefficient(region.contains) { dice[index].append(value) }
    }
  }

  private struct Pair: Hashable {
    var truth: UInt16
    var found: UInt16
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
