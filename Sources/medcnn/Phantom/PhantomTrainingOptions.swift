import ArgumentParser
import Foundation
import Phantoms

/// The options of brains to train networks on.
struct PhantomTrainingOptions: ParsableArguments {
  /// What the patients suffer from.
  enum Kind: String, CaseIterable, ExpressibleByArgument {
    case glioma, ms, infarct, none, mixed
  }

  @Option(
    help:
      "What to synthesise: gliomas, multiple sclerosis, infarcts, healthy brains, or all of these.")
  var kind: Kind?

  @Option(
    help: ArgumentHelp(
      "The number of cases; above 1, each in a folder, and a list in cases.csv.",
      valueName: "number"))
  var count = 1

  @Flag(help: "Keep the head around the brain: skull, scalp, face and neck.")
  var skull = false

  @Option(
    help: ArgumentHelp(
      "Draw all contrasts at random in this fraction of the cases, 0 to 1.", valueName: "fraction"))
  var randomizeContrast: Double?

  @Option(
    help: ArgumentHelp(
      "The scans, separated by commas: t1n, t1c, t2w, t2f. (default: all)", valueName: "names"))
  var modalities: String?

  @Option(
    help: ArgumentHelp(
      "Give every scan slices of this thickness, 1 to 12. (default: random, in some of the scans)",
      valueName: "mm"))
  var sliceThickness: Double?

  @Option(help: "Interpolate thick slices to the grid, or give them on a grid of their own.")
  var sliceGrid: BrainGenerator.Settings.SliceGrid?

  @Flag(help: "Write the tissues too (-tissue).")
  var tissues = false

  @Option(
    help: ArgumentHelp(
      "A JSON file with the generator's settings, such as ranges of sizes; options override it.",
      valueName: "file"))
  var settings: String?

  /// Whether none of the options is given.
  var isDefault: Bool {
    kind == nil && count == 1 && !skull && randomizeContrast == nil && modalities == nil
      && sliceThickness == nil && sliceGrid == nil && !tissues && settings == nil
  }

  func validate() throws {
    if let sliceThickness, !(1...12 ~= sliceThickness) {
      throw ValidationError("--slice-thickness takes 1 to 12 mm, not \(sliceThickness).")
    }
    _ = try modalityList()
  }

  private func modalityList() throws -> [BrainModality]? {
    try modalities?.split(separator: ",", omittingEmptySubsequences: false).map { name in
      guard let modality = BrainModality(rawValue: String(name)) else {
        throw ValidationError(
          "--modalities takes a list of t1n, t1c, t2w and t2f, not '\(name)'.")
      }
      return modality
    }
  }

  /// The generator's settings.
  func settings(for kind: Kind) throws -> BrainGenerator.Settings {
    var settings = BrainGenerator.Settings()
    if let path = self.settings {
      do {
        settings = try JSONDecoder().decode(
          BrainGenerator.Settings.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
      } catch let DecodingError.dataCorrupted(context) {
        throw CommandError.unreadable(path, reason: context.debugDescription)
      } catch let DecodingError.typeMismatch(_, context) {
        let key = context.codingPath.map(\.stringValue).joined(separator: ".")
        throw CommandError.unreadable(path, reason: "\(key): \(context.debugDescription)")
      } catch {
        throw CommandError.unreadable(path, reason: error.localizedDescription)
      }
    }
    switch kind {
    case .glioma: settings.pathologies = [.glioma: 1]
    case .ms: settings.pathologies = [.ms: 1]
    case .infarct: settings.pathologies = [.infarct: 1]
    case .none: settings.pathologies = [.none: 1]
    case .mixed: break
    }
    if skull { settings.skull = 1 }
    if let randomizeContrast { settings.randomContrast = randomizeContrast }
    if let modalities = try modalityList() { settings.modalities = modalities }
    if let sliceThickness {
      settings.thickSlices = 1
      settings.sliceThickness = sliceThickness...sliceThickness
    }
    if let sliceGrid { settings.sliceGrid = sliceGrid }
    return settings
  }
}
