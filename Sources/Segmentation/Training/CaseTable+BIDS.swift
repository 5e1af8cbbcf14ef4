internal import Foundation
internal import Volumes

extension CaseTable {
  /// The cases of a folder in BIDS' form, one for each subject, or each session of one.
  ///
  /// Looked for are, in `sub-X/anat/` or `sub-X/ses-Y/anat/`, the scans `*_T1w` (the channel T1; T1c
  /// where the name has `ce-...`), `*_T2w` (T2), `*_FLAIR` and `*_PDw` (PD), and there and in the same
  /// folders below `derivatives/PIPELINE/` the label map: `*_dseg`, `*_mask` or `*_roi`, but not one of
  /// the brain. Where there are several, it is the one whose `label-` or `desc-` speaks of a lesion or
  /// a tumour. A mask of the brain has `desc-brain` or `label-brain`. Images end in `.nii` or
  /// `.nii.gz`. The labels' names are those of a `dseg.tsv` of the folder or of a pipeline.
  ///
  /// - Throws: ``SegmentationError/table(path:reason:)``.
  init(bids folder: URL) throws {
    func invalid(_ reason: String) -> SegmentationError {
      .table(path: folder.relativePath, reason: reason)
    }
    let derivatives = folder.appendingPathComponent("derivatives")
    let pipelines = BIDSFile.folders(in: derivatives).map(derivatives.appendingPathComponent)
    var cases: [(name: String, scans: [String: String], mask: String?, label: String)] = []
    var notes: [String] = []
    for place in BIDSFile.places(in: folder) {
      let name = place.replacingOccurrences(of: "/", with: "_")
      let own = BIDSFile.files(in: folder.appendingPathComponent(place))
      let derived = pipelines.flatMap { BIDSFile.files(in: $0.appendingPathComponent(place)) }
      let scans = Dictionary(grouping: own.filter { $0.channel != nil }) { $0.channel ?? "" }
      guard !scans.isEmpty else {
        notes.append("\(name) is left out: it has no scan in anat")
        continue
      }
      if let (channel, files) = scans.sorted(by: { $0.key < $1.key }).first(where: {
        $0.value.count > 1
      }) {
        throw invalid(
          "\(name) has several scans for \(channel), \(CaseTable.list(files.map(\.name))); keep one "
            + "of them, or name the scans in a CSV file")
      }
      let regions = (own + derived).filter(\.isRegion)
      let candidates = regions.filter { !$0.isBrain }
      let lesions = candidates.filter(\.isLesion)
      let labels = candidates.count > 1 && !lesions.isEmpty ? lesions : candidates
      guard let label = labels.first else {
        notes.append("\(name) is left out: it has no label map")
        continue
      }
      guard labels.count == 1 else {
        throw invalid(
          "\(name) has several label maps, \(CaseTable.list(labels.map(\.name))); keep one, name "
            + "one with label-lesion, or name the files in a CSV file")
      }
      let brains = regions.filter(\.isBrain)
      guard brains.count <= 1 else {
        throw invalid(
          "\(name) has several masks of the brain, \(CaseTable.list(brains.map(\.name))); keep one")
      }
      cases.append((name, scans.compactMapValues { $0[0].path }, brains.first?.path, label.path))
    }
    guard !cases.isEmpty else {
      throw invalid(
        "no subject has both scans and a label map: \(notes.joined(separator: "; ")); expected "
          + "sub-X/anat/*_T1w.nii.gz (or T2w, FLAIR, ce-gadolinium_T1w) and "
          + "derivatives/PIPELINE/sub-X/anat/*_dseg.nii.gz (or label-lesion_mask)")
    }
    let found = Set(cases.flatMap(\.scans.keys))
    let common = found.filter { channel in cases.allSatisfy { $0.scans[channel] != nil } }
    for channel in found.subtracting(common).sorted() {
      let lacking = cases.filter { $0.scans[channel] == nil }.map(\.name)
      notes.append("\(channel) is left out: \(CaseTable.list(lacking)) have none")
    }
    guard !common.isEmpty else {
      throw invalid("no kind of scan is there for all: \(notes.joined(separator: "; "))")
    }
    let channels = BIDSFile.channels.filter(common.contains)
    self.init(
      channels: channels,
      rows: cases.map { item in
        Row(
          name: item.name, scans: channels.compactMap { item.scans[$0] }, mask: item.mask,
          label: item.label, weight: 1)
      },
      labels: ([folder] + pipelines).lazy.compactMap(BIDSFile.labels).first ?? LabelTable(),
      notes: notes)
  }
}

