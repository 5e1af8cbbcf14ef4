internal import Basics
public import Foundation
public import Parallel
internal import VolumeIO
public import Volumes

/// What consists of several labels, such as a whole tumour; regions may contain each other.
public struct LabelRegion: Sendable, Hashable {
  /// The name.
  public var name: String
  /// The labels of which it consists.
  public var members: [UInt8]
  /// The label that its voxels get, unless a later region gives them another.
  public var value: UInt16
}

/// The cases of a training: those of a CSV file, of a folder in BIDS' or nnU-Net's form, or of
/// DeepMedic's lists of files.
///
/// A CSV file (RFC 4180) has a row a case, a column for each channel with the path of its scan, `label`
/// with the path of the truth, and where wanted `id`, `mask`, `weight` and `relabel`. Paths are relative
/// to it.
public struct CaseTable: Sendable, Equatable {
  /// One row.
  public struct Row: Sendable, Hashable {
    /// The content of `id`, or "row N".
    public var name: String
    /// The paths of the scans in the order of ``CaseTable/channels``; nil for one that was not made.
    public var scans: [String?]
    /// The path of the mask, where there is one.
    public var mask: String?
    /// The path of the truth.
    public var label: String
    /// What the truth's labels become; the others stay.
    public var relabelling: [UInt16: UInt16] = [:]
    /// How often the case is seen, relative to the others.
    public var weight: Double
  }

  /// The names of the columns that are channels, in their order.
  public let channels: [String]
  /// The cases.
  public let rows: [Row]
  /// The labels' names, where they are told.
  public let labels: LabelTable
  /// The regions to be segmented instead of labels, in the order in which they are laid over each other,
  /// where they are told (nnU-Net).
  public let regions: [LabelRegion]?
  /// The cases that are said to be held out; none but in DeepMedic's form.
  public let heldOut: [Row]
  /// What is there but not used, and why: a line each.
  public let notes: [String]

  init(
    channels: [String], rows: [Row], labels: LabelTable = LabelTable(),
    regions: [LabelRegion]? = nil, heldOut: [Row] = [], notes: [String] = []
  ) {
    self.channels = channels
    self.rows = rows
    self.labels = labels
    self.regions = regions
    self.heldOut = heldOut
    self.notes = notes
  }

