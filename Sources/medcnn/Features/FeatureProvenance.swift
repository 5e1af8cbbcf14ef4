import Foundation
import Radiomics
import Segmentation
import VolumeIO

/// The record of where a table comes from, in a JSON file beside it.
struct FeatureProvenance {
  /// `a/table.csv` has its record in `a/table.json`, a table that is JSON in `a/table.provenance.json`.
  static func path(for table: String) -> String {
    let url = URL(fileURLWithPath: table, relativeTo: nil)
    let suffix = url.pathExtension
    let stem = suffix.isEmpty ? table : String(table.dropLast(suffix.count + 1))
    return suffix.lowercased() == "json" ? stem + ".provenance.json" : stem + ".json"
  }

  /// The files of cases, by what they are.
  static func sources(_ source: CaseSource, _ baseline: CaseSource?) -> [InputRecords.Source] {
    func files(_ source: CaseSource, _ prefix: String) -> [InputRecords.Source] {
      source.scans.map { InputRecords.Source(role: prefix + ($0.name ?? "scan"), path: $0.path) }
        + [InputRecords.Source(role: prefix + "mask", path: source.mask, isMask: true)]
    }
    return files(source, "") + (baseline.map { files($0, "baseline ") } ?? [])
  }
}

extension JSONValue {
  /// A value of a parameter file.
  init(_ value: ParameterValue) {
    switch value {
    case .null: self = .null
    case .boolean(let value): self = .bool(value)
    case .integer(let value): self = .integer(value)
    case .number(let value): self = .number(value)
    case .text(let value): self = .string(value)
    case .list(let values): self = .array(values.map(JSONValue.init))
    case .map(let entries):
      self = .object(
        Dictionary(entries.map { ($0.key, JSONValue($0.value)) }) { first, second in
          // Several filters of a kind.
          if case .array(let list) = first {
            .array(list + [second])
          } else {
            .array([first, second])
          }
        })
    }
  }
}
