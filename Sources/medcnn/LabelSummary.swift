import Segmentation

/// How much of a scan each label takes, as a table.
enum LabelSummary {
  /// - Parameter total: all labels together, for the last line.
  static func table(_ counts: [Segmentation.Count], total: Segmentation.Count) -> String {
    var table = TextTable(["label", "name", "voxels", "ml", "lesions"], leftAligned: [1])
    for count in counts {
      table.append(["\(count.label)"] + cells(count))
    }
    table.append([""] + cells(total))
    return table.text
  }

  private static func cells(_ count: Segmentation.Count) -> [String] {
    [count.name, "\(count.voxels)", count.millilitres.fixed(2), "\(count.lesions)"]
  }
}
