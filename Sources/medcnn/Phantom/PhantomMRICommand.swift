import ArgumentParser
import Foundation
import Phantoms
import Segmentation
import VolumeIO
import Volumes

extension PhantomCommand {
  struct MRI: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Synthesise brains with lesions as MRI scans.",
      discussion: """
        Writes T1 (-t1n), T1 with contrast agent (-t1c), T2 (-t2w) and FLAIR (-t2f), co-registered, \
        and the true labels (-seg), named as in BraTS. The same seed gives the same scans for any \
        number of threads. They are no patient's.

        Without --kind: a simple brain with tumours (1 necrotic core, 2 oedema, 3 enhancing tumour). \
        With --kind: brains to train networks on, each with its own anatomy, contrasts and faults \
        of imaging (1 necrotic core, 2 oedema, 3 non-enhancing tumour, 4 enhancing tumour, \
        5 multiple sclerosis plaque, 6 infarct). With --count, each case has a folder and cases.csv \
        lists them: id, a column for each modality, label.

        For research use only.

        Example:
          medcnn phantom mri --seed 7 --lesions 2 --out phantom
          medcnn phantom mri --kind ms --skull --size 192,224,176 --spacing 1 --out head
          medcnn phantom mri --kind mixed --count 100 --randomize-contrast 0.3 --out training
        """)

    @Option(
      name: .shortAndLong,
      help: ArgumentHelp("The folder to write to; made where it is missing.", valueName: "folder"))
    var out: String

    @Option(
      help: ArgumentHelp(
        "Chooses anatomy, lesions, contrasts and noise; case N of several has SEED + N - 1.",
        valueName: "number"))
    var seed: UInt64 = 1

    @Option(
      help: ArgumentHelp(
        "The number of lesions: 0 to 12. With --kind ms, 1 to 300. (default: 1, with --kind any)",
        valueName: "number"))
    var lesions: Int?

    @Option(
      help: ArgumentHelp(
        "The number of voxels: N, or I,J,K. (default: 160,192,144)", valueName: "voxels"))
    var size: GridSize?

    @Option(
      help: ArgumentHelp(
        "The voxel size: N, or I,J,K. (default: cubic voxels with which the head fits the grid)",
        valueName: "mm"))
    var spacing: Spacing?

    @Option(
      help: ArgumentHelp(
        "The noise's standard deviation as a fraction of white matter's signal. (default: 0.03, "
          + "with --kind random)",
        valueName: "fraction"))
    var noise: Double?

    @Option(help: "The start of the file names. (default: phantom-SEED)")
    var name: String?

    @OptionGroup(title: "Brains to train on") var training: PhantomTrainingOptions

    @OptionGroup var threading: ThreadOption
    @OptionGroup var messages: QuietOption

    func validate() throws {
      if let name, name.isEmpty || name.contains("/") {
        throw ValidationError("--name takes a file name without folders, not '\(name)'.")
      }
      guard training.kind != nil || training.isDefault else {
        throw ValidationError(
          "the options for brains to train on need --kind: give --kind mixed, for example.")
      }
      if training.kind != nil, let noise, !noise.isFinite {
        throw ValidationError("--noise takes 0 to 1, not \(noise).")
      }
      if lesions != nil,
        training.kind == .mixed || training.kind == PhantomTrainingOptions.Kind.none
      {
        throw ValidationError("--lesions needs --kind glioma, ms or infarct.")
      }
      guard 1...1_000_000 ~= training.count else {
        throw ValidationError("--count takes 1 to 1000000, not \(training.count).")
      }
    }

    func run() throws {
      if let kind = training.kind {
        try writeCases(of: kind)
      } else {
        try writeSimple()
      }
    }

    private func writeSimple() throws {
      var parameters = BrainPhantom.Parameters()
      parameters.seed = seed
      if let lesions { parameters.lesions = lesions }
      if let noise { parameters.noise = noise }
      parameters.spacing = spacing?.millimetres
      if let size { parameters.size = size.voxels }
      let phantom = try BrainPhantom(parameters, workers: threading.workers)
      let files = PhantomFiles(
        folder: URL(fileURLWithPath: out, isDirectory: true), name: name ?? "phantom-\(seed)",
        workers: threading.workers)
      let geometry = phantom.truth.geometry
      try files.write(
        BrainModality.allCases.map { ($0, phantom.scan($0)) }, labels: phantom.truth,
        parameters: [
          "seed": .string(String(seed)), "lesions": .integer(parameters.lesions),
          "noise": .number(parameters.noise),
          "size": .array((0..<3).map { .integer(geometry.size[$0]) }),
          "spacing": .array((0..<3).map { .number(geometry.spacing[$0]) }),
        ])
      report(files, BrainModality.allCases, phantom.truth)
    }

    private func report(_ files: PhantomFiles, _ modalities: [BrainModality], _ labels: LabelMap) {
      let scans = modalities.map(\.rawValue).joined(separator: ",")
      messages.console.note(
        "wrote \(files.name)-{\(scans),seg}.nii.gz to \(out): \(labels.geometry.description)")
      print(LabelSummary.table(labels.counts, total: labels.total))
    }

    private func writeCases(of kind: PhantomTrainingOptions.Kind) throws {
      var settings = try training.settings(for: kind)
      if let size { settings.size = size.voxels }
      settings.spacing = spacing?.millimetres
      if let noise { settings.noise = noise...noise }
      if let lesions {
        switch kind {
        case .glioma: settings.tumours = lesions...lesions
        case .ms: settings.plaques = lesions...lesions
        case .infarct: settings.infarcts = lesions...lesions
        case .none, .mixed: break
        }
      }
      let generator = try BrainGenerator(settings)
      let root = URL(fileURLWithPath: out, isDirectory: true)
      let parameters = try JSONValue(encoding: settings)
      var list = PhantomCaseList(modalities: settings.modalities)
      for index in 0..<training.count {
        let seed = seed &+ UInt64(index)
        let id = training.count == 1 ? name ?? "phantom-\(seed)" : "\(name ?? "phantom")-\(seed)"
        let made = try generator.makeCase(seed: seed, workers: threading.workers)
        let files = PhantomFiles(
          folder: training.count == 1
            ? root : root.appendingPathComponent(id, isDirectory: true),
          name: id, workers: threading.workers)
        try files.write(
          Array(zip(made.modalities, made.channels)), labels: made.labels,
          tissues: training.tissues ? made.tissues : nil,
          parameters: [
            "seed": .string(String(seed)), "pathology": .string(made.pathology.rawValue),
            "skull": .bool(made.hasSkull), "randomContrast": .bool(made.hasRandomContrast),
            "settings": parameters,
          ])
        list.append(id: id)
        if training.count == 1 {
          report(files, made.modalities, made.labels)
        } else {
          messages.console.note("wrote \(id) (\(index + 1) of \(training.count))")
        }
      }
      if training.count > 1 { try list.write(to: root.appendingPathComponent("cases.csv")) }
    }
  }
}
