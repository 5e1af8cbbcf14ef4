import Foundation
import Parallel
import Radiomics

/// IBSI's reference values beside the program's, as Markdown.
enum ConformanceTable {
  /// - Parameter folder: IBSI's data sets.
  /// - Throws: `VolumeIOError` for files that are missing.
  static func text(folder: String, workers: Workers) throws -> String {
    let all: [IBSIConfiguration.Reference?] = [nil] + IBSIConfiguration.Reference.allCases
    let tables = try all.map {
      try IBSIConformance(folder: folder, configuration: $0, workers: workers)
    }
    var lines = [
      "# Conformance with IBSI-1", "",
      "Values of the features of the Image Biomarker Standardisation Initiative's reference manual for",
      "its digital phantom and for the CT phantom in configurations A to E, beside the reference values.",
      "A value passes when it is within the tolerance, rounded to the reference value's three digits.",
      "Written by `medcnn features --ibsi-conformance FOLDER`, whose folder holds IBSI's data sets.",
      "",
      "| | values | pass | without reference |", "|---|---|---|---|",
    ]
    for table in tables {
      let known = table.rows.filter { $0.reference != nil }
      lines.append(
        "| \(table.title) | \(known.count) | \(known.count(where: \.passes)) | "
          + "\(table.rows.count - known.count) |")
    }
    for table in tables {
      lines += [
        "", "## \(table.title)", "", "| tag | value | reference | tolerance | |",
        "|---|---|---|---|---|",
      ]
      for row in table.rows {
        lines.append(
          "| \(row.tag) | \(row.value.map(\.short) ?? "-") | \(row.reference.map(\.short) ?? "-") | "
            + "\(row.tolerance.map(\.short) ?? "-") | "
            + "\(row.reference == nil ? "no reference" : row.passes ? "pass" : "FAIL") |")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
