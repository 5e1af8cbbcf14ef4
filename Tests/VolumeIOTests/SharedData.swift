import Foundation

/// The scans that are not part of the repository; tests that need them are skipped without them.
enum SharedData {
  static let root: String? = {
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let path =
      ProcessInfo.processInfo.environment["MEDCNN_SHARED_DATA"]
      ?? package.deletingLastPathComponent().appending(path: "shared/data").path
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }()
}

/// The files that the oracle scripts made.
enum Resources {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "Resources"
  ).path
}
