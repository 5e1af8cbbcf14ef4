import Foundation

/// What the program tells the user on the standard error, or nothing where the user wants quiet.
struct Console: Sendable {
  let isQuiet: Bool

  /// A line that says what happens.
  func note(_ text: String) {
    if !isQuiet { Console.write(text) }
  }

  /// Lines that say what may be wrong with the result.
  func warn(_ texts: [String]) {
    for text in texts { note("warning: \(text)") }
  }

  /// Writes a line to the standard error.
  static func write(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }

  /// Whether a person looks at the standard error.
  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}
