import ArgumentParser
import Foundation
import Phantoms
import Segmentation
import VolumeIO
import Volumes

struct PhantomCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "phantom",
    abstract: "Synthesise scans with lesions whose truth is known.",
    discussion: """
      For research use only.

      Example:
        medcnn phantom mri --seed 7 --lesions 2 --out phantom
      """,
    subcommands: [MRI.self])

  struct MRI: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Synthesise a brain with tumours as four MRI scans.",
      discussion: """
        Writes T1 (-t1n), T1 with contrast agent (-t1c), T2 (-t2w) and FLAIR (-t2f), co-registered \
        and skull-stripped, and the true labels (-seg: 1 necrotic core, 2 oedema, 3 enhancing \
        tumour), named as in BraTS. The same seed gives the same scans on every computer. They are \
        no patient's.

        For research use only.

        Example:
          medcnn phantom mri --seed 7 --lesions 2 --out phantom
        """)

    @Option(
      name: .shortAndLong,
      help: ArgumentHelp("The folder to write to; made where it is missing.", valueName: "folder"))
    var out: String

    @Option(
      help: ArgumentHelp("Chooses anatomy, lesions, contrasts and noise.", valueName: "number"))
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("The number of lesions, 0 to 12.", valueName: "number"))
    var lesions = 1

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
        "The noise's standard deviation as a fraction of white matter's signal.",
        valueName: "fraction"))
    var noise = 0.03

    @Option(help: "The start of the file names. (default: phantom-SEED)")
    var name: String?

    @OptionGroup var threading: ThreadOption
    @OptionGroup var messages: QuietOption

    func validate() throws {
      if let name, name.isEmpty || name.contains("/") {
        throw ValidationError("--name takes a file name without folders, not '\(name)'.")
      }
    }

    func run() throws {
      var parameters = BrainPhantom.Parameters()
      parameters.seed = seed
      parameters.lesions = lesions
      parameters.noise = noise
      parameters.spacing = spacing?.millimetres
      if let size { parameters.size = size.voxels }
      let phantom = try BrainPhantom(parameters, workers: threading.workers)
      let name = name ?? "phantom-\(seed)"
      let folder = URL(fileURLWithPath: out, isDirectory: true)
      do {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      } catch {
        throw CommandError.unwritableFolder(out, reason: error.localizedDescription)
      }
      for modality in BrainModality.allCases {
        try ImageFile.write(
          phantom.scan(modality),
          to: folder.appendingPathComponent("\(name)-\(modality.rawValue).nii.gz").path,
          type: .int16, workers: threading.workers)
      }
      try ImageFile.write(
        phantom.truth, to: folder.appendingPathComponent("\(name)-seg.nii.gz").path,
        workers: threading.workers)
      let counts = phantom.truth.counts
      let geometry = phantom.truth.geometry
      try Provenance(
        version: Medcnn.version, arguments: Array(CommandLine.arguments.dropFirst()), inputs: [],
        parameters: [
          "seed": .string(String(seed)), "lesions": .integer(lesions), "noise": .number(noise),
          "size": .array((0..<3).map { .integer(geometry.size[$0]) }),
          "spacing": .array((0..<3).map { .number(geometry.spacing[$0]) }),
        ], results: JSONValue(encoding: ["labels": counts])
      ).write(to: folder.appendingPathComponent("\(name).json"))
      messages.console.note(
        "wrote \(name)-{t1n,t1c,t2w,t2f,seg}.nii.gz to \(out): \(geometry.description)")
      print(LabelSummary.table(counts, total: phantom.truth.total))
    }
  }
}
