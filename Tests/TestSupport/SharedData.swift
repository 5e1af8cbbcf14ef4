import Foundation

/// The scans, tables and checkpoints that are not part of the repository; tests that need them are
/// skipped without them.
public enum SharedData {
  /// The folder that the environment names, or the one beside the repository; nil where there is none.
  public static let root: String? = {
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let path =
      ProcessInfo.processInfo.environment["MEDCNN_SHARED_DATA"]
      ?? package.deletingLastPathComponent().appending(path: "shared/data").path
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }()

  /// A file or folder in it, or nil where it is not there.
  public static func place(_ path: String) -> String? {
    root.map { "\($0)/\(path)" }.flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
  }
}
