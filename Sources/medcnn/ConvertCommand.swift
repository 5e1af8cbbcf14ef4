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
      with --labels) keep their labels: they are resampled to the nearest voxel.

      DICOM in: a file, a folder or a DICOMDIR. Of a folder with several series name one, as \
      FOLDER#SERIES or with --series; "medcnn info FOLDER" lists them. Where the output is a folder \
      every series is written. A SEG becomes labels on its own grid or that of --like. An RTSTRUCT \
      needs --like, the image that it was drawn on. Of a folder with images and one SEG or RTSTRUCT \
      the images are taken, with --roi or --fractions the other.

      DICOM out: with --format labels become a SEG or contours, probabilities a fractional SEG, and \
      intensities a series of images in a new folder. They belong to the patient and study of \
      --reference, but names, numbers and dates are left out unless asked for.

      With --deidentify the DICOM files of a folder, or one file, are written as DICOM without what \
      identifies the patient (Basic Application Level Confidentiality Profile); the table on the \
      standard output tells what was done to which attribute. Pixels stay as they are.

      For research use only.

      Example:
        medcnn convert scan.nrrd scan.nii.gz --orientation RAS --spacing 1
        medcnn convert dicom-folder scan.nii.gz --series 4
        medcnn convert dicom-folder out/
        medcnn convert pet-folder suv.nii.gz --suv bw
        medcnn convert seg.dcm labels.nii.gz --like ct-folder
        medcnn convert rtstruct.dcm gtv.nii.gz --like ct-folder --roi 'GTV*'
        medcnn convert labels.nii.gz seg.dcm --format dicom-seg --reference ct-folder
        medcnn convert dicom-folder anonymous/ --deidentify
      """)

  @Argument(help: "The image, or the folder with DICOM files, to read.", completion: .file())
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
    help: ArgumentHelp(
      "Resample to the grid of this image, or draw the ROIs of an RTSTRUCT on it.",
      valueName: "image"),
    completion: .file())
  var like: String?

  @Option(help: ArgumentHelp("How to resample. (default: linear)", valueName: "method"))
  var interpolation: Interpolation?

  @Option(help: ArgumentHelp("Write only this channel, from 0.", valueName: "number"))
  var channel: Int?

  @Flag(help: "Make samples that are NaN or infinite 0.")
  var nanToZero = false

  @Flag(help: "Take whole numbers as labels even if the image names none.")
  var labels = false

  @OptionGroup var dicom: DICOMArguments
  @OptionGroup var masks: MaskArguments

  @Flag(help: "Write the fractions of a fractional SEG, 0 to 1: a channel for each segment.")
  var fractions = false

  @Option(
    help: ArgumentHelp(
      "Write DICOM: a segmentation (SEG), contours (RTSTRUCT) or a series of images.",
      valueName: "kind"))
  var format: DICOMKind?

  @OptionGroup var dicomOutput: DICOMOutputArguments

  @Option(
    help: ArgumentHelp(
      "What made the labels, for --format. (default: drawn by hand)", valueName: "name"))
  var algorithm: String?

  @OptionGroup var deidentification: DeidentificationArguments
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
    if format == nil, dicomOutput.isGiven || algorithm != nil {
      throw ValidationError(
        "--reference, --keep-identifiers and --algorithm need --format.")
    }
    if deidentification.deidentify {
      let isImage =
        format != nil || type != nil || orientation != nil || spacing != nil || like != nil
        || channel != nil || nanToZero || labels || dicom.isGiven || !masks.chosen.isEmpty
        || fractions
      guard !isImage else {
        throw ValidationError("--deidentify keeps files as they are; it takes no other options.")
      }
    }
    if format != nil, type != nil {
      throw ValidationError("--type is not for DICOM outputs.")
    }
  }

  func run() throws {
    if deidentification.deidentify {
      try deidentification.run(input, to: output, console: messages.console)
    } else if let format {
      try convert(to: format)
    } else if DICOMPlaces.isFolder(output) {
      guard DICOMFolder.isDICOM(input) else {
        throw CommandError.folderForFile(output)
      }
      try convertAll()
    } else {
      let source = try readInput()
      try convert(source.image, isPlaced: source.isPlaced, to: output)
      if let segments = source.segments { print(SegmentTable.text(segments)) }
    }
  }

  /// What is to be written.
  private struct Source {
    let image: ImageFile
    /// The segments or ROIs of a DICOM file.
    var segments: SegmentSet?
    /// Whether it is on the grid of `like` already.
    var isPlaced = false
  }

  /// Reads the input; segments and ROIs on the grid of `like` or else of the DICOM reference.
  private func readInput() throws -> Source {
    let reader = MaskReader(
      arguments: masks, console: messages.console, workers: threading.workers)
    let input = try reader.read(
      self.input, dicom: dicom.options, prefersMasks: !masks.chosen.isEmpty || fractions)
    guard case .mask(let mask, _) = input else {
      if fractions { throw CommandError.notFractional(self.input) }
      return Source(image: try input.image(threading.workers))
    }
    var options = dicom.options
    // Of a folder it names the masks.
    if DICOMFolder.isFolderOrDirectory(self.input) { options.series = nil }
    let header = try (like ?? dicomOutput.reference).map {
      try reader.header(ofImage: $0, for: mask, dicom: options)
    }
    if fractions {
      guard case .segmentation(let segmentation) = mask else {
        throw CommandError.notFractional(self.input)
      }
      let image = try segmentation.fractions(
        masks.options, on: header?.geometry, workers: threading.workers)
      messages.console.warn(image.header.warnings)
      return Source(image: image, isPlaced: true)
    }
    let segments = try reader.segments(mask, on: header?.geometry)
    // Says which ones overlap, where no layer is chosen.
    if channel == nil { _ = try segments.labelMap() }
    return Source(image: try ImageFile(segments), segments: segments, isPlaced: true)
  }

  /// Writes each volume of a folder; one that fails does not keep the others from being written.
  private func convertAll() throws {
    let folder = try DICOMFolder(input, workers: threading.workers)
    let series =
      try dicom.series == nil && !folder.series.isEmpty
      ? folder.series : [folder.chosen(dicom.options)]
    if !folder.masks.isEmpty {
      let labels = folder.masks.map(\.label).joined(separator: ", ")
      messages.console.note(
        "left out segmentations and structure sets (\(labels)); convert each as '\(input)#NUMBER'")
    }
    var told: Set<String> = []
    try DICOMPlaces.make(output)
    var failures = 0
    for series in series {
      do {
        let image = try folder.read(series, options: dicom.options, workers: threading.workers)
        messages.console.warn(image.header.warnings.filter { told.insert($0).inserted })
        try convert(image, isPlaced: false, to: DICOMPlaces.path(of: series, in: output))
      } catch {
        failures += 1
        Console.write("error: \(error)")
      }
    }
    if failures > 0 { throw ExitCode(3) }
  }

  /// Writes a DICOM object.
  private func convert(to format: DICOMKind) throws {
    guard let reference = dicomOutput.reference else { throw CommandError.noReference(input) }
    if format != .series { try OutputCheck.file(output, reading: [input, reference]) }
    let source = try readInput()
    let (image, isPlaced) = (source.image, source.isPlaced)
    let conversion = DICOMConversion(
      kind: format,
      output: try dicomOutput.output(
        reference: reference, allowMissing: dicom.gaps.allowMissing,
        algorithm: algorithm.map { DICOMOutput.Algorithm(name: $0, version: "") },
        console: messages.console, workers: threading.workers))
    if format != .series, labels || DICOMConversion.holdsLabels(image) {
      try conversion.write(moved(layer(image), isPlaced), to: output)
    } else {
      try conversion.write(moved(samples(image), isPlaced), to: output)
    }
    messages.console.note("wrote \(output)")
  }

  /// The labels of the channel that was asked for.
  private func layer(_ image: ImageFile) throws -> LabelMap {
    try checkChannel(image)
    return try channel.map { try image.labelMaps()[$0] } ?? image.labelMap()
  }

  /// The samples of the channel that was asked for.
  private func samples(_ image: ImageFile) throws -> Volume {
    try checkChannel(image)
    var volume = try channel.map(image.volume.channel) ?? image.volume
    if nanToZero {
      volume.withMutableElements { samples in
        for index in samples.indices where !samples[index].isFinite { samples[index] = 0 }
      }
    }
    return volume
  }

  private func checkChannel(_ image: ImageFile) throws {
    if let channel, !(0..<image.volume.channels ~= channel) {
      throw VolumeError.noSuchChannel(found: channel, channels: image.volume.channels)
    }
  }

  private func convert(_ image: ImageFile, isPlaced: Bool, to output: String) throws {
    let workers = threading.workers
    let header = image.header
    if isLabelMap(header) {
      let result = try moved(layer(image), isPlaced)
      try ImageFile.write(result, to: output, type: type, like: header, workers: workers)
      messages.console.note("wrote \(output): \(result.geometry)")
    } else {
      let result = try moved(samples(image), isPlaced)
      try ImageFile.write(result, to: output, type: type, like: header, workers: workers)
      messages.console.note("wrote \(output): \(result.geometry)")
    }
  }

  private func isLabelMap(_ header: ImageHeader) -> Bool {
    let isNamed = header.storedType.isInteger && !header.labels.entries.isEmpty
    return labels || (isNamed && (interpolation ?? .nearest) == .nearest)
  }

  /// The grid that was asked for, or nil for the image's own.
  private func target(_ geometry: Geometry, _ isPlaced: Bool) throws -> Geometry? {
    if let like, !isPlaced { return try ImageFile.readHeader(like).geometry }
    return try spacing.map { try geometry.resampled(spacing: $0.millimetres) }
  }

  private func moved(_ labelMap: LabelMap, _ isPlaced: Bool) throws -> LabelMap {
    var result = labelMap
    if let target = try target(result.geometry, isPlaced) {
      result = result.resampled(to: target, workers: threading.workers)
    }
    if let orientation = orientation.flatMap(Orientation.init) {
      result = result.reoriented(to: orientation)
    }
    return result
  }

  private func moved(_ volume: Volume, _ isPlaced: Bool) throws -> Volume {
    var result = volume
    if let target = try target(result.geometry, isPlaced) {
      result = result.resampled(
        to: target, by: interpolation ?? .linear, workers: threading.workers)
    }
    if let orientation = orientation.flatMap(Orientation.init) {
      result = result.reoriented(to: orientation)
    }
    return result
  }
}
