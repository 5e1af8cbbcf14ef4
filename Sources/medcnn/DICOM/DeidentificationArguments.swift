import ArgumentParser
import Foundation
import Segmentation
import VolumeIO

/// Taking identifiers out of DICOM files.
struct DeidentificationArguments: ParsableArguments {
  @Flag(help: "Write DICOM without what identifies the patient.")
  var deidentify = false

  @Option(
    help: ArgumentHelp(
      "Replace unique identifiers in the same way in each run with this secret text. (default: in a "
        + "new way in each run)",
      valueName: "text"))
  var key: String?

  @Option(
    help: ArgumentHelp(
      "Write what was removed, by attribute, as .csv or .json instead of as a table.",
      valueName: "file"),
    completion: .file(extensions: ["csv", "json"]))
  var report: String?

  func validate() throws {
    guard deidentify || (key == nil && report == nil) else {
      throw ValidationError("--key and --report need --deidentify.")
    }
    if let key, key.utf8.count < 8 {
      throw ValidationError("--key takes a text of at least 8 characters.")
    }
    if let report, !["csv", "json"].contains(URL(fileURLWithPath: report).pathExtension) {
      throw ValidationError("--report takes a name that ends in .csv or .json.")
    }
  }

  /// De-identifies a file or a folder.
  func run(_ input: String, to output: String, console: Console) throws {
    var deidentifier = Deidentifier(key: key ?? UUID().uuidString)
    if let report { try OutputCheck.file(report, reading: [input]) }
    var failures = 0
    if DICOMPlaces.isExistingFolder(input) {
      let progress = ProgressDisplay("de-identifying", console: console)
      defer { progress.finish() }
      try deidentifier.writeFolder(input, to: output, progress: progress.update) { error in
        failures += 1
        Console.write("error: \(error)")
      }
    } else {
      try OutputCheck.file(output, reading: [input])
      try deidentifier.write(input, to: output)
    }
    let done = deidentifier.report
    if let report {
      try AtomicFile.write(Array(text(done, isJSON: report.hasSuffix(".json")).utf8), to: report)
    } else {
      print(table(done))
    }
    for (warning, count) in done.warnings.sorted(by: { $0.key < $1.key }) {
      Console.write("warning: in \(count) of \(done.files) files \(warning); look at them")
    }
    if done.leftOut > 0 { console.note("left out \(done.leftOut) files that are no DICOM objects") }
    console.note("wrote \(output): \(done.files) files")
    if failures > 0 { throw ExitCode(3) }
  }

  private func table(_ report: DeidentificationReport) -> String {
    var table = TextTable(["attribute", "name", "action", "count"], leftAligned: [0, 1, 2])
    for row in report.rows {
      table.append([row.tag, row.name, row.action.rawValue, "\(row.count)"])
    }
    return table.text
  }

  private func text(_ report: DeidentificationReport, isJSON: Bool) throws -> String {
    if isJSON { return try JSONValue(encoding: report.rows).formatted() }
    let lines = report.rows.map { row in
      "\"\(row.tag)\",\(row.name),\"\(row.action.rawValue)\",\(row.count)"
    }
    return (["attribute,name,action,count"] + lines).joined(separator: "\n") + "\n"
  }
}
