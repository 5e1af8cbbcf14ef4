import VolumeIO

/// What `info` tells of a folder with DICOM images.
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

  let folder: String
  let series: [Series]
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
    damaged = folder.damaged.map(\.description)
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
    var lines = [folder] + table.text.split(separator: "\n").map { "  " + $0 }
    for series in series {
      if let problem = series.problem { lines.append("  \(series.series): not read: \(problem)") }
    }
    lines += damaged.map { "  not read: \($0)" }
    return lines.joined(separator: "\n")
  }
}
