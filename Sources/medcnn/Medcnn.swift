import ArgumentParser
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
      ModelCommand.self,
      PhantomCommand.self,
    ])

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      exit(reporting: error)
    }
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
