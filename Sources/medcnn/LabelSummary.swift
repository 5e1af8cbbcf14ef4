import Volumes

/// How much of a scan each label takes, for tables and JSON.
struct LabelSummary {
  struct Row: Encodable {
    let label: UInt16
    let name: String
    let voxels: Int
    let millilitres: Double
    let lesions: Int
  }

  let rows: [Row]

  /// Counts the labels that occur and those of the table.
  ///
  /// Lesions are the connected parts of a label, with voxels that touch at a corner as neighbours.
  init(_ labelMap: LabelMap) {
    let named = labelMap.table.entries.map(\.value).filter { $0 != 0 }
    rows = Set(labelMap.labels).union(named).sorted().map { label in
      let mask = labelMap.mask(of: [label])
      let voxels = mask.count
      return Row(
        label: label, name: labelMap.table.name(of: label), voxels: voxels,
        millilitres: Double(voxels) * labelMap.geometry.voxelVolume / 1000,
        lesions: voxels == 0 ? 0 : mask.components(.corners).count)
    }
  }

  var table: String {
    var table = TextTable(["label", "name", "voxels", "ml", "lesions"], leftAligned: [1])
    for row in rows {
      table.append([
        "\(row.label)", row.name, "\(row.voxels)", row.millilitres.fixed(2), "\(row.lesions)",
      ])
    }
    return table.text
  }
}
