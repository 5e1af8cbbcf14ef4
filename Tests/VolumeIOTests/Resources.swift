import Foundation

/// The files that the oracle scripts made.
enum Resources {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "Resources"
  ).path
}
