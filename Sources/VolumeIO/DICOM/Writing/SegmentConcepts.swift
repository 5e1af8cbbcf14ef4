public import Volumes

/// What kind of thing a segment is, as codes that other programs know.
public struct SegmentConcepts: Sendable, Hashable {
  /// The kind in general (PS3.16 CID 7150).
  public var category: CodedConcept
  /// The kind in particular (PS3.16 CID 7151, 7159).
  public var type: CodedConcept

  /// The codes of a label: its own, or those that its name suggests, or those of a lesion.
  public init(of label: LabelTable.Entry) {
    let suggested = SegmentConcepts.suggested(by: label.name)
    category = label.category ?? suggested.category
    type = label.type ?? suggested.type
  }

  private init(_ category: CodedConcept, _ type: CodedConcept) {
    (self.category, self.type) = (category, type)
  }

  private static let abnormal = CodedConcept(
    "49755003", "SCT", "Morphologically Abnormal Structure")
  private static let anatomical = CodedConcept("91723000", "SCT", "Anatomical Structure")

  /// Words in names and what they stand for; the first that fits counts.
  private static let words: [(words: [String], concepts: SegmentConcepts)] = [
    (["necro"], SegmentConcepts(abnormal, CodedConcept("6574001", "SCT", "Necrosis"))),
    (
      ["oedema", "edema"],
      SegmentConcepts(abnormal, CodedConcept("79654002", "SCT", "Edema"))
    ),
    (
      ["non-enhancing", "nonenhancing", "non enhancing"],
      SegmentConcepts(abnormal, CodedConcept("C81175", "NCIt", "Non-Enhancing Lesion"))
    ),
    (
      ["enhancing"], SegmentConcepts(abnormal, CodedConcept("C113842", "NCIt", "Enhancing Lesion"))
    ),
    (
      ["metast"],
      SegmentConcepts(abnormal, CodedConcept("14799000", "SCT", "Neoplasm, Secondary"))
    ),
    (
      ["tumour", "tumor", "neoplasm", "glioma", "gtv"],
      SegmentConcepts(abnormal, CodedConcept("108369006", "SCT", "Neoplasm"))
    ),
    (
      ["haemorrhage", "hemorrhage"],
      SegmentConcepts(abnormal, CodedConcept("50960005", "SCT", "Hemorrhage"))
    ),
    (["cyst"], SegmentConcepts(abnormal, CodedConcept("367643001", "SCT", "Cyst"))),
    (["nodule"], SegmentConcepts(abnormal, CodedConcept("27925004", "SCT", "Nodule"))),
    (["brain"], SegmentConcepts(anatomical, CodedConcept("12738006", "SCT", "Brain"))),
    (["liver"], SegmentConcepts(anatomical, CodedConcept("10200004", "SCT", "Liver"))),
    (["lung"], SegmentConcepts(anatomical, CodedConcept("39607008", "SCT", "Lung"))),
  ]

  private static func suggested(by name: String) -> SegmentConcepts {
    let name = name.lowercased()
    let found = words.first { $0.words.contains { name.contains($0) } }
    return found?.concepts
      ?? SegmentConcepts(abnormal, CodedConcept("52988006", "SCT", "Lesion"))
  }
}
