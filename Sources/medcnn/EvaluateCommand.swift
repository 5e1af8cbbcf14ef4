import ArgumentParser
import Foundation
import Segmentation
import VolumeIO
import Volumes

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Compare a segmentation with the truth.",
    discussion: """
      For each label: Dice, sensitivity, precision, 95 % Hausdorff distance (HD95), normalised \
      surface distance (NSD) and volumes; and BraTS's lesion-wise Dice (LW Dice) and HD95 (LW HD95), \
      with the lesions of the truth and how many were missed and falsely found. Where the labels are \
      BraTS's (1 to 4), also for the whole tumour (WT), tumour core (TC) and enhancing tumour (ET).

      Either file can be a DICOM SEG or RTSTRUCT, or a folder with one (FOLDER#SERIES of several). An RTSTRUCT is drawn on the other file's grid, or \
      on that of --like. With --roi or --truth-roi the choices of a file are its labels 1, 2 and so \
      on, so that ROIs with other numbers can be compared.

      For research use only.

      Example:
        medcnn evaluate labels.nii.gz truth.nii.gz --json
        medcnn evaluate seg.dcm rtstruct.dcm --like ct-folder --roi tumour --truth-roi 'GTV*'
      """)

  /// The rules of BraTS's tasks.
  enum LesionRules: String, ExpressibleByArgument, CaseIterable {
    case glioma, metastases

    var rules: LesionWiseScores.Rules { self == .glioma ? .glioma : .metastases }
  }

  /// A structure of several labels: NAME=1,2,3.
  struct Region: ExpressibleByArgument {
    let region: EvaluationRegion

    init?(argument: String) {
      let parts = argument.split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else { return nil }
      let labels = parts[1].split(separator: ",", omittingEmptySubsequences: false).map {
        UInt16($0)
      }
      guard labels.allSatisfy({ $0.map { $0 > 0 } ?? false }) else { return nil }
      region = EvaluationRegion(name: String(parts[0]), labels: Set(labels.compactMap(\.self)))
    }
  }

  @Argument(help: "The segmentation to judge.", completion: .file())
  var prediction: String

  @Argument(help: "The truth.", completion: .file())
  var truth: String

  @Flag(help: "Print JSON, with further metrics, instead of a table.")
  var json = false

  @Option(
    name: .customLong("region"),
    help: ArgumentHelp(
      "Judge these labels as one structure, instead of each label and BraTS's regions; repeatable.",
      valueName: "name=1,2,3"))
  var regions: [Region] = []

  @Option(
    help: ArgumentHelp("The tolerance of the normalised surface distance.", valueName: "mm"))
  var tolerance = 1.0

  @Option(help: ArgumentHelp("The rules of the lesion-wise scores.", valueName: "task"))
  var lesionRules = LesionRules.glioma

  @Flag(help: "Bring the segmentation to the truth's grid where they differ.")
  var resample = false

  @Option(
    help: ArgumentHelp(
      "Bring a DICOM SEG or RTSTRUCT to the grid of this image.", valueName: "image"),
    completion: .file())
  var like: String?

  @OptionGroup var masks: MaskArguments

  @Option(
    name: .customLong("truth-roi"),
    help: ArgumentHelp("As --roi, of the truth.", valueName: "name"))
  var truthChosen: [String] = []

  @OptionGroup var threading: ThreadOption
  @OptionGroup var messages: QuietOption

  func validate() throws {
    guard tolerance >= 0, tolerance.isFinite else {
      throw ValidationError("--tolerance takes millimetres from 0, not \(tolerance).")
    }
  }

  func run() throws {
    let workers = threading.workers
    let reader = MaskReader(arguments: masks, console: messages.console, workers: workers)
    func options(_ chosen: [String]) -> MaskOptions {
      MaskOptions(chosen: chosen, threshold: masks.threshold, numbersByChoice: true)
    }
    var pair = try JudgedPair(
      prediction: prediction, truth: truth,
      chosen: (options(masks.chosen), options(truthChosen)),
      like: like, reader: reader)
    if resample, pair.resamplePrediction(workers: workers) {
      messages.console.note("bringing \(prediction) to the grid of \(truth)")
    }
    let evaluation = try Evaluation(
      prediction: pair.prediction, truth: pair.truth, regions: judged(pair),
      tolerance: tolerance, lesionWise: lesionRules.rules, workers: workers)
    if json {
      print(try JSONValue(encoding: evaluation).formatted(), terminator: "")
    } else {
      print(EvaluateCommand.table(evaluation))
    }
  }

  /// The structures that were asked for, or each label and, for BraTS's labels, its regions.
  private func judged(_ pair: JudgedPair) -> [EvaluationRegion] {
    guard regions.isEmpty else { return regions.map(\.region) }
    let labels = EvaluationRegion.labels(of: pair.truth, pair.prediction)
    // The numbers of segments and ROIs say nothing of what they are.
    guard !pair.isDICOM else { return labels }
    let values = labels.reduce(into: Set<UInt16>()) { $0.formUnion($1.labels) }
    guard values.isSubset(of: [1, 2, 3, 4]) else { return labels }
    // Enhancing tumour is 3 since BraTS 2023, and was 4 before, when 3 was not in use or was
    // non-enhancing core.
    guard values.contains(4) else { return labels + EvaluationRegion.brats() }
    messages.console.note(
      "label 4 occurs: it is taken as the enhancing tumour, as before BraTS 2023")
    return labels + [
      EvaluationRegion(name: "WT", labels: [1, 2, 3, 4]),
      EvaluationRegion(name: "TC", labels: [1, 3, 4]), EvaluationRegion(name: "ET", labels: [4]),
    ]
  }

  private static func table(_ evaluation: Evaluation) -> String {
    var table = TextTable([
      "region", "Dice", "sensitivity", "precision", "HD95 mm", "NSD", "truth ml", "found ml",
      "error ml", "LW Dice", "LW HD95", "lesions", "missed", "false",
    ])
    for scores in evaluation.regions {
      let lesions = scores.lesionWise
      table.append([
        scores.region.name, scores.dice.fixed(4), scores.sensitivity.fixed(4),
        scores.precision.fixed(4), scores.hd95.fixed(2),
        scores.normalisedSurfaceDistance.fixed(4), scores.truthMillilitres.fixed(2),
        scores.predictionMillilitres.fixed(2), scores.volumeError.fixed(2),
        (lesions?.dice).fixed(4), (lesions?.hd95).fixed(2),
        lesions.map { "\($0.truthLesions)" } ?? "-", lesions.map { "\($0.missed)" } ?? "-",
        lesions.map { "\($0.falsePositives)" } ?? "-",
      ])
    }
    return table.text
  }
}
