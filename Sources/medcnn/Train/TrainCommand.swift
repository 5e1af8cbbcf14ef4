import ArgumentParser
import ConvNet
import Figures
import Foundation
import Parallel
import Segmentation
import VolumeIO
import Volumes

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a network on scans with known lesions.",
    discussion: """
      The cases are in a CSV file: a row a case, a column for each kind of scan (t1, flair, ...) and \
      one named label with the truth; id, mask, weight and relabel may follow. Paths are relative to \
      the file; where one is empty, the scan was not made. A folder in BIDS' or nnU-Net's form or \
      DeepMedic's trainConfig.cfg will do as well. All cases are looked at before the first step.

      Beside the model, MODEL.csv and MODEL.png show the loss and the Dice coefficient on cases \
      held out, and MODEL.checkpoint.safetensors lets --resume go on after an interruption, to the \
      same bits. The model with the best Dice is written as soon as it is found.

      What is not an option here is in the plan: --print-plan shows it, with the fingerprint of the \
      cases from which it follows, and --config reads it, or parts of it, as YAML or JSON.

      For research use only.

      Example:
        medcnn phantom mri --kind glioma --count 20 --out brains
        medcnn train --data brains/cases.csv --architecture deepmedic \\
          --out glioma.safetensors
      """)

  @Option(
    help: ArgumentHelp(
      "The cases: a CSV file, a folder in BIDS' or nnU-Net's form, or DeepMedic's trainConfig.cfg.",
      valueName: "csv|folder|cfg"),
    completion: .file())
  var data: String

  @OptionGroup var planning: TrainingPlanOptions

  @Option(
    help: ArgumentHelp(
      "The model to write; not needed with --print-plan.", valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var out: String?

  @Option(
    help: ArgumentHelp(
      "The cases held out: a fraction of them, one of several parts (2/5), or other cases. "
        + "(default: those that trainConfig.cfg names, else 0.2)",
      valueName: "fraction|part|csv"))
  var validation: HeldOut?

  @Option(
    help: ArgumentHelp(
      "Begin with the weights of this model, of the same network.", valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var initial: String?

  @Option(
    help: ArgumentHelp(
      "Cross-validate: train so many models, MODEL.fold1 and so on, each without one part of the "
        + "cases, and judge it by these (MODEL.folds.csv).", valueName: "number"))
  var folds: Int?

  @Option(
    help: ArgumentHelp(
      "With --folds, write the label map that each case got while it was held out.",
      valueName: "folder"), completion: .directory)
  var predictions: String?

  @Flag(help: "Go on from the checkpoint beside the model; with --folds, with the unfinished ones.")
  var resume = false

  @Option(
    help: ArgumentHelp(
      "Write a checkpoint at least so often, and after each epoch.", valueName: "minutes"))
  var checkpointMinutes = 10.0

  @Flag(help: "Leave out cases that cannot be used instead of stopping.")
  var skipBad = false

  @Flag(help: "Print the plan and stop.")
  var printPlan = false

  @OptionGroup var threading: ThreadOption
  @OptionGroup var messages: QuietOption

  func validate() throws {
    guard 0...1_000_000 ~= checkpointMinutes else {
      throw ValidationError("--checkpoint-minutes takes 0 or more, not \(checkpointMinutes.short).")
    }
    if let folds {
      guard 2...100 ~= folds else {
        throw ValidationError("--folds takes 2 to 100, not \(folds).")
      }
      guard validation == nil, planning.patience == nil else {
        throw ValidationError(
          "--folds holds cases out itself; leave out --validation and --patience.")
      }
    }
    guard predictions == nil || folds != nil else {
      throw ValidationError("--predictions needs --folds.")
    }
    guard printPlan || out != nil else { throw ValidationError("Give --out FILE for the model.") }
    if let out, !out.lowercased().hasSuffix(".safetensors") {
      throw ValidationError("--out takes a name that ends in .safetensors, not '\(out)'.")
    }
  }

  func run() throws {
    let console = messages.console
    let table = try CaseTable(contentsOf: URL(fileURLWithPath: data))
    table.notes.forEach(console.note)
    let plan = try planning.plan(
      for: table, name: out.map(TrainingFiles.stem) ?? "model", workers: threading.workers,
      console: console)
    if printPlan { return print(try JSONValue(encoding: plan).yaml, terminator: "") }
    guard let out else { return }
    var model = try plan.model()
    if let initial {
      let other = try Model(contentsOf: URL(fileURLWithPath: initial))
      model = try model.withWeights(of: other, path: initial)
    }
    if let folds {
      try crossValidate(folds, table, plan, model, out: out, console)
      return
    }
    let files = TrainingFiles(model: out)
    try files.check(reading: [data] + (initial.map { [$0] } ?? []), isResuming: resume)
    let (training, heldOut) = try cases(table, plan, model, console)
    let trained = try train(
      model, plan, files, training: training, heldOut: heldOut, isResuming: resume, console)
    try trained.write(to: files.model)
    console.note("wrote \(out)" + (trained.card.accuracy.map { ": \($0)" } ?? ""))
  }

  private func train(
    _ model: Model, _ plan: TrainingPlan, _ files: TrainingFiles, training: [TrainingCase],
    heldOut: [TrainingCase], isResuming: Bool, _ console: Console
  ) throws -> Model {
    let trainer = try Trainer(
      model, options: plan.training, training: training, validation: heldOut,
      workers: threading.workers)
    if isResuming {
      try trainer.resume(from: files.checkpoint)
      console.note("going on after step \(trainer.finishedSteps)")
    }
    let weights = model.network.weights.values.reduce(0) { $0 + $1.values.count }
    console.note(
      "training \(plan.name): \(weights) weights, \(training.count) cases, \(heldOut.count) held out"
    )
    let display = TrainingDisplay(files: files, console: console, options: plan.training)
    defer { display.finish() }
    return try trainer.run(
      checkpoint: files.checkpoint, every: .seconds(60 * checkpointMinutes), report: display.report)
  }

  private func crossValidate(
    _ folds: Int, _ table: CaseTable, _ plan: TrainingPlan, _ model: Model, out: String,
    _ console: Console
  ) throws {
    let validation = CrossValidation(
      model: out, folds: folds, predictions: predictions, workers: threading.workers,
      console: console)
    try validation.check(reading: [data], isResuming: resume)
    let cases = try checked(
      table.cases(channels: model.channels.map(\.name)), plan, model, console)
    try validation.run(cases, plan: plan, model: model) { files, training, isResuming in
      try train(
        model, plan, files, training: training, heldOut: [], isResuming: isResuming, console)
    }
  }

  /// The cases to learn from and those held out, all of them usable.
  private func cases(
    _ table: CaseTable, _ plan: TrainingPlan, _ model: Model, _ console: Console
  ) throws -> (training: [TrainingCase], heldOut: [TrainingCase]) {
    let names = model.channels.map(\.name)
    let heldOut: [TrainingCase]?
    if case .table(let path) = validation {
      let other = try CaseTable(contentsOf: URL(fileURLWithPath: path))
      try table.refuse(sharedWith: other.rows, of: path)
      heldOut = try other.cases(channels: names)
    } else if validation == nil, !table.heldOut.isEmpty {
      try table.refuse(sharedWith: table.heldOut, of: data)
      heldOut = try table.heldOutCases(channels: names)
    } else {
      heldOut = nil
    }
    let training = try checked(table.cases(channels: names), plan, model, console)
    if let heldOut { return (training, try checked(heldOut, plan, model, console)) }
    let held = (validation ?? .fraction(0.2))
      .indices(of: training.count, seed: plan.training.seed)
    return (
      training.indices.filter { !held.contains($0) }.map { training[$0] },
      held.sorted().map { training[$0] }
    )
  }

  private func checked(
    _ cases: [TrainingCase], _ plan: TrainingPlan, _ model: Model, _ console: Console
  ) throws -> [TrainingCase] {
    let progress = ProgressDisplay("looking at the cases", console: console)
    defer { progress.finish() }
    let check = try TrainingCheck(
      cases, model: model, options: plan.training, workers: threading.workers,
      progress: progress.update)
    progress.finish()
    if !check.withoutLabels.isEmpty {
      console.note("no lesion in \(check.withoutLabels.joined(separator: ", "))")
    }
    if !check.problems.isEmpty {
      guard skipBad, !check.usable.isEmpty else {
        throw SegmentationError.cases(check.problems, of: cases.count)
      }
      for problem in check.problems {
        console.note("left out \(problem.name): \(problem.reason)")
      }
    }
    return check.usable
  }
}
