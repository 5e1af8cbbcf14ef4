import ArgumentParser
import Parallel
import VolumeIO

/// What DICOM outputs belong to.
struct DICOMOutputArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The DICOM series that DICOM outputs belong to: a folder or a file.", valueName: "path"),
    completion: .file())
  var reference: String?

  @Option(
    help: ArgumentHelp(
      "Which series of the reference, where there are several: its number, UID or description.",
      valueName: "series"))
  var referenceSeries: String?

  @Flag(help: "Copy the patient's and the study's names, numbers and dates to DICOM outputs.")
  var keepIdentifiers = false

  /// Whether any of the options is given.
  var isGiven: Bool { reference != nil || referenceSeries != nil || keepIdentifiers }

  /// Reads the series, and says what becomes of identifiers.
  func output(
    reference path: String, allowMissing: Bool = false, algorithm: DICOMOutput.Algorithm?,
    console: Console, workers: Workers
  ) throws -> DICOMOutput {
    let output = DICOMOutput(
      reference: try DICOMReference(
        path, options: DICOMOptions(series: referenceSeries, allowMissing: allowMissing),
        workers: workers),
      keepsIdentifiers: keepIdentifiers, version: Medcnn.version, algorithm: algorithm)
    if !keepIdentifiers {
      console.note(
        "the patient's name, numbers and dates are left out; archives that file by them need "
          + "--keep-identifiers")
    }
    return output
  }
}
