public import Foundation
internal import VolumeIO
public import Volumes

/// A table of cases as a CSV file (RFC 4180): a row a case, a column for each channel with the path of
/// its scan, `label` with the path of the truth, and where wanted `id`, `mask` and `weight`. Paths are
/// relative to the table.
public struct CaseTable: Sendable, Equatable {
  /// One row.
  public struct Row: Sendable, Hashable {
    /// The content of `id`, or "row N".
    public var name: String
    /// The paths of the scans in the order of ``CaseTable/channels``.
    public var scans: [String]
    /// The path of the mask, where there is one.
    public var mask: String?
    /// The path of the truth.
    public var label: String
    /// How often the case is seen, relative to the others.
    public var weight: Double
  }

  /// The names of the columns that are channels, in their order.
  public let channels: [String]
  /// The cases.
  public let rows: [Row]
  /// The labels' names, where they are told.
  public let labels: LabelTable

  init(channels: [String], rows: [Row], labels: LabelTable) {
    self.channels = channels
    self.rows = rows
    self.labels = labels
  }

  /// Reads a table, or a folder in nnU-Net's form; no image is looked at.
  ///
  /// - Throws: ``SegmentationError/table(path:reason:)``.
  public init(contentsOf url: URL) throws {
    let path = url.relativePath
    if (try? url.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory == true {
      try self.init(nnUNet: url)
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
    guard var records = CaseTable.records(of: text) else {
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
    let known = ["id", "mask", "label", "weight"]
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
      func place(_ column: Int) throws -> String {
        guard !fields[column].isEmpty else {
          throw invalid("\(name) has no \(header[column]); give a file or leave out the case")
        }
        return URL(fileURLWithPath: fields[column], relativeTo: folder).standardizedFileURL.path
      }
      let weight = try field("weight").map { text in
        guard let number = Double(text), number > 0, number.isFinite else {
          throw invalid("\(name) has the weight \"\(text)\"; a weight is a positive number")
        }
        return number
      }
      return Row(
        name: name, scans: try scans.map(place),
        mask: try field("mask") == nil ? nil : place(lowered.firstIndex(of: "mask") ?? 0),
        label: try place(label), weight: weight ?? 1)
    }
    let names = rows.map(\.name)
    if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
      throw invalid("two cases have the id \(twice)")
    }
    guard !rows.isEmpty else { throw invalid("it has no case below the names of the columns") }
    self.init(channels: scans.map { header[$0] }, rows: rows, labels: LabelTable())
  }

  /// The cases, with the scans in the order of `channels`.
  ///
  /// - Parameter channels: names of columns in any case of letters.
  /// - Throws: ``SegmentationError/channels(found:expected:remedy:)`` where the table lacks one.
  public func cases(channels wanted: [String]) throws -> [TrainingCase] {
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
        let scans = try columns.map { try ImageFile.read(row.scans[$0], workers: workers).volume }
        let mask = try row.mask.map {
          Mask(nonZeroOf: try ImageFile.read($0, workers: workers).volume)
        }
        let labels = try ImageFile.readLabelMap(row.label, workers: workers)
        return LabelledScans(scans: scans, mask: mask, labels: labels)
      }
    }
  }

  /// The fields of each line, or nil where a quoted field does not end.
  private static func records(of text: String) -> [[String]]? {
    var records: [[String]] = []
    var record: [String] = []
    var field = ""
    var isQuoted = false
    var rest = Substring(text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text)
    while let character = rest.popFirst() {
      if isQuoted {
        if character != "\"" {
          field.append(character)
        } else if rest.first == "\"" {
          field.append("\"")
          rest.removeFirst()
        } else {
          isQuoted = false
        }
      } else if character == "\"" && field.isEmpty {
        isQuoted = true
      } else if character == "," {
        record.append(field)
        field = ""
      } else if character.isNewline {
        records.append(record + [field])
        (record, field) = ([], "")
      } else {
        field.append(character)
      }
    }
    if isQuoted { return nil }
    if !record.isEmpty || !field.isEmpty { records.append(record + [field]) }
    return records
  }
}
