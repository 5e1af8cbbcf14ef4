import ArgumentParser
import Parallel
import VolumeIO
import Volumes

/// What is wanted of DICOM segmentations and structure sets.
struct MaskArguments: ParsableArguments {
  @Option(
    name: .customLong("roi"),
    help: ArgumentHelp(
      "Read only this segment of a SEG or ROI of an RTSTRUCT: its number, or its name (* for any "
        + "characters); repeatable.",
      valueName: "name"))
  var chosen: [String] = []

  @Option(
    help: ArgumentHelp(
      "Of a fractional SEG or a map of probabilities, the fraction from which a voxel belongs to a "
        + "segment.")
  )
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

  /// Reads an image or what a DICOM object says of its masks, and tells warnings.
  ///
  /// - Parameter prefersMasks: whether the only mask of a folder is taken where it has images, too.
  func read(
    _ path: String, dicom: DICOMOptions = DICOMOptions(), prefersMasks: Bool = true
  ) throws -> ImageOrMask {
    let result = try ImageOrMask.read(
      path, dicom: dicom, prefersMasks: prefersMasks, workers: workers)
    switch result {
    case .image(let image): console.warn(image.header.warnings)
    case .mask(_, let warnings): console.warn(warnings)
    }
    return result
  }

  /// Reads masks and tells warnings.
  ///
  /// - Parameter grid: that on which they are to be, or nil for their own.
  func segments(
    _ mask: DICOMMask, on grid: Geometry?, options: MaskOptions? = nil
  ) throws -> SegmentSet {
    let segments = try mask.segments(
      options ?? arguments.options, on: grid, workers: workers)
    console.warn(segments.warnings.map { "\(mask.path): \($0)" })
    return segments
  }

  /// The header of the image on whose grid masks are to be; tells where that may not be theirs.
  func header(
    ofImage path: String, for mask: DICOMMask, dicom: DICOMOptions = DICOMOptions()
  ) throws -> ImageHeader {
    let header = try mask.header(ofImage: path, dicom: dicom)
    console.warn(header.warnings)
    compare(mask, with: header.path, header.space)
    return header
  }

  /// Tells where masks may lie elsewhere than what they are used with.
  func compare(_ mask: DICOMMask, with path: String, _ other: DICOMSpace?) {
    switch other.flatMap(mask.space.difference) {
    case .frame:
      console.warn([
        "\(mask.path): its frame of reference is another one than that of \(path); the positions may "
          + "not agree"
      ])
    case .series:
      console.note("note: \(mask.path) was made from another series than \(path)")
    case nil: break
    }
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
