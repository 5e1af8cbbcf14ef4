import ArgumentParser
import Parallel
import VolumeIO

/// The option of every command that computes with several threads.
struct ThreadOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Use so many threads; results do not depend on it. (default: all cores)",
      valueName: "number"))
  var threads: Int?

  var workers: Workers { threads.map(Workers.init(count:)) ?? .all }

  func validate() throws {
    if let threads, !(1...1024 ~= threads) {
      throw ValidationError("--threads takes 1 to 1024, not \(threads).")
    }
  }
}

/// The option of every command that has something to say besides its result.
struct QuietOption: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Show no messages and no progress, only errors.")
  var quiet = false

  var console: Console { Console(isQuiet: quiet) }
}

/// The option of commands that read DICOM series.
struct MissingSlicesOption: ParsableArguments {
  @Flag(
    help: "Interpolate slices that a DICOM series lacks, and leave out files that cannot be read.")
  var allowMissing = false
}

/// What is wanted of DICOM images.
struct DICOMArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Which series of a DICOM folder: its number, UID or description (* for any characters).",
      valueName: "series"))
  var series: String?

  @OptionGroup var gaps: MissingSlicesOption

  @Option(
    help: ArgumentHelp(
      "Turn PET to standardised uptake values: by body weight, lean body mass or body surface.",
      valueName: "kind"))
  var suv: UptakeValue?

  /// Whether any of the options is given.
  var isGiven: Bool { series != nil || gaps.allowMissing || suv != nil }

  var options: DICOMOptions {
    DICOMOptions(series: series, allowMissing: gaps.allowMissing, uptake: suv)
  }
}
