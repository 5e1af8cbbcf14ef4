import Foundation

/// A text that the user names.
enum TextFile {
  /// - Throws: ``CommandError/unreadable(_:reason:)``.
  static func read(_ path: String) throws(CommandError) -> String {
    do {
      return try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      throw .unreadable(path, reason: error.localizedDescription)
    }
  }
}
