import Foundation

/// One run of the built program.
struct Medcnn {
  let status: Int32
  let output: String
  let errors: String

  /// Runs the program in a folder.
  ///
  /// - Parameter largestFile: the most blocks of 512 bytes that it can write to a file.
  init(_ arguments: [String], in folder: URL? = nil, largestFile: Int? = nil) throws {
    let process = Process()
    process.executableURL = Medcnn.executable
    process.arguments = arguments
    if let largestFile {
      // A write beyond the limit fails, as on a full disk, where its signal is ignored.
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments =
        [
          "-c", "trap '' XFSZ; ulimit -f \(largestFile); exec \"$0\" \"$@\"",
          Medcnn.executable.path,
        ]
        + arguments
    }
    process.currentDirectoryURL = folder
    var environment = ProcessInfo.processInfo.environment
    // Help is wrapped to the terminal's width.
    environment["COLUMNS"] = "80"
    process.environment = environment
    // Files, since a full pipe would block the program.
    let scratch = try TemporaryFolder()
    let output = scratch.url.appendingPathComponent("output")
    let errors = scratch.url.appendingPathComponent("errors")
    for file in [output, errors] { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    status = process.terminationReason == .exit ? process.terminationStatus : -1
    self.output = try String(contentsOf: output, encoding: .utf8)
    self.errors = try String(contentsOf: errors, encoding: .utf8)
  }

  /// The program is built beside the tests.
  private static var executable: URL {
    URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appendingPathComponent("medcnn")
  }
}

/// A folder that is removed with its content when it is not needed any more.
final class TemporaryFolder: Sendable {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "medcnn-tests-\(UInt64.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: url)
  }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: url.appendingPathComponent(name))
  }
}
