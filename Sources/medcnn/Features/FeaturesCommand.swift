import ArgumentParser
import Foundation
import Parallel
import Radiomics
import Segmentation
import VolumeIO

struct FeaturesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "features",
    abstract: "Compute radiomic features of regions in scans.",
    discussion: """
      Features, names, settings, parameter files and tables are PyRadiomics'. The mask is a label \
      map, a probability map, or a DICOM SEG or RTSTRUCT. Without a choice label 1 is measured, or \
      the only one. --profile ibsi computes IBSI's features, by its rules, and --ibsi prepares the \
      region as in one of its reference configurations for CT. --list names all features with their sources and IBSI codes.

      With --cases the scans and masks are in a CSV file with the columns Image and Mask, and Label \
      and Label_channel where they differ; others are copied. With --out-dir results are kept case \
      by case and an interrupted batch goes on. Cases that fail are listed, and the exit status is 3.

      For research use only.

      Example:
        medcnn features --ct scan.nii.gz mask.nii.gz
        medcnn features scan.nii.gz mask.nii.gz -p params.yaml --out features.csv
        medcnn features --channel FLAIR=f.nii.gz --channel T1c=c.nii.gz mask.nii.gz
        medcnn features scan.nii.gz mask.nii.gz --baseline scan0.nii.gz mask0.nii.gz
        medcnn features scan.nii.gz mask.nii.gz --habitats 2-6 --habitat-map h.nii.gz
        medcnn features ct-folder seg.dcm --label all --sr report.dcm
        medcnn features --cases cases.csv --out-dir results --out features.csv
      """)

  @Argument(help: "The scan.", completion: .file())
  var scan: String?

  @Argument(help: "The mask.", completion: .file())
  var mask: String?

  @OptionGroup(title: "Features") var what: FeatureArguments

  @Option(
    help: ArgumentHelp(
      "Which regions: labels or names, separated by commas, or all.", valueName: "labels"))
  var label: String?

  @Option(
    help: ArgumentHelp(
      "Which channel of a scan with several, from 1; or repeatable NAME=FILE, or NAME=NUMBER, for "
        + "channels whose columns begin with their names; with --cases NAME=COLUMN or NAME.",
      valueName: "channel"))
  var channel: [ChannelArgument] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "The scan and the mask of an earlier time: adds how features changed.",
      valueName: "scan mask"), completion: .file())
  var baseline: [String] = []

  @Flag(help: "Bring a mask on another grid to the scan's.")
  var resampleMask = false

  @OptionGroup(title: "DICOM") var dicom: DICOMArguments
  @OptionGroup(title: "DICOM") var masks: MaskArguments

  @Option(
    help: ArgumentHelp("Write the table to a file instead of printing it.", valueName: "file"),
    completion: .file())
  var out: String?

  @Option(
    help: ArgumentHelp("csv, json or txt. (default: by the name of --out, else txt)"))
  var format: FeatureTableStyle.Format?

  @Flag(help: "A line for each feature instead of one for each region; CSV.")
  var long = false

  @Flag(help: "Say why features have no value, in a column.")
  var reasons = false

  @Option(
    help: ArgumentHelp("A CSV file of many scans and masks.", valueName: "csv"),
    completion: .file(extensions: ["csv"]))
  var cases: String?

  @Option(
    help: ArgumentHelp(
      "How many cases are measured at a time. (default: as many as threads)", valueName: "number"))
  var jobs: Int?

  @Option(
    help: ArgumentHelp("Keep the results of each case here, to go on from.", valueName: "folder"),
    completion: .directory)
  var outDir: String?

  @Option(
    help: ArgumentHelp("Only one of several equal parts of the cases.", valueName: "i/n"))
  var part: BatchPart?

  @Option(
    help: ArgumentHelp(
      "Compare with IBSI's reference values: a folder with its data sets; prints Markdown.",
      valueName: "folder"), completion: .directory)
  var ibsiConformance: String?

  @Flag(help: "List all features and where they are defined.")
  var list = false

  @Option(
    help: ArgumentHelp(
      "Draw the first region, its bins and the filtered images, as PNG.", valueName: "file"),
    completion: .file(extensions: ["png"]))
  var preview: String?

  @Option(
    help: ArgumentHelp(
      "Write the features of a DICOM scan as a structured report, and beside it a segmentation of the "
        + "regions.", valueName: "file"), completion: .file(extensions: ["dcm"]))
  var sr: String?

  @OptionGroup(title: "DICOM") var dicomOutput: DICOMOutputArguments

  @OptionGroup(title: "Habitats") var habitats: HabitatArguments

  @OptionGroup var threading: ThreadOption
  @OptionGroup var messages: QuietOption

  func validate() throws {
    if list || ibsiConformance != nil { return }
    try what.validateConventions()
    try channels.validate()
    if cases == nil {
      _ = try channels.source(paths)
      if !baseline.isEmpty { _ = try channels.baseline(baseline) }
      guard jobs == nil, outDir == nil, part == nil else {
        throw ValidationError("--jobs, --out-dir and --part need --cases.")
      }
      guard baseline.isEmpty || habitats.counts == nil else {
        throw ValidationError("--habitats has no --baseline: habitats are others at each time.")
      }
    } else {
      guard scan == nil else {
        throw ValidationError("Give a scan and a mask or --cases, not both.")
      }
      guard baseline.isEmpty else {
        throw ValidationError(
          "With --cases earlier scans are in the columns Baseline_Image and Baseline_Mask.")
      }
      guard habitats.map == nil else {
        throw ValidationError("With --cases habitats are written to --out-dir.")
      }
      if outDir != nil, long || format == .json || format == .txt {
        throw ValidationError("--out-dir keeps CSV tables; leave out --long and --format.")
      }
    }
    if let jobs, !(1...1024 ~= jobs) {
      throw ValidationError("--jobs takes 1 to 1024, not \(jobs).")
    }
    if preview != nil, cases != nil || what.isIBSI {
      throw ValidationError("--preview shows one case, prepared as PyRadiomics does.")
    }
    if sr == nil, dicomOutput.isGiven {
      throw ValidationError("--reference and --keep-identifiers need --sr.")
    }
    if sr != nil, cases != nil || !baseline.isEmpty || channel.count > 1 {
      throw ValidationError("--sr reports one scan at one time.")
    }
    if long, let format, format != .csv { throw ValidationError("--long writes CSV.") }
  }

  func run() throws {
    if list {
      print(FeatureList.text)
      return
    }
    if let ibsiConformance {
      try write(ConformanceTable.text(folder: ibsiConformance, workers: threading.workers))
      return
    }
    var parameters = try what.parameters(messages.console)
    if resampleMask { try parameters.settings.set("correctMask", to: .boolean(true)) }
    let told = FeatureMessages(messages.console)
    let measurer = try measurer(parameters, told)
    guard let cases else {
      try measure(measurer, told)
      return
    }
    try measure(FeatureCases(cases, channels: channel), measurer, told)
  }

  /// Measures the one case that is named.
  private func measure(_ measurer: RegionMeasurer, _ told: FeatureMessages) throws {
    let source = try channels.source(paths)
    let earlier = baseline.isEmpty ? nil : try channels.baseline(baseline)
    let selection = RegionMeasurer.Selection(
      choice: choice, layer: measurer.parameters.settings.labelChannel)
    let inputs = source.paths + (earlier?.paths ?? [])
    if let out { try checkTable(out, reading: inputs) }
    if let map = habitats.map { try OutputCheck.image(map, reading: inputs) }
    if let preview { try OutputCheck.file(preview, reading: inputs) }
    var output: DICOMOutput?
    if let sr {
      try OutputCheck.file(sr, reading: inputs)
      try OutputCheck.file(FeatureReport.segmentationPath(sr), reading: inputs)
      let scan = source.scans[0].path + (dicom.series.map { "#" + $0 } ?? "")
      output = try dicomOutput.output(
        reference: dicomOutput.reference ?? scan, allowMissing: dicom.gaps.allowMissing,
        algorithm: nil, console: messages.console, workers: threading.workers)
    }
    let result = try measurer.measure(
      source, selection, since: earlier.map { ($0, selection) }, hasBaseline: earlier != nil,
      identity: source.identity() + (earlier?.identity(prefix: "Baseline_") ?? []),
      workers: threading.workers)
    if let map = habitats.map, let labels = result.habitats {
      try ImageFile.write(labels, to: map, workers: threading.workers)
    }
    if let preview, let region = result.regions.first {
      try FeaturePreview.write(
        region, measurer.parameters, to: preview, workers: threading.workers)
    }
    if let sr, let output {
      try FeatureReport(
        convention: what.isIBSI ? .ibsi : .pyradiomics, modality: output.reference.modality
      ).write(result, to: sr, output: output, messages: told)
    }
    try write(style.text(result.rows))
    try writeRecord(
      measurer.parameters, FeatureProvenance.sources(source, earlier), told, measurer.reader.dicom,
      results: ["regions": .integer(result.rows.count)])
  }

  private func checkTable(_ path: String, reading inputs: [String]) throws {
    try OutputCheck.file(path, reading: inputs)
    try OutputCheck.file(
      FeatureProvenance.path(for: path), reading: inputs + [what.parameterFile].compactMap(\.self))
  }

  /// Writes the record beside the table, where that is a file.
  private func writeRecord(
    _ parameters: ExtractionParameters, _ sources: [InputRecords.Source], _ told: FeatureMessages,
    _ dicom: DICOMOptions, results: [String: JSONValue]
  ) throws {
    guard let out else { return }
    var files = sources
    if let cases { files.append(.init(role: "cases", path: cases)) }
    if let file = what.parameterFile { files.append(.init(role: "parameters", path: file)) }
    guard case .object(var settings) = JSONValue(try record(parameters)) else { return }
    settings["program"] = nil
    try Provenance(
      version: Medcnn.version, arguments: Array(CommandLine.arguments.dropFirst()),
      inputs: try InputRecords.records(files, dicom: dicom, workers: threading.workers),
      parameters: settings, warnings: told.warnings, results: .object(results)
    ).write(to: URL(fileURLWithPath: FeatureProvenance.path(for: out)))
  }

  private var paths: [String] { [scan, mask].compactMap(\.self) }
  private var channels: ChannelChoice { ChannelChoice(arguments: channel) }

  private func measurer(
    _ parameters: ExtractionParameters, _ told: FeatureMessages
  ) throws -> RegionMeasurer {
    var dicom = dicom.options
    // The settings of PET are for uptake values; what is not DICOM has them already.
    if what.preset == .pet, dicom.uptake == nil { dicom.uptake = .bodyWeight }
    return RegionMeasurer(
      reader: FeatureReader(dicom: dicom, masks: masks.options, messages: told),
      parameters: parameters, ibsi: try what.ibsiConfiguration(parameters.settings),
      ibsiFeatures: try what.ibsiFeatures(),
      habitats: try habitats.counts.map { counts in
        HabitatDivision(
          counts: counts.range, criterion: habitats.criterion,
          maps: try habitats.features.map { try what.mapParameters($0, parameters) },
          messages: told)
      })
  }

  private var style: FeatureTableStyle {
    let suffix = out.map { URL(fileURLWithPath: $0).pathExtension.lowercased() }
    let byName = suffix.flatMap(FeatureTableStyle.Format.init(rawValue:))
    return FeatureTableStyle(
      format: long || cases != nil && format == nil && byName == nil
        ? .csv : format ?? byName ?? .txt,
      isLong: long, hasReasons: reasons)
  }

  private var choice: FeatureReader.Choice {
    guard let label else { return .standard }
    if label.lowercased() == "all" { return .all }
    return .labels(label.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) })
  }

  private func measure(
    _ table: FeatureCases, _ measurer: RegionMeasurer, _ told: FeatureMessages
  ) throws {
    let cases = table.cases.filter { part?.contains($0.number) ?? true }
    if let out { try checkTable(out, reading: [self.cases].compactMap(\.self)) }
    if table.hasBaseline, habitats.counts != nil {
      throw ValidationError(
        "--habitats has no columns Baseline_: habitats are others at each time.")
    }
    let style = self.style
    let choice = self.choice
    let layer = measurer.parameters.settings.labelChannel
    let folder = outDir
    let keepsRows = outDir == nil
    let batch = FeatureBatch(
      jobs: min(jobs ?? threading.workers.count, max(1, cases.count)), workers: threading.workers,
      folder: outDir, record: try record(measurer.parameters).json() + "\n",
      console: messages.console)
    let collected = Locked([Int: [FeatureRow]]())
    let result = try batch.run(cases) { item, workers in
      func selection(_ label: Int?) -> RegionMeasurer.Selection {
        .init(
          choice: label.map { FeatureReader.Choice.labels(["\($0)"]) } ?? choice,
          layer: item.layer ?? layer)
      }
      let result = try measurer.measure(
        item.source, selection(item.label),
        since: item.baseline.map { ($0, selection(item.baselineLabel ?? item.label)) },
        hasBaseline: table.hasBaseline, identity: item.identity, workers: workers)
      let rows = result.rows
      if let folder, let habitats = result.habitats {
        try ImageFile.write(
          habitats, to: "\(folder)/habitats_\(item.number).nii.gz", workers: workers)
      }
      if keepsRows { collected.withLock { $0[item.number] = rows } }
      return rows.map(style.cells)
    }
    if outDir == nil {
      let rows = collected.withLock { $0 }
      try write(style.text(cases.flatMap { rows[$0.number] ?? [] }))
    } else if out != nil {
      try write(FeatureBatch.table(result.rows))
    }
    let failed = Set(result.failures.map(\.number))
    try writeRecord(
      measurer.parameters,
      cases.filter { !failed.contains($0.number) }.flatMap {
        FeatureProvenance.sources($0.source, $0.baseline)
      }, told, measurer.reader.dicom,
      results: [
        "cases": .integer(cases.count), "failed": .integer(failed.count),
        "regions": .integer(result.rows.count),
      ])
    guard !result.failures.isEmpty else { return }
    let failures = result.failures.map { failure in
      [
        ("Case", "\(failure.number)"), ("Image", failure.image), ("Mask", failure.mask),
        ("Reason", failure.reason),
      ]
    }
    if let outDir {
      try AtomicFile.write(
        Array(FeatureBatch.table(failures).utf8), to: "\(outDir)/failed.csv")
    }
    Console.write("\(result.failures.count) of \(cases.count) cases failed:")
    for failure in result.failures {
      Console.write("  case \(failure.number) (\(failure.image)): \(failure.reason)")
    }
    throw ExitCode(3)
  }

  /// What the results of a batch depend on.
  private func record(_ parameters: ExtractionParameters) throws -> ParameterValue {
    let entries: [ParameterValue.Entry] = [
      .init("program", .text("medcnn \(Medcnn.version)")),
      .init("setting", .map(parameters.settings.record)),
      .init("imageType", .map(parameters.imageTypes.map { .init($0.name, .map($0.overrides)) })),
      .init(
        "featureClass",
        .map(
          parameters.features.map { request in
            .init(
              request.family.rawValue, request.names.map { .list($0.map { .text($0) }) } ?? .null)
          })),
      .init("label", label.map { .text($0) } ?? .null),
      .init(
        "channel",
        // Names without folders: the record tells nothing of the machine.
        .list(
          channel.map {
            .text(
              ($0.name.map { $0 + "=" } ?? "") + URL(fileURLWithPath: $0.place).lastPathComponent)
          })),
      .init("roi", .list(masks.chosen.map { .text($0) })),
      .init("threshold", .number(masks.threshold)),
      .init("series", dicom.series.map { .text($0) } ?? .null),
      .init("suv", dicom.suv.map { .text("\($0)") } ?? .null),
      .init("preset", what.preset.map { .text("\($0)") } ?? .null),
      .init("reasons", .boolean(reasons)),
      .init(
        "habitats",
        habitats.counts.map { .text("\($0.range.lowerBound)-\($0.range.upperBound)") } ?? .null),
      .init("habitatCriterion", .text(habitats.criterion.rawValue)),
      .init("habitatFeatures", habitats.features.map { .text($0) } ?? .null),
      .init("ibsi", .text(what.ibsi?.name ?? what.profile.rawValue)),
      .init("features", what.features.map { .text($0) } ?? .null),
    ]
    return .map(entries)
  }

  private func write(_ text: String) throws {
    if let out {
      try AtomicFile.write(Array(text.utf8), to: out)
    } else {
      print(text, terminator: "")
    }
  }
}

extension FeatureTableStyle.Format: ExpressibleByArgument {}
