import ArgumentParser
import Parallel
import VolumeIO

/// What DICOM outputs belong to.
struct DICOMOutputArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The DICOM series that DICOM outputs belong to: a folder, FOLDER#SERIES, or a file.",
      valueName: "path"),
    completion: .file())
  var reference: String?

  @Flag(help: "Copy the patient's and the study's names, numbers and dates to DICOM outputs.")
  var keepIdentifiers = false

  /// Whether any of the options is given.
  var isGiven: Bool { reference != nil || keepIdentifiers }

  /// Reads the series, and says what becomes of identifiers.
  func output(
    reference path: String, allowMissing: Bool, algorithm: DICOMOutput.Algorithm?,
    console: Console, workers: Workers
  ) throws -> DICOMOutput {
    let output = DICOMOutput(
      reference: try DICOMReference(
        path, options: DICOMOptions(allowMissing: allowMissing),
        workers: workers),
      keepsIdentifiers: keepIdentifiers, version: Medcnn.version, algorithm: algorithm)
    console.warn(output.reference.warnings)
    if !keepIdentifiers {
      console.note(
        "the patient's name, numbers and dates are left out; archives that file by them need "
          + "--keep-identifiers")
    }
    return output
  }
}