  /// Reads a table, a folder or lists; no image is looked at.
  ///
  /// A folder with `dataset.json` is taken as nnU-Net's, one with folders `sub-...` as BIDS; a file
  /// whose name ends in `.cfg` as DeepMedic's `trainConfig`, and any other file as CSV.
  ///
  /// - Throws: ``SegmentationError/table(path:reason:)``, `ConvNetError` for DeepMedic's.
  public init(contentsOf url: URL) throws {
    let path = url.relativePath
    if (try? url.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory == true {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
      if names.contains("dataset.json") {
        try self.init(nnUNet: url)
      } else if names.contains(where: { $0.hasPrefix("sub-") }) {
        try self.init(bids: url)
      } else {
        throw SegmentationError.table(
          path: path,
          reason: "found \(CaseTable.list(names)); expected nnU-Net's dataset.json or the folders "
            + "sub-... of BIDS, or give a CSV file that names the scans")
      }
      return
    }
    if url.pathExtension.lowercased() == "cfg" {
      try self.init(deepMedic: url)
      return
    }
    let text: String
    do {
      text = try String(contentsOf: url, encoding: .utf8)
    } catch {
      throw SegmentationError.table(path: path, reason: error.localizedDescription)
    }
    try self.init(text, folder: url.deletingLastPathComponent(), path: path)
  }

  /// - Parameters:
  ///   - folder: where relative paths begin.
  ///   - path: how messages call the table.
  init(_ text: String, folder: URL, path: String) throws {
    func invalid(_ reason: String) -> SegmentationError { .table(path: path, reason: reason) }
    guard var records = CSV.records(of: text) else {
      throw invalid("a quoted field does not end")
    }
    records.removeAll { $0.allSatisfy(\.isEmpty) }
    guard let header = records.first?.map({ $0.trimmingCharacters(in: .whitespaces) }) else {
      throw invalid("it is empty; its first line names the columns, such as id,t1,flair,label")
    }
    let lowered = header.map { $0.lowercased() }
    guard Set(lowered).count == lowered.count, !lowered.contains("") else {
      throw invalid("the names of its columns are not distinct: \(header.joined(separator: ","))")
    }
    let known = ["id", "mask", "label", "weight", "relabel"]
    let scans = header.indices.filter { !known.contains(lowered[$0]) }
    guard !scans.isEmpty, let label = lowered.firstIndex(of: "label") else {
      throw invalid(
        "found the columns \(header.joined(separator: ",")); expected \"label\" and one for each "
          + "channel, such as id,t1,flair,label")
    }
    let rows = try records.dropFirst().enumerated().map { index, fields in
      guard fields.count == header.count else {
        throw invalid(
          "line \(index + 2) has \(fields.count) fields where \(header.count) are named")
      }
      func field(_ name: String) -> String? {
        lowered.firstIndex(of: name).map { fields[$0] }.flatMap { $0.isEmpty ? nil : $0 }
      }
      let name = field("id") ?? "row \(index + 1)"
      func place(_ column: Int) -> String? {
        guard !fields[column].isEmpty else { return nil }
        return URL(fileURLWithPath: fields[column], relativeTo: folder).standardizedFileURL.path
      }
      guard let truth = place(label) else {
        throw invalid("\(name) has no label; give a file or leave out the case")
      }
      let given = scans.map(place)
      guard given.contains(where: { $0 != nil }) else {
        throw invalid("\(name) has no scan; give a file or leave out the case")
      }
      let weight = try field("weight").map { text in
        guard let number = Double(text), number > 0, number.isFinite else {
          throw invalid("\(name) has the weight \"\(text)\"; a weight is a positive number")
        }
        return number
      }
      guard let relabelling = CaseTable.relabelling(field("relabel") ?? "") else {
        throw invalid(
          "\(name) has the relabelling \"\(field("relabel") ?? "")\"; expected pairs of labels such "
            + "as \"3=1 4=3\", or \"5=ignore\"")
      }
      return Row(
        name: name, scans: given, mask: lowered.firstIndex(of: "mask").flatMap(place),
        label: truth, relabelling: relabelling, weight: weight ?? 1)
    }
    if let twice = CaseTable.repeated(rows.map(\.name)) {
      throw invalid("two cases have the id \(twice)")
    }
    guard !rows.isEmpty else { throw invalid("it has no case below the names of the columns") }
    self.init(channels: scans.map { header[$0] }, rows: rows)
  }

  /// The first text that occurs twice.
  static func repeated(_ names: [String]) -> String? {
    var seen: Set<String> = []
    return names.first { !seen.insert($0).inserted }
  }

  /// Names for a message, some of them where there are many.
  static func list(_ names: [String]) -> String {
    let shown = names.sorted().prefix(8).joined(separator: ", ")
    return names.isEmpty
      ? "nothing" : names.count > 8 ? "\(shown) and \(names.count - 8) more" : shown
  }

  /// The cases, with the scans in the order of `channels`.
  ///
  /// - Parameter channels: names of columns in any case of letters.
  /// - Throws: ``SegmentationError/channels(found:expected:remedy:)`` where the table lacks one.
  public func cases(channels wanted: [String]) throws -> [TrainingCase] {
    try cases(rows, channels: wanted)
  }

  /// The cases that are said to be held out, likewise.
  ///
  /// - Throws: as ``cases(channels:)``.
  public func heldOutCases(channels wanted: [String]) throws -> [TrainingCase] {
    try cases(heldOut, channels: wanted)
  }

  private func cases(_ rows: [Row], channels wanted: [String]) throws -> [TrainingCase] {
    let columns = try wanted.map { name in
      guard let column = channels.firstIndex(where: { $0.lowercased() == name.lowercased() }) else {
        throw SegmentationError.channels(
          found: "a table with the columns \(channels.joined(separator: ", "))",
          expected: wanted.joined(separator: ", "), remedy: "add the column \(name)")
      }
      return column
    }
    return rows.map { row in
      TrainingCase(name: row.name, weight: row.weight) { workers in
        let scans = try columns.map { column in
          try row.scans[column].map { try ImageFile.read($0, workers: workers).volume }
        }
        let mask = try row.mask.map {
          Mask(nonZeroOf: try ImageFile.read($0, workers: workers).volume)
        }
        return LabelledScans(scans: scans, mask: mask, labels: try row.readLabels(workers: workers))
      }
    }
  }

  /// Refuses cases held out that are learned from as well.
  ///
  /// - Parameters:
  ///   - others: the cases held out.
  ///   - path: where they are named.
  /// - Throws: ``SegmentationError/table(path:reason:)`` where a scan or label map is in both.
  public func refuse(sharedWith others: [Row], of path: String) throws(SegmentationError) {
    func files(_ row: Row) -> [String] {
      (row.scans.compactMap(\.self) + [row.label]).map {
        URL(fileURLWithPath: $0).resolvingSymlinksInPath().path
      }
    }
    let own = Set(rows.flatMap(files))
    let shared = others.filter { !own.isDisjoint(with: files($0)) }.map(\.name)
    guard shared.isEmpty else {
      throw .table(
        path: path,
        reason:
          "its cases \(CaseTable.list(shared)) are also among those to learn from; a case held "
          + "out must not be learned from: take it out of one of them")
    }
  }

  /// What pairs such as "3=1 4=ignore" mean, or nil where they are not pairs of distinct labels and others.
  private static func relabelling(_ text: String) -> [UInt16: UInt16]? {
    var relabelling: [UInt16: UInt16] = [:]
    for pair in text.split(separator: " ") {
      let labels = pair.split(separator: "=", omittingEmptySubsequences: false).map {
        $0 == "ignore" ? LabelledScans.ignored : UInt16($0)
      }
      guard labels.count == 2, let old = labels[0], let new = labels[1], old != 0,
        old != LabelledScans.ignored,
        relabelling.updateValue(new, forKey: old) == nil
      else { return nil }
    }
    return relabelling
  }
}

extension CaseTable.Row {
  /// The truth, with labels replaced as the table says.
  ///
  /// - Throws: whatever keeps the file from being read as a label map.
  public func readLabels(workers: Workers) throws -> LabelMap {
    var labels = try ImageFile.readLabelMap(label, workers: workers)
    guard !relabelling.isEmpty else { return labels }
    for (index, old) in labels.voxels.enumerated() {
      if old != 0, let new = relabelling[old] { labels.voxels[index] = new }
    }
    // A name belongs to the label that had it.
    labels.table = LabelTable(labels.table.entries.filter { relabelling[$0.value] == nil })
    return labels
  }
}
