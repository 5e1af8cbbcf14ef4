import Foundation

/// Scans and reference values that lie outside of the repository.
enum SharedData {
  /// The folder named by MEDCNN_SHARED_DATA, or the one beside the package.
  static let folder: URL = {
    if let path = ProcessInfo.processInfo.environment["MEDCNN_SHARED_DATA"] {
      return URL(fileURLWithPath: path)
    }
    var package = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { package.deleteLastPathComponent() }
    return package.appendingPathComponent("../shared/data").standardizedFileURL
  }()

  static func has(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: url(path).path)
  }

  static func url(_ path: String) -> URL { folder.appendingPathComponent(path) }
}
