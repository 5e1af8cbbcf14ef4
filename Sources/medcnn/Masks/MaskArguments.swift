import ArgumentParser
import Parallel
import VolumeIO
import Volumes

/// What is wanted of DICOM segmentations and structure sets.
struct MaskArguments: ParsableArguments {
  @Option(
    name: .customLong("roi"),
    help: ArgumentHelp(
      "Of a DICOM SEG or RTSTRUCT read only these segments or ROIs: a number, or a name in which * "
        + "stands for any characters; repeatable.",
      valueName: "name"))
  var chosen: [String] = []

  @Option(help: ArgumentHelp("The least fraction of a fractional DICOM SEG's segments."))
  var threshold = 0.5

  func validate() throws {
    guard threshold > 0, threshold <= 1 else {
      throw ValidationError("--threshold takes a fraction above 0, up to 1, not \(threshold).")
    }
  }

  var options: MaskOptions { MaskOptions(chosen: chosen, threshold: threshold) }
}

/// The masks of a DICOM file as a command reads them.
struct MaskReader {
  let arguments: MaskArguments
  let console: Console
  let workers: Workers

  /// Reads masks and tells warnings.
  func segments(
    _ mask: DICOMMask, on grid: Geometry?, options: MaskOptions? = nil
  ) throws -> SegmentSet {
    let segments = try mask.segments(
      options ?? arguments.options, on: grid, workers: workers)
    for warning in segments.warnings { console.note("warning: \(mask.path): \(warning)") }
    return segments
  }
}

/// How much each segment or ROI takes, as a table.
enum SegmentTable {
  static func text(_ segments: SegmentSet) -> String {
    var table = TextTable(["label", "name", "voxels", "ml"], leftAligned: [1])
    for segment in segments.segments {
      table.append([
        "\(segment.label)", segment.name, "\(segment.voxels)",
        segments.millilitres(of: segment).fixed(2),
      ])
    }
    return table.text
  }
}
