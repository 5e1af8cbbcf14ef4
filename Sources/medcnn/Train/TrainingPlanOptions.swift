import ArgumentParser
import ConvNet
import Foundation
import Parallel
import Segmentation
import VolumeIO
import Volumes
import Yams

/// The options that a plan of a training is made of.
struct TrainingPlanOptions: ParsableArguments {
  @Option(help: "The network.")
  var architecture = TrainingPlan.Kind.deepmedic

  @Option(
    help: ArgumentHelp("Changes of the plan as YAML or JSON.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml", "json"]))
  var config: String?

  @Option(
    help: ArgumentHelp(
      "The scans that the network takes, in order. (default: all columns of the table)",
      valueName: "names"))
  var channels: String?

  @Option(
    name: .customLong("label"),
    help: ArgumentHelp(
      "A label and its name; repeatable. (default: the labels that occur)",
      valueName: "value=name"))
  var labels: [ModelCommand.Import.Label] = []

  @Option(
    help: ArgumentHelp(
      "Bring scans to this distance between voxels. (default: the cases' median)", valueName: "mm"))
  var spacing: Spacing?

  @Option(
    help: ArgumentHelp(
      "Plan a U-Net whose training takes about so much memory for its patches.", valueName: "GB"))
  var memory = 2.0

  @Option(help: ArgumentHelp("The number of epochs.", valueName: "number"))
  var epochs: Int?

  @Option(help: ArgumentHelp("The steps of an epoch.", valueName: "number"))
  var steps: Int?

  @Option(help: ArgumentHelp("The segments of a step.", valueName: "number"))
  var batch: Int?

  @Option(
    help: ArgumentHelp(
      "The extent of the segments, for DeepMedic as its normal pathway sees them.",
      valueName: "voxels"))
  var patch: GridSize?

  @Option(help: ArgumentHelp("The learning rate at first.", valueName: "number"))
  var lr: Double?

  @Option(
    help: ArgumentHelp(
      "Set each channel to 0 with this probability, so that the network depends less on any one.",
      valueName: "probability"))
  var channelDropout: Double?

  @Option(
    help: ArgumentHelp(
      "Stop after so many validations without progress. (default: never)", valueName: "number"))
  var patience: Int?

  @Option(help: "What all random numbers follow from. (default: 1)")
  var seed: UInt64?

  func validate() throws {
    guard 0.05...10_000 ~= memory else {
      throw ValidationError("--memory takes 0.05 to 10000 GB, not \(memory.short).")
    }
  }

  /// The plan for a table's cases.
  func plan(
    for table: CaseTable, name: String, workers: Workers, console: Console
  ) throws -> TrainingPlan {
    let changes = try config.map(changes)
    let names =
      channels?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
      ?? table.channels
    let segment = patch.map { Triple($0.voxels.z, $0.voxels.y, $0.voxels.x) }
    let fingerprint = try fingerprint(
      of: table, channels: names, changes: changes, workers, console)
    let regions = labels.isEmpty ? table.regions : nil
    var plan = TrainingPlan(
      architecture, name: name, channels: names,
      labels: regions.map { $0.map { LabelTable.Entry(value: $0.value, name: $0.name) } }
        ?? labelEntries(table, fingerprint),
      regions: regions.map { $0.map(\.members) },
      fingerprint: fingerprint, memory: memory,
      spacing: spacing.map { [$0.millimetres.x, $0.millimetres.y, $0.millimetres.z] },
      segment: segment, epochs: epochs)
    if let config, let changes { plan = try plan.changed(by: changes, path: config) }
    if let epochs { plan.training.epochs = epochs }
    if let steps { plan.training.stepsPerEpoch = steps }
    if let batch { plan.training.batch = batch }
    if let lr { plan.training.learningRate.initial = lr }
    if let channelDropout { plan.training.channelDropout = channelDropout }
    if let patience { plan.training.patience = patience }
    if let seed { plan.training.seed = seed }
    return plan
  }

  private func changes(_ path: String) throws -> JSONValue {
    let text = try TextFile.read(path)
    do {
      return try YAMLDecoder().decode(JSONValue.self, from: text)
    } catch {
      throw CommandError.unreadable(path, reason: "it is neither YAML nor JSON: \(error)")
    }
  }

  /// The labels that are named, or else those that occur.
  private func labelEntries(
    _ table: CaseTable, _ fingerprint: DatasetFingerprint?
  ) -> [LabelTable.Entry] {
    guard labels.isEmpty else {
      return LabelTable(labels.map { LabelTable.Entry(value: $0.value, name: $0.name) }).entries
    }
    guard table.labels.entries.isEmpty else { return table.labels.entries }
    return (fingerprint?.labels ?? []).map {
      LabelTable.Entry(value: $0.value, name: $0.name ?? "label \($0.value)")
    }
  }

  /// That of the configuration, or else that of the cases. What cannot be read is told by the check of
  /// the cases.
  private func fingerprint(
    of table: CaseTable, channels: [String], changes: JSONValue?, _ workers: Workers,
    _ console: Console
  ) throws -> DatasetFingerprint? {
    if case .object(let parts)? = changes, let part = parts["fingerprint"], part != .null {
      return try DatasetFingerprint(part, path: config ?? "")
    }
    let progress = ProgressDisplay("taking the fingerprint", console: console)
    defer { progress.finish() }
    return DatasetFingerprint(
      try table.cases(channels: channels), channels: channels, workers: workers,
      progress: progress.update)
  }
}
