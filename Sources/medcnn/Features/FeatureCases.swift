import ArgumentParser
import Basics
import Foundation
import VolumeIO

/// The cases of a batch: PyRadiomics' table with the columns Image and Mask, and Label and
/// Label_channel where they differ; other columns are copied.
struct FeatureCases {
  struct Case: Sendable {
    /// The place in the table, from 1.
    let number: Int
    let image: String
    let mask: String
    let label: Int?
    let channel: Int?
    /// All columns of the table.
    let identity: [(name: String, text: String)]
  }

  let cases: [Case]

  /// - Throws: `CommandError` for a table that cannot be understood.
  init(_ path: String) throws {
    let url = URL(fileURLWithPath: path)
    let text = try TextFile.read(path)
    func invalid(_ reason: String) -> CommandError { .unusable(path, reason: reason) }
    guard var records = CSV.records(of: text) else { throw invalid("a quoted field does not end") }
    records.removeAll { $0.allSatisfy(\.isEmpty) }
    let header = (records.first ?? []).map { $0.trimmingCharacters(in: .whitespaces) }
    let lowered = header.map { $0.lowercased() }
    guard let image = lowered.firstIndex(of: "image"), let mask = lowered.firstIndex(of: "mask")
    else {
      throw invalid(
        "found the columns \(header.joined(separator: ",")); expected Image and Mask, and as you like "
          + "Label, Label_channel and others to be copied")
    }
    let folder = url.deletingLastPathComponent()
    cases = try records.dropFirst().enumerated().map { index, fields in
      guard fields.count == header.count else {
        throw invalid(
          "line \(index + 2) has \(fields.count) fields where \(header.count) are named")
      }
      func place(_ column: Int) throws -> String {
        guard !fields[column].isEmpty else {
          throw invalid("line \(index + 2) has no \(header[column])")
        }
        return URL(fileURLWithPath: fields[column], relativeTo: folder).standardizedFileURL.path
      }
      func number(_ name: String, from least: Int) throws -> Int? {
        guard let column = lowered.firstIndex(of: name), !fields[column].isEmpty else { return nil }
        guard let number = Int(fields[column]), least...65535 ~= number else {
          throw invalid(
            "line \(index + 2): \(header[column]) is \"\(fields[column])\"; expected a whole number "
              + "from \(least)")
        }
        return number
      }
      return Case(
        number: index + 1, image: try place(image), mask: try place(mask),
        label: try number("label", from: 1), channel: try number("label_channel", from: 0),
        identity: zip(header, fields).map { ($0, $1) })
    }
    guard !cases.isEmpty else { throw invalid("it has no case below the names of the columns") }
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
