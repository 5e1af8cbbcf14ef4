import ArgumentParser
import Basics
import Foundation
import Parallel
import Phantoms
import Segmentation
import VolumeIO
import Volumes

extension PhantomCommand {
  struct Implant: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Put lesions of some patients into the brains of others, to train on.",
      discussion: """
        Each case is the brain of one row of --data with lesions of another beside its own: carved \
        out with their intensities (as in CarveMix), or, from --lesions, outlines alone that are \
        filled with the intensities of plaques. Writes T1, T1c, T2 and FLAIR where both patients \
        have them, the labels, the brain, and cases.csv, which "medcnn train --data" takes.

        Give it the cases to train on only: what is held out must not be a donor.

        For research use only.

        Example:
          medcnn phantom implant --data cases.csv --count 40 --seed 3 --out implanted
          medcnn phantom implant --data cases.csv --lesions masks.csv --count 40 --out implanted
        """)

    @Option(
      help: ArgumentHelp(
        "The patients: a table as \"medcnn train\" takes, with columns out of t1, t1c, t2, flair.",
        valueName: "table"))
    var data: String

    @Option(
      help: ArgumentHelp(
        "Outlines without scans: a table with the columns brain (a mask, or any scan without skull) "
          + "and label.",
        valueName: "table"))
    var lesions: String?

    @Option(
      help: ArgumentHelp(
        "The part of the cases whose lesions are from --lesions.", valueName: "fraction"))
    var drawn = 0.5

    @Option(help: ArgumentHelp("How many cases to make.", valueName: "number"))
    var count: Int

    @Option(help: ArgumentHelp("Chooses brains, lesions and places.", valueName: "number"))
    var seed: UInt64 = 1

    @Option(
      name: .shortAndLong,
      help: ArgumentHelp("The folder to write to; made where it is missing.", valueName: "folder"))
    var out: String

    @OptionGroup var threading: ThreadOption
    @OptionGroup var messages: QuietOption

    func validate() throws {
      guard 1...1_000_000 ~= count else {
        throw ValidationError("--count takes 1 to 1000000, not \(count).")
      }
      guard 0...1 ~= drawn else { throw ValidationError("--drawn takes 0 to 1, not \(drawn).") }
    }

    func run() throws {
      let table = try CaseTable(contentsOf: URL(fileURLWithPath: data))
      let modalities = try table.channels.map { name in
        guard let modality = BrainModality.allCases.first(where: { $0.column == name.lowercased() })
        else {
          throw CommandError.unusable(
            data, reason: "the column \(name) is none of t1, t1c, t2, flair; rename it")
        }
        return modality
      }
      let patients = try table.cases(channels: table.channels)
      let outlines = try lesions.map { path in
        try CaseTable(contentsOf: URL(fileURLWithPath: path))
      }
      guard outlines != nil || patients.count > 1 else {
        throw CommandError.unusable(
          data, reason: "one patient alone; give several, or --lesions with outlines")
      }
      let implant = LesionImplant(modalities: modalities)
      var list = PhantomCaseList(modalities: modalities, hasMask: true)
      for number in 0..<count {
        let id = "implant-\(seed &+ UInt64(number))"
        let made = try makeCase(
          seed &+ UInt64(number), implant, patients, outlines, workers: threading.workers)
        let files = PhantomFiles(
          folder: URL(fileURLWithPath: out, isDirectory: true).appendingPathComponent(id),
          name: id, workers: threading.workers)
        let scans = zip(modalities, made.scans.scans).compactMap { modality, scan in
          scan.map { (modality, $0) }
        }
        try files.write(
          scans, type: .float32, labels: made.scans.labels, brain: made.scans.mask,
          parameters: [
            "seed": .string("\(seed &+ UInt64(number))"), "host": .string(made.host),
            "donor": .string(made.donor),
          ])
        list.append(id: id, having: scans.map(\.0))
        messages.console.note(
          "wrote \(id) (\(number + 1) of \(count)): \(made.host) with lesions of \(made.donor)")
      }
      try list.write(to: URL(fileURLWithPath: out).appendingPathComponent("cases.csv"))
    }

    /// Draws until lesions have found a place.
    private func makeCase(
      _ seed: UInt64, _ implant: LesionImplant, _ patients: [TrainingCase], _ outlines: CaseTable?,
      workers: Workers
    ) throws -> (scans: LabelledScans, host: String, donor: String) {
      for attempt in 0..<20 {
        var random = SplitMix(seed: seed, keys: attempt)
        let host = patients[random.index(below: patients.count)]
        let donor: LesionDonor
        let name: String
        if let outlines, patients.count == 1 || random.chance(drawn) {
          let row = outlines.rows[random.index(below: outlines.rows.count)]
          guard let brain = row.scans[0] else { continue }
          name = row.name
          donor = .outlines(
            try row.readLabels(workers: workers),
            brain: Mask(nonZeroOf: try ImageFile.read(brain, workers: workers).volume))
        } else {
          let others = patients.filter { $0.name != host.name }
          let patient = others[random.index(below: others.count)]
          name = patient.name
          donor = .patient(try scans(of: patient, workers))
        }
        let made = try implant(
          donor, in: scans(of: host, workers), random: &random, workers: workers)
        if let made { return (made, host.name, name) }
      }
      throw CommandError.unusable(
        data, reason: "no lesion found a place in 20 attempts; are the lesions within the brains?")
    }

    /// A patient's scans, refused where they do not fit together or hold no numbers.
    private func scans(of patient: TrainingCase, _ workers: Workers) throws -> LabelledScans {
      let scans = try patient.load(workers)
      do {
        try scans.checkGrids()
      } catch {
        throw CommandError.unusable(patient.name, reason: "\(error)")
      }
      let count = scans.scans.reduce(0) { $0 + ($1?.samples.count { !$0.isFinite } ?? 0) }
      guard count == 0 else { throw CommandError.notFinite(patient.name, count: count) }
      return scans
    }
  }
}
