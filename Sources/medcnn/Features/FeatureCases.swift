import ArgumentParser
import Basics
import Foundation
import VolumeIO

/// The cases of a batch: PyRadiomics' table with the columns Image and Mask, and Label and
/// Label_channel where they differ. Several channels have a column each instead of Image, and scans of
/// an earlier time are in columns that begin with `Baseline_`. Other columns are copied.
struct FeatureCases {
  struct Case: Sendable {
    /// The place in the table, from 1.
    let number: Int
    let source: CaseSource
    /// The earlier time, where the case has one.
    let baseline: CaseSource?
    let label: Int?
    let baselineLabel: Int?
    /// The layer of the mask.
    let layer: Int?
    /// All columns of the table.
    let identity: [(name: String, text: String)]

    /// The scan that messages name.
    var image: String { source.scans.first?.path ?? source.mask }
  }

  let cases: [Case]
  /// Whether the table has columns of an earlier time.
  let hasBaseline: Bool

  /// - Throws: `CommandError` for a table that cannot be understood.
  init(_ path: String, channels: [ChannelArgument]) throws {
    let text = try TextFile.read(path)
    func invalid(_ reason: String) -> CommandError { .unusable(path, reason: reason) }
    guard var records = CSV.records(of: text) else { throw invalid("a quoted field does not end") }
    records.removeAll { $0.allSatisfy(\.isEmpty) }
    let header = (records.first ?? []).map { $0.trimmingCharacters(in: .whitespaces) }
    let columns = Columns(header, channels)
    let hasBaseline = columns.index("Baseline_Mask") != nil
    let missing = columns.needed(hasBaseline).filter { columns.index($0) == nil }
    guard missing.isEmpty else {
      throw invalid(
        "found the columns \(header.joined(separator: ",")); expected \(missing.joined(separator: ", ")) "
          + "too, and as you like Label, Label_channel and others to be copied")
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    cases = try records.dropFirst().enumerated().map { index, fields in
      guard fields.count == header.count else {
        throw invalid(
          "line \(index + 2) has \(fields.count) fields where \(header.count) are named")
      }
      func place(_ name: String) throws -> String {
        guard let column = columns.index(name), !fields[column].isEmpty else {
          throw invalid("line \(index + 2) has no \(name)")
        }
        return URL(fileURLWithPath: fields[column], relativeTo: folder).standardizedFileURL.path
      }
      func number(_ name: String, from least: Int) throws -> Int? {
        guard let column = columns.index(name), !fields[column].isEmpty else { return nil }
        guard let number = Int(fields[column]), least...65535 ~= number else {
          throw invalid(
            "line \(index + 2): \(header[column]) is \"\(fields[column])\"; expected a whole number "
              + "from \(least)")
        }
        return number
      }
      func source(_ prefix: String) throws -> CaseSource {
        CaseSource(
          scans: try columns.scans.map {
            ScanSource(name: $0.name, path: try place(prefix + $0.column), channel: $0.channel)
          }, mask: try place(prefix + "Mask"))
      }
      // A patient without an earlier scan has no differences.
      let isPaired = hasBaseline && !fields[columns.index("Baseline_Mask") ?? 0].isEmpty
      return Case(
        number: index + 1, source: try source(""),
        baseline: isPaired ? try source("Baseline_") : nil, label: try number("Label", from: 1),
        baselineLabel: try number("Baseline_Label", from: 1),
        layer: try number("Label_channel", from: 0), identity: zip(header, fields).map { ($0, $1) })
    }
    self.hasBaseline = hasBaseline
    guard !cases.isEmpty else { throw invalid("it has no case below the names of the columns") }
  }

  /// The columns of the table.
  private struct Columns {
    /// The scans of each case, by columns.
    let scans: [(name: String?, column: String, channel: Int?)]
    private let lowered: [String]

    init(_ header: [String], _ channels: [ChannelArgument]) {
      lowered = header.map { $0.lowercased() }
      let named = channels.filter { $0.number == nil }
      if named.isEmpty {
        scans =
          channels.isEmpty
          ? [(nil, "Image", nil)] : channels.map { ($0.name, "Image", $0.number) }
      } else {
        scans = named.map { ($0.name, $0.place, nil) }
      }
    }

    func index(_ name: String) -> Int? { lowered.firstIndex(of: name.lowercased()) }

    func needed(_ hasBaseline: Bool) -> [String] {
      let own = scans.map(\.column) + ["Mask"]
      return own + (hasBaseline ? own.map { "Baseline_" + $0 } : [])
    }
  }
}

/// One of several equal parts of a batch: I/N.
struct BatchPart: ExpressibleByArgument {
  let number: Int
  let count: Int

  init?(argument: String) {
    let numbers = argument.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let number = numbers[0], let count = numbers[1], count >= 1,
      1...count ~= number
    else { return nil }
    self.number = number
    self.count = count
  }

  /// Whether a case, counted from 1, belongs to the part.
  func contains(_ place: Int) -> Bool { (place - 1) % count == number - 1 }
}
