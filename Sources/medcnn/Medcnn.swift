import ArgumentParser
import CMalloc
import Foundation

@main
struct Medcnn: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "medcnn",
    abstract: "Segment lesions in medical scans and measure them.",
    discussion: """
      For research use only. Everything runs on this computer: nothing is sent anywhere.

      Example:
        medcnn phantom mri --out phantom
        medcnn segment phantom --model model.safetensors -o labels.nii.gz
        medcnn evaluate labels.nii.gz phantom/phantom-1-seg.nii.gz

      Results go to the standard output, messages to the standard error. The exit status is 0 for \
      success, 1 for an error, 2 for wrong usage.
      """,
    version: version,
    subcommands: [
      SegmentCommand.self, InfoCommand.self, ConvertCommand.self, EvaluateCommand.self,
      FeaturesCommand.self, TrainCommand.self, ModelCommand.self,
      PhantomCommand.self,
    ])

  static func main() {
    keepFreedMemory()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      exit(reporting: error)
    }
  }

  /// Lets freed memory stay with the program: given back to the system and taken again for each tile,
  /// it would be cleared each time, which takes a tenth of a segmentation's time.
  private static func keepFreedMemory() {
    #if canImport(Glibc)
      // As much as glibc takes for these two.
      mallopt(M_MMAP_THRESHOLD, 32 << 20)
      mallopt(M_TRIM_THRESHOLD, 512 << 20)
    #endif
  }

  /// Ends the program: help and version on the standard output with status 0, wrong usage with
  /// status 2, and any other error in one line with status 1.
  private static func exit(reporting error: any Error) -> Never {
    let code = exitCode(for: error)
    if code == .success {
      print(fullMessage(for: error))
      Foundation.exit(0)
    }
    if code == .validationFailure {
      Console.write(fullMessage(for: error))
      Foundation.exit(2)
    }
    if let code = error as? ExitCode { Foundation.exit(code.rawValue) }
    // The project's own errors describe themselves; Foundation's do it in many lines.
    let text = error is CocoaError ? error.localizedDescription : "\(error)"
    Console.write("error: " + text.split(whereSeparator: \.isNewline).joined(separator: " "))
    Foundation.exit(1)
  }
}
