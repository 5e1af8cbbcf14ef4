import ArgumentParser
import Foundation
import Parallel
import Segmentation
import VolumeIO
import Volumes

struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Change an image's format, type, orientation or grid.",
    discussion: """
      The output's name decides the format: .nii, .nii.gz, .nrrd, .seg.nrrd, .nhdr, .mha or .mhd. \
      Voxels keep their places in the patient. Label maps (whole numbers with named labels, or any \
      with --labels) keep their labels: they are resampled to the nearest voxel. Of a folder with \
      DICOM images, or a DICOMDIR, each series is written where the output is a folder.

      For research use only.

      Example:
        medcnn convert scan.nrrd scan.nii.gz --orientation RAS --spacing 1
        medcnn convert dicom-folder scan.nii.gz --series 4
        medcnn convert dicom-folder out/
      """)

  @Argument(help: "The image or the folder with DICOM images to read.", completion: .file())
  var input: String

  @Argument(
    help: "The file to write, or for all series a folder that exists or whose name ends in /.",
    completion: .file())
  var output: String

  @Option(help: "The type of the stored samples. (default: the input's)")
  var type: StoredType?

  @Option(
    help: ArgumentHelp(
      "Where the voxel axes shall run to, such as RAS or LPS.", valueName: "letters"))
  var orientation: String?

  @Option(help: ArgumentHelp("The voxel size to resample to: N, or I,J,K.", valueName: "mm"))
  var spacing: Spacing?

  @Option(
    help: ArgumentHelp("Resample to the grid of this image.", valueName: "image"),
    completion: .file())
  var like: String?

  @Option(help: ArgumentHelp("How to resample. (default: linear)", valueName: "method"))
  var interpolation: Interpolation?

  @Option(help: ArgumentHelp("Write only this channel, from 0.", valueName: "number"))
  var channel: Int?

  @Flag(help: "Make samples that are NaN or infinite 0.")
  var nanToZero = false

  @Flag(help: "Take the image as a label map even if it names no labels.")
  var labels = false

  @OptionGroup var dicom: DICOMArguments
  @OptionGroup var threading: ThreadOption
  @OptionGroup var messages: QuietOption

  func validate() throws {
    if let orientation, Orientation(orientation) == nil {
      throw ValidationError(
        "--orientation takes three letters, one each of R/L, A/P and S/I, not '\(orientation)'.")
    }
    if spacing != nil, like != nil {
      throw ValidationError("--spacing and --like exclude each other.")
    }
    if interpolation != nil, spacing == nil, like == nil {
      throw ValidationError("--interpolation needs --spacing or --like.")
    }
  }

  func run() throws {
    if DICOMPlaces.isFolder(output) {
      try convertAll()
    } else {
      try convert(
        ImageFile.read(input, dicom: dicom.options, workers: threading.workers), to: output)
    }
  }

  /// Writes each volume of a folder; one that fails does not keep the others from being written.
  private func convertAll() throws {
    let folder = try DICOMFolder(input, workers: threading.workers)
    let series = try dicom.series == nil ? folder.series : [folder.chosen(dicom.options)]
    try DICOMPlaces.make(output)
    var failures = 0
    for series in series {
      do {
        let image = try folder.read(series, options: dicom.options, workers: threading.workers)
        try convert(image, to: DICOMPlaces.path(of: series, in: output))
      } catch {
        failures += 1
        Console.write("error: series \(series.label): \(error)")
      }
    }
    if failures > 0 { throw ExitCode(3) }
  }

  private func convert(_ image: ImageFile, to output: String) throws {
    let workers = threading.workers
    let header = image.header
    if let channel, !(0..<image.volume.channels ~= channel) {
      throw VolumeError.noSuchChannel(found: channel, channels: image.volume.channels)
    }
    if isLabelMap(header) {
      let layer = try channel.map { try image.labelMaps()[$0] } ?? image.labelMap()
      let result = try moved(layer)
      try ImageFile.write(result, to: output, type: type, like: header, workers: workers)
      messages.console.note("wrote \(output): \(result.geometry)")
    } else {
      var volume = try channel.map(image.volume.channel) ?? image.volume
      if nanToZero {
        volume.withMutableElements { samples in
          for index in samples.indices where !samples[index].isFinite { samples[index] = 0 }
        }
      }
      let result = try moved(volume)
      try ImageFile.write(result, to: output, type: type, like: header, workers: workers)
      messages.console.note("wrote \(output): \(result.geometry)")
    }
  }

  private func isLabelMap(_ header: ImageHeader) -> Bool {
    let isNamed = header.storedType.isInteger && !header.labels.entries.isEmpty
    return labels || (isNamed && (interpolation ?? .nearest) == .nearest)
  }

  /// The grid that was asked for, or nil for the image's own.
  private func target(_ geometry: Geometry) throws -> Geometry? {
    if let like { return try ImageFile.readHeader(like).geometry }
    return try spacing.map { try geometry.resampled(spacing: $0.millimetres) }
  }

  private func moved(_ labelMap: LabelMap) throws -> LabelMap {
    var result = labelMap
    if let target = try target(result.geometry) {
      result = result.resampled(to: target, workers: threading.workers)
    }
    if let orientation = orientation.flatMap(Orientation.init) {
      result = result.reoriented(to: orientation)
    }
    return result
  }

  private func moved(_ volume: Volume) throws -> Volume {
    var result = volume
    if let target = try target(result.geometry) {
      result = result.resampled(
        to: target, by: interpolation ?? .linear, workers: threading.workers)
    }
    if let orientation = orientation.flatMap(Orientation.init) {
      result = result.reoriented(to: orientation)
    }
    return result
  }
}
