import ArgumentParser
import Foundation
import Parallel
import Segmentation
import VolumeIO
import Volumes

struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Show what image files hold: grid, type, values, labels.",
    discussion: """
      Orientation letters say where the voxel axes run to: in LPS the first runs to the left, the \
      second to posterior, the third to superior.

      Of a folder with DICOM files or a DICOMDIR the series, segmentations (SEG) and structure sets \
      (RTSTRUCT) are listed; FOLDER#SERIES or --series shows one of them. Of a SEG or RTSTRUCT the \
      segments or ROIs are listed.

      For research use only.

      Example:
        medcnn info t1.nii.gz labels.seg.nrrd
        medcnn info dicom-folder
        medcnn info dicom-folder --series 4
        medcnn info seg.dcm
      """)

  @Argument(
    help: "Image files: NIfTI, NRRD, MetaImage or DICOM; folders with DICOM files.",
    completion: .file())
  var paths: [String]

  @Flag(help: "Print a JSON list instead of text.")
  var json = false

  @OptionGroup var dicom: DICOMArguments
  @OptionGroup var masks: MaskArguments
  @OptionGroup var threading: ThreadOption

  func run() throws {
    var reports: [JSONValue] = []
    for path in paths {
      if dicom.series == nil, masks.chosen.isEmpty, DICOMFolder.isFolderOrDirectory(path) {
        let report = FolderReport(try DICOMFolder(path, workers: threading.workers))
        if json { reports.append(try JSONValue(encoding: report)) } else { print(report.text) }
        continue
      }
      switch try ImageOrMask.read(
        path, dicom: dicom.options, prefersMasks: !masks.chosen.isEmpty,
        workers: threading.workers)
      {
      case .mask(let mask, let warnings):
        let report = try MaskReport(
          mask, options: masks.options, warnings: warnings, workers: threading.workers)
        if json { reports.append(try JSONValue(encoding: report)) } else { print(report.text) }
      case .image(let image):
        let report = try ImageReport(image, threading.workers)
        if json { reports.append(try JSONValue(encoding: report)) } else { print(report.text) }
      }
    }
    if json { print(try JSONValue(encoding: reports).formatted(), terminator: "") }
  }
}

/// What `info` tells of a file.
struct ImageReport: Encodable {
  struct Values: Encodable {
    let minimum: Double?
    let maximum: Double?
    let mean: Double?
    let standardDeviation: Double?
    let nonZero: Int
    let notFinite: Int

    enum CodingKeys: String, CodingKey {
      case minimum, maximum, mean
      case standardDeviation = "standard_deviation"
      case nonZero = "non_zero"
      case notFinite = "not_finite"
    }
  }

  struct Grid: Encodable {
    let size: [Int]
    let spacing: [Double]
    let orientation: String
    /// The rows of the map from voxel indices to RAS+ millimetres.
    let affine: [[Double]]
  }

  let file: String
  let format: String
  let storedType: String
  let isCompressed: Bool
  let isBigEndian: Bool
  let slope: Double
  let intercept: Double
  let channels: Int
  let grid: Grid
  /// For each channel.
  let values: [Values]
  /// For each layer of labels that the file names.
  let labels: [LabelTable]
  /// What the reader had to leave out.
  let warnings: [String]

  enum CodingKeys: String, CodingKey {
    case file, format, slope, intercept, channels, grid, values, labels, warnings
    case storedType = "stored_type"
    case isCompressed = "compressed"
    case isBigEndian = "big_endian"
  }

  init(_ image: ImageFile, _ workers: Workers) throws {
    let header = image.header
    let geometry = header.geometry
    file = header.path
    format = header.format.rawValue
    storedType = header.storedType.rawValue
    isCompressed = header.isCompressed
    isBigEndian = header.isBigEndian
    slope = header.slope
    intercept = header.intercept
    channels = header.channels
    grid = Grid(geometry)
    values = try (0..<image.volume.channels).map { channel in
      try Values(image.volume, channel: channel, workers)
    }
    labels = header.labelTables.filter { !$0.entries.isEmpty }
    warnings = header.warnings
  }
}

extension ImageReport.Values {
  init(_ volume: Volume, channel: Int, _ workers: Workers) throws {
    let count = volume.geometry.voxelCount
    let samples = volume.samples[channel * count..<(channel + 1) * count]
    nonZero = samples.count { $0 != 0 }
    notFinite = samples.count { !$0.isFinite }
    guard notFinite < count else {
      (minimum, maximum, mean, standardDeviation) = (nil, nil, nil, nil)
      return
    }
    let finite =
      notFinite == 0
      ? nil : try Mask(geometry: volume.geometry, voxels: samples.map(\.isFinite))
    let statistics = try volume.statistics(channel: channel, in: finite, workers: workers)
    minimum = statistics.minimum
    maximum = statistics.maximum
    mean = statistics.mean
    standardDeviation = statistics.standardDeviation
  }
}

extension ImageReport.Grid {
  init(_ geometry: Geometry) {
    let affine = geometry.affine
    size = (0..<3).map { geometry.size[$0] }
    spacing = (0..<3).map { geometry.spacing[$0] }
    orientation = geometry.orientation.description
    self.affine = (0..<3).map { [affine.i[$0], affine.j[$0], affine.k[$0], affine.origin[$0]] }
  }

  /// As lines of text, the size first.
  var lines: [String] {
    var lines = [
      "  size         \(size.map(String.init).joined(separator: " x ")) voxels",
      "  spacing      \(spacing.map(\.short).joined(separator: " x ")) mm",
      "  orientation  \(orientation)",
    ]
    for (row, label) in zip(affine, ["affine       ", "             ", "             "]) {
      lines.append("  \(label)" + row.map { $0.short.leftPadded(to: 10) }.joined(separator: " "))
    }
    return lines
  }
}

extension ImageReport {
  /// Channels beyond this many are not listed one by one.
  private static let mostChannels = 12

  var text: String {
    var storage = "\(format), \(storedType)"
    if isBigEndian { storage += ", big endian" }
    if isCompressed { storage += ", compressed" }
    if slope != 1 || intercept != 0 {
      storage += ", true value = \(slope.short) stored + \(intercept.short)"
    }
    var lines = [file, "  stored       \(storage)"] + grid.lines
    if channels > 1 { lines[2] += ", \(channels) channels" }
    for (channel, values) in values.prefix(ImageReport.mostChannels).enumerated() {
      let name = channels > 1 ? "channel \(channel)" : "values"
      lines.append("  " + name.padding(toLength: 13, withPad: " ", startingAt: 0) + values.text)
    }
    if channels > ImageReport.mostChannels {
      lines.append("               ... (--json lists all \(channels) channels)")
    }
    for table in labels {
      for entry in table.entries {
        lines.append("  label \(String(entry.value).leftPadded(to: 5))  \(entry.name)")
      }
    }
    lines += warnings.map { "  warning: \($0)" }
    return lines.joined(separator: "\n")
  }
}

extension ImageReport.Values {
  fileprivate var text: String {
    guard let minimum, let maximum, let mean, let standardDeviation else {
      return "none is a number"
    }
    var text =
      "\(minimum.short) to \(maximum.short), mean \(mean.short), sd \(standardDeviation.short), "
      + "\(nonZero) voxels not zero"
    if notFinite > 0 { text += ", \(notFinite) NaN or infinite" }
    return text
  }
}

extension String {
  fileprivate func leftPadded(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }
}
