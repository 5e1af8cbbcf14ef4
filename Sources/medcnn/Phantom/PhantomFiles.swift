import Basics
import Foundation
import Parallel
import Phantoms
import Segmentation
import VolumeIO
import Volumes

/// The files of one synthesised case, named as in BraTS.
struct PhantomFiles {
  let folder: URL
  let name: String
  let workers: Workers

  /// Writes scans, truth and a sidecar.
  func write(
    _ scans: [(BrainModality, Volume)], labels: LabelMap, tissues: LabelMap? = nil,
    parameters: [String: JSONValue]
  ) throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw CommandError.unwritableFolder(folder.relativePath, reason: error.localizedDescription)
    }
    for (modality, scan) in scans {
      try ImageFile.write(scan, to: path(modality.rawValue), type: .int16, workers: workers)
    }
    try ImageFile.write(labels, to: path("seg"), workers: workers)
    if let tissues { try ImageFile.write(tissues, to: path("tissue"), workers: workers) }
    try Provenance(
      version: Medcnn.version, arguments: Array(CommandLine.arguments.dropFirst()), inputs: [],
      parameters: parameters, results: JSONValue(encoding: ["labels": labels.counts])
    ).write(to: folder.appendingPathComponent("\(name).json"))
  }

  private func path(_ suffix: String) -> String {
    folder.appendingPathComponent("\(name)-\(suffix).nii.gz").path
  }
}

/// The list of synthesised cases that a trainer reads: a column for each modality, paths relative to
/// the list.
struct PhantomCaseList {
  private let modalities: [BrainModality]
  private var text: String

  init(modalities: [BrainModality]) {
    self.modalities = modalities
    let columns = modalities.map { modality in
      switch modality {
      case .t1n: "t1"
      case .t1c: "t1c"
      case .t2w: "t2"
      case .t2f: "flair"
      }
    }
    text = CSV.line(["id"] + columns + ["label"]) + "\n"
  }

  /// Adds a case whose files lie in a folder of its name.
  mutating func append(id: String) {
    let files = (modalities.map(\.rawValue) + ["seg"]).map { "\(id)/\(id)-\($0).nii.gz" }
    text += CSV.line([id] + files) + "\n"
  }

  func write(to url: URL) throws {
    do {
      try Data(text.utf8).write(to: url, options: .atomic)
    } catch {
      throw CommandError.unwritableFolder(url.path, reason: error.localizedDescription)
    }
  }
}
