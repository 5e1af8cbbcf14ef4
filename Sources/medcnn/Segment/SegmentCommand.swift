import ArgumentParser
import Foundation
import Parallel
import Segmentation
import VolumeIO
import Volumes

struct SegmentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "segment",
    abstract: "Find and label lesions in a patient's scans.",
    discussion: """
      Give the scans by their kind (--t1 ...), or a folder or files whose names tell the kind, or \
      one file with all channels. Scans of one patient must be registered to each other; those on \
      another grid are resampled to the first. Series of a DICOM folder are found by their \
      descriptions, or named as FOLDER#SERIES.

      Without --model, the model that medcnn brings finds gliomas and other lesions of the brain in \
      any of T1, T1c, T2 and FLAIR; "medcnn model inspect" says how well. Where a head with its skull \
      is given, the brain is found first. Other models say which scans they need; for them the \
      voxels that are not zero are the brain, without --mask.

      Writes the labels on the grid of the first scan and a JSON file beside it that says how they \
      were made, and prints each label's volume and number of lesions. With --format they are \
      written as DICOM that belongs to the first scan, or to --reference; names, numbers and dates \
      are left out unless asked for.

      For research use only: not for diagnosis or treatment.

      Example:
        medcnn segment scan_FLAIR.nii.gz
        medcnn segment --flair scan.nii.gz --t1c other.nii.gz -o labels.nii.gz \\
          --uncertainty uncertainty.nii.gz
        medcnn segment --model glioma.safetensors --t1 t1.nii.gz --t1c t1c.nii.gz \\
          --t2 t2.nii.gz --flair flair.nii.gz -o labels.nii.gz
        medcnn segment --model glioma.safetensors dicom-folder -o labels.nii.gz
        medcnn segment --model glioma.safetensors dicom-folder -o seg.dcm \\
          --format dicom-seg --keep-identifiers
      """)

  @OptionGroup(title: "Scans") var scans: ScanArguments

  @Option(
    help: ArgumentHelp(
      "The model file. (default: the model that medcnn brings)", valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var model: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Where to write the labels; the name decides the format (.nii.gz, .seg.nrrd, .mha, ...). "
        + "(default: the first scan's name with _lesions.nii.gz, in the current folder)",
      valueName: "file"),
    completion: .file())
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Write the labels as DICOM: a segmentation (SEG) or contours (RTSTRUCT).", valueName: "kind"))
  var format: DICOMResultKind?

  @OptionGroup var dicomOutput: DICOMOutputArguments

  @Option(
    help: ArgumentHelp(
      "Also write the labels' volumes as a DICOM report; needs --format dicom-seg.",
      valueName: "file"),
    completion: .file(extensions: ["dcm"]))
  var sr: String?

  @Option(
    help: ArgumentHelp(
      "Label only voxels where this image is not zero, or inside this SEG or RTSTRUCT (a file or a "
        + "folder with one).",
      valueName: "file"),
    completion: .file())
  var mask: String?

  @OptionGroup var masks: MaskArguments

  @Option(
    help: "Whether the brain is found first, for models that know nothing else.")
  var skullStrip = SkullStripping.auto

  @Option(
    help: ArgumentHelp("Also write the brain that was found, or the mask.", valueName: "file"),
    completion: .file())
  var brainMask: String?

  @Option(
    help: ArgumentHelp(
      "Also write the probability of each class, as channels, or with --format dicom-seg to a name "
        + "that ends in .dcm as a fractional segmentation.",
      valueName: "file"),
    completion: .file())
  var probabilities: String?

  @Option(
    help: ArgumentHelp(
      "Also write how undecided the network is: the entropy of the classes' probabilities in bits.",
      valueName: "file"),
    completion: .file())
  var uncertainty: String?

  @Option(
    help: ArgumentHelp(
      "Also draw the labels' contours on cuts through the largest lesion, as PNG.",
      valueName: "file"),
    completion: .file(extensions: ["png"]))
  var preview: String?

  @Flag(help: "Keep only the largest connected lesion.")
  var keepLargest = false

  @Option(
    help: ArgumentHelp(
      "Drop lesions of less than this volume. (default: as the model says)", valueName: "ml"))
  var minLesionMl: Double?

  @Option(
    help: ArgumentHelp(
      "The most memory for the network's feature maps, such as 800M or 2G.", valueName: "size"))
  var memory = MemorySize(bytes: 1 << 30)

  @Option(
    help: ArgumentHelp(
      "See the scan in tiles with an output of this many voxels, or 0 for one stream.",
      valueName: "voxels"))
  var tile: Int?

  @Flag(help: "Compute convolutions by their definition only; slower.")
  var strict = false

  @OptionGroup var gaps: MissingSlicesOption
  @OptionGroup var threading: ThreadOption
  @OptionGroup var messages: QuietOption

  func validate() throws {
    if let minLesionMl, !(minLesionMl >= 0 && minLesionMl.isFinite) {
      throw ValidationError("--min-lesion-ml takes millilitres from 0, not \(minLesionMl).")
    }
    if let tile, !(0...512 ~= tile) {
      throw ValidationError("--tile takes 1 to 512 voxels, or 0, not \(tile).")
    }
    if let preview, !preview.lowercased().hasSuffix(".png") {
      throw ValidationError("--preview writes PNG; give a name that ends in .png.")
    }
    if format == nil, dicomOutput.isGiven {
      throw ValidationError("--reference and --keep-identifiers need --format.")
    }
    if sr != nil, format != .segmentation {
      throw ValidationError("--sr refers to a segmentation; it needs --format dicom-seg.")
    }
  }

  /// Where the labels are written.
  private var outputPath: String {
    if let output { return output }
    let name = URL(fileURLWithPath: String(scans.first.prefix { $0 != "#" })).lastPathComponent
    let suffix = OutputCheck.imageSuffixes.first(where: name.lowercased().hasSuffix) ?? ""
    return String(name.dropLast(suffix.count)) + "_lesions" + (format == nil ? ".nii.gz" : ".dcm")
  }

  func run() throws {
    let console = messages.console
    let model =
      try self.model.map { try Model(contentsOf: URL(fileURLWithPath: $0)) } ?? Model.lesions()
    let output = outputPath
    var options = Segmenter.Options()
    options.workers = threading.workers
    options.memory = memory.bytes
    options.tile = tile
    options.strict = strict
    options.keepsProbabilities =
      probabilities != nil || uncertainty != nil || format == .structureSet
    options.keepsLargestOnly = keepLargest
    options.smallestLesion = minLesionMl
    let segmenter = try Segmenter(model, options: options)

    let inputs = try scans.files(for: model)
    let read = inputs.map(\.path) + [self.model, mask].compactMap(\.self)
    try checkOutputs(output, reading: read)
    for input in inputs { console.note("\(input.role): \(input.path)") }
    let dicom = DICOMOptions(allowMissing: gaps.allowMissing)
    let images = try threading.workers.map(inputs.count) { index in
      let image = try ImageFile.read(
        inputs[index].path, dicom: dicom, workers: threading.workers)
      try SegmentCommand.check(image)
      return image
    }
    console.warn(images.flatMap(\.header.warnings))
    let dicomResult = try self.dicomResult(
      inputs[0].path, images[0], model, output, console)
    let givenMask = try mask.map {
      try readMask($0, on: images[0].header, dicom, console)
    }
    let volumes: [Volume?] =
      inputs[0].channel == nil
      ? images.map(\.volume)
      : model.channels.indices.map { channel in
        inputs.firstIndex { $0.channel == channel }.map { images[$0].volume }
      }

    let start = ContinuousClock.now
    let progress = ProgressDisplay("segmenting", console: console)
    defer { progress.finish() }
    let brain = try givenMask ?? findBrain(in: images.map(\.volume), for: model, console)
    let result = try segmenter.segment(volumes, mask: brain, progress: progress.update)
    progress.finish()
    console.warn(result.warnings)
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    console.note("segmented with \(model.card.name) in \(seconds.fixed(1)) s")

    let header = images[0].header
    if let dicomResult {
      try dicomResult.write(result, to: output, report: sr)
    } else {
      try ImageFile.write(result.labels, to: output, like: header, workers: options.workers)
    }
    if let probabilities, let volume = result.probabilities {
      if let dicomResult, isFractional(probabilities) {
        try dicomResult.writeProbabilities(volume, result.labels.table, to: probabilities)
      } else {
        try ImageFile.write(
          volume, to: probabilities, type: .float32, like: header, workers: options.workers)
      }
    }
    if let uncertainty, let volume = result.uncertainty(model.output) {
      try ImageFile.write(
        volume, to: uncertainty, type: .float32, like: header, workers: options.workers)
    }
    if let brainMask {
      try ImageFile.write(
        LabelMap(result.mask, name: "brain"), to: brainMask, like: header,
        workers: options.workers)
    }
    if let preview { try draw(result, volumes, model: model, to: preview) }
    try writeSidecar(result, model: model, to: output, inputs: inputs)
    if self.output == nil { console.note("wrote \(output)") }
    print(LabelSummary.table(result.counts, total: result.total))
  }

  /// Whether probabilities are to be a DICOM object.
  private func isFractional(_ path: String) -> Bool {
    format == .segmentation && path.lowercased().hasSuffix(".dcm")
  }

  /// The brain, where the model knows nothing else and the scans may show more.
  private func findBrain(
    in images: [Volume], for model: Model, _ console: Console
  ) throws -> Mask? {
    guard model.preprocessing.zeroOutsideMask == true, skullStrip != .never else { return nil }
    guard skullStrip == .always || BrainExtraction.showsMoreThanBrain(images) else { return nil }
    let extraction = try BrainExtraction(workers: threading.workers, strict: strict)
    let brain = try extraction.brain(in: images)
    let litres = Double(brain.count) * brain.geometry.voxelVolume / 1e6
    console.note("found the brain: \(litres.fixed(2)) l (--skull-strip never leaves this out)")
    return brain
  }

  /// Refuses places in which nothing can be written.
  private func checkOutputs(_ output: String, reading inputs: [String]) throws {
    if format == nil {
      try OutputCheck.image(output, reading: inputs)
    } else {
      try OutputCheck.file(output, reading: inputs)
    }
    if let probabilities {
      if isFractional(probabilities) {
        try OutputCheck.file(probabilities, reading: inputs)
      } else {
        try OutputCheck.image(probabilities, reading: inputs)
      }
    }
    for path in [uncertainty, brainMask].compactMap(\.self) {
      try OutputCheck.image(path, reading: inputs)
    }
    for path in [preview, sr].compactMap(\.self) { try OutputCheck.file(path, reading: inputs) }
  }

  /// What writes the labels as DICOM where that is wanted; refuses a series on another grid.
  private func dicomResult(
    _ path: String, _ first: ImageFile, _ model: Model, _ output: String, _ console: Console
  ) throws -> DICOMResult? {
    guard let format else { return nil }
    let isDICOM = first.header.format == .dicom
    guard let reference = dicomOutput.reference ?? (isDICOM ? path : nil) else {
      throw CommandError.noReference(output)
    }
    let dicom = try dicomOutput.output(
      reference: reference, allowMissing: gaps.allowMissing,
      algorithm: DICOMOutput.Algorithm(name: model.card.name, version: model.card.version),
      console: console, workers: threading.workers)
    try dicom.reference.checkGrid(of: first.volume.geometry)
    return DICOMResult(kind: format, output: dicom, model: model)
  }

  /// The voxels that are not zero, or of a DICOM file those of the chosen segments or ROIs.
  private func readMask(
    _ path: String, on scan: ImageHeader, _ dicom: DICOMOptions, _ console: Console
  ) throws -> Mask {
    let reader = MaskReader(arguments: masks, console: console, workers: threading.workers)
    switch try reader.read(path, dicom: dicom) {
    case .image(let image): return Mask(nonZeroOf: image.volume)
    case .mask(let mask, _):
      reader.compare(mask, with: scan.path, scan.space)
      return try reader.segments(mask, on: scan.geometry).mask
    }
  }

  /// Refuses what no network can make sense of.
  private static func check(_ image: ImageFile) throws {
    let path = image.header.path
    let size = image.volume.geometry.size
    guard size.min() > 1 else {
      throw CommandError.notAVolume(path, size: "\(size.x)x\(size.y)x\(size.z)")
    }
    let count = image.volume.samples.count { !$0.isFinite }
    guard count == 0 else { throw CommandError.notFinite(path, count: count) }
  }

  private func writeSidecar(
    _ result: Segmentation, model: Model, to output: String, inputs: [ScanArguments.File]
  ) throws {
    var files = inputs.map { InputRecords.Source(role: $0.role, path: $0.path) }
    if let mask { files.append(.init(role: "mask", path: mask, isMask: true)) }
    if let path = self.model { files.append(.init(role: "model", path: path)) }
    let records = try InputRecords.records(files, workers: threading.workers)
    try Provenance(
      version: Medcnn.version, arguments: Array(CommandLine.arguments.dropFirst()),
      inputs: records,
      parameters: [
        "keep_largest": .bool(keepLargest),
        "min_lesion_ml": .number(minLesionMl ?? model.output.smallestLesion ?? 0),
        "skull_strip": .string(skullStrip.rawValue), "strict": .bool(strict),
        "tile": tile.map(JSONValue.integer) ?? .null,
      ],
      model: model.card, warnings: result.warnings,
      results: JSONValue(encoding: ["labels": result.counts + [result.total]])
    ).write(to: URL(fileURLWithPath: SegmentCommand.sidecar(of: output)))
  }

  /// `a/labels.nii.gz` has its record in `a/labels.json`.
  static func sidecar(of path: String) -> String {
    let name = path.lowercased()
    let suffix = (OutputCheck.imageSuffixes + [".dcm"]).first(where: name.hasSuffix) ?? ""
    return String(path.dropLast(suffix.count)) + ".json"
  }
}
