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
    _ scans: [(BrainModality, Volume)], type: StoredType = .int16, labels: LabelMap,
    tissues: LabelMap? = nil, brain: Mask? = nil, parameters: [String: JSONValue]
  ) throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw CommandError.unwritableFolder(folder.relativePath, reason: error.localizedDescription)
    }
    for (modality, scan) in scans {
      try ImageFile.write(scan, to: path(modality.rawValue), type: type, workers: workers)
    }
    try ImageFile.write(labels, to: path("seg"), workers: workers)
    if let tissues { try ImageFile.write(tissues, to: path("tissue"), workers: workers) }
    if let brain {
      try ImageFile.write(LabelMap(brain, name: "brain"), to: path("brain"), workers: workers)
    }
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
  private let hasMask: Bool
  private var text: String

  /// - Parameter hasMask: whether a file with the brain lies beside each label map.
  init(modalities: [BrainModality], hasMask: Bool = false) {
    self.modalities = modalities
    self.hasMask = hasMask
    let columns = ["id"] + modalities.map(\.column) + ["label"] + (hasMask ? ["mask"] : [])
    text = CSV.line(columns) + "\n"
  }

  /// Adds a case whose files lie in a folder of its name.
  ///
  /// - Parameter made: the scans that it has; all where nil.
  mutating func append(id: String, having made: [BrainModality]? = nil) {
    func file(_ suffix: String) -> String { "\(id)/\(id)-\(suffix).nii.gz" }
    let scans = modalities.map { made?.contains($0) == false ? "" : file($0.rawValue) }
    text += CSV.line([id] + scans + [file("seg")] + (hasMask ? [file("brain")] : [])) + "\n"
  }

  func write(to url: URL) throws {
    do {
      try Data(text.utf8).write(to: url, options: .atomic)
    } catch {
      throw CommandError.unwritableFolder(url.path, reason: error.localizedDescription)
    }
  }
}

extension BrainModality {
  /// The column of its scans in a table of cases.
  var column: String {
    switch self {
    case .t1n: "t1"
    case .t1c: "t1c"
    case .t2w: "t2"
    case .t2f: "flair"
    }
  }
}
