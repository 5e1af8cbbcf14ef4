public import Volumes

/// A set of labels that is judged as one structure.
public struct EvaluationRegion: Sendable, Hashable {
  /// What people call it.
  public var name: String
  /// The labels that belong to it.
  public var labels: Set<UInt16>

  /// Makes a region.
  public init(name: String, labels: Set<UInt16>) {
    self.name = name
    self.labels = labels
  }

  /// BraTS's whole tumour, tumour core and enhancing tumour, of the labels 1 (necrotic core),
  /// 2 (oedema) and the enhancing tumour's: 3 since BraTS 2023, 4 before.
  public static func brats(enhancing: UInt16 = 3) -> [EvaluationRegion] {
    [
      EvaluationRegion(name: "WT", labels: [1, 2, enhancing]),
      EvaluationRegion(name: "TC", labels: [1, enhancing]),
      EvaluationRegion(name: "ET", labels: [enhancing]),
    ]
  }

  /// Each label that occurs in either map, by its name there.
  public static func labels(of truth: LabelMap, _ prediction: LabelMap) -> [EvaluationRegion] {
    Set(truth.labels).union(prediction.labels).sorted().map { label in
      let name = truth.table[label]?.name ?? prediction.table.name(of: label)
      return EvaluationRegion(name: name, labels: [label])
    }
  }
}
