import VolumeIO

/// What `info` tells of a folder with DICOM files.
struct FolderReport: Encodable {
  struct Series: Encodable {
    let series: String
    let modality: String
    let size: [Int]
    let channels: Int
    let files: Int
    let description: String
    let uid: String
    let problem: String?
  }

  /// A segmentation or structure set.
  struct Mask: Encodable {
    let series: String
    let modality: String
    /// The number of segments or ROIs.
    let parts: Int
    let file: String
    let description: String
    let uid: String
  }

  let folder: String
  let series: [Series]
  let masks: [Mask]
  /// Files that look like DICOM and cannot be read.
  let damaged: [String]

  init(_ folder: DICOMFolder) {
    self.folder = folder.path
    series = folder.series.map { series in
      Series(
        series: series.label, modality: series.modality,
        size: (0..<3).map { series.size[$0] }, channels: series.channels, files: series.files,
        description: series.description, uid: series.uid, problem: series.problem)
    }
    masks = folder.masks.map { mask in
      Mask(
        series: mask.label, modality: mask.modality, parts: mask.partCount, file: mask.path,
        description: mask.description, uid: mask.uid)
    }
    damaged = folder.damaged.map(\.error.description)
  }

  var text: String {
    var table = TextTable(
      ["series", "modality", "size", "channels", "files", "description", "UID"],
      leftAligned: [0, 1, 5, 6])
    for series in series {
      let size = series.channels == 0 ? "-" : series.size.map(String.init).joined(separator: "x")
      table.append([
        series.series, series.modality, size,
        series.channels == 0 ? "-" : String(series.channels), String(series.files),
        series.description.isEmpty ? "-" : series.description, series.uid,
      ])
    }
    var masks = TextTable(
      ["masks", "modality", "segments or ROIs", "description", "file"], leftAligned: [0, 1, 3, 4])
    for mask in self.masks {
      masks.append([
        mask.series, mask.modality, String(mask.parts),
        mask.description.isEmpty ? "-" : mask.description, mask.file,
      ])
    }
    var lines = [folder]
    if !series.isEmpty { lines += table.text.split(separator: "\n").map { "  " + $0 } }
    if !self.masks.isEmpty { lines += masks.text.split(separator: "\n").map { "  " + $0 } }
    for series in series {
      if let problem = series.problem { lines.append("  \(series.series): not read: \(problem)") }
    }
    lines += damaged.map { "  not read: \($0)" }
    return lines.joined(separator: "\n")
  }
}