/// A file whose name is made as BIDS wants it: entities `key-value` and a suffix, joined by `_`.
private struct BIDSFile {
  let name: String
  let path: String
  private let entities: [Substring: Substring]
  private let suffix: String

  /// The channels in the order in which networks take them.
  static let channels = ["T1", "T1c", "T2", "FLAIR", "PD"]

  private init?(_ name: String, in folder: URL) {
    guard let ending = [".nii.gz", ".nii"].first(where: name.hasSuffix) else { return nil }
    let parts = name.dropLast(ending.count).split(separator: "_")
    guard parts.count >= 2, let last = parts.last else { return nil }
    self.name = name
    path = folder.appendingPathComponent(name).standardizedFileURL.path
    suffix = String(last)
    entities = Dictionary(
      parts.dropLast().map { part in
        let pair = part.split(separator: "-", maxSplits: 1)
        return (pair[0], pair.count > 1 ? pair[1] : "")
      }, uniquingKeysWith: { $1 })
  }

  /// The kind of scan, or nil.
  var channel: String? {
    switch suffix {
    case "T1w": entities["ce"] == nil ? "T1" : "T1c"
    case "T2w": "T2"
    case "FLAIR": "FLAIR"
    case "PDw": "PD"
    default: nil
    }
  }

  var isRegion: Bool { ["dseg", "mask", "roi"].contains(suffix) }

  var isBrain: Bool { purposes.contains("brain") }

  var isLesion: Bool {
    purposes.contains { purpose in ["lesion", "tumo"].contains(where: purpose.contains) }
  }

  private var purposes: [String] {
    ["label", "desc"].compactMap { entities[Substring($0)]?.lowercased() }
  }

  /// The names of the folders in a folder.
  static func folders(in folder: URL) -> [String] {
    names(in: folder).filter { name in
      var isDirectory: ObjCBool = false
      let path = folder.appendingPathComponent(name).path
      return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
        && isDirectory.boolValue
    }
  }

  /// The subjects and their sessions, such as "sub-01/ses-1".
  static func places(in folder: URL) -> [String] {
    folders(in: folder).filter { $0.hasPrefix("sub-") }.flatMap { subject in
      let sessions = folders(in: folder.appendingPathComponent(subject)).filter {
        $0.hasPrefix("ses-")
      }
      return sessions.isEmpty ? [subject] : sessions.map { "\(subject)/\($0)" }
    }
  }

  /// The images of a subject or session.
  static func files(in place: URL) -> [BIDSFile] {
    let anatomy = place.appendingPathComponent("anat")
    return names(in: anatomy).compactMap { BIDSFile($0, in: anatomy) }
  }

  private static func names(in folder: URL) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
      .filter { !$0.hasPrefix(".") }.sorted()
  }

  /// The labels that a folder's `dseg.tsv` names: columns `index` and `name`.
  static func labels(in folder: URL) -> LabelTable? {
    guard
      let text = try? String(
        contentsOf: folder.appendingPathComponent("dseg.tsv"), encoding: .utf8)
    else { return nil }
    let lines = text.split(whereSeparator: \.isNewline).map {
      $0.split(separator: "\t", omittingEmptySubsequences: false)
    }
    guard let header = lines.first, let index = header.firstIndex(of: "index"),
      let name = header.firstIndex(of: "name")
    else { return nil }
    return LabelTable(
      lines.dropFirst().compactMap { fields in
        guard fields.count > max(index, name), let value = UInt16(fields[index]), value != 0 else {
          return nil
        }
        return LabelTable.Entry(value: value, name: String(fields[name]))
      })
  }
}
