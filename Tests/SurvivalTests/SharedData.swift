import Foundation
import Survival

/// Data that are not part of the repository, where they are present.
enum SharedData {
  static let folder: URL = {
    if let path = ProcessInfo.processInfo.environment["MEDCNN_SHARED_DATA"] {
      return URL(filePath: path).appending(path: "survival")
    }
    return URL(filePath: #filePath).appending(path: "../../../../shared/data/survival").standardized
  }()

  static let isThere = FileManager.default.fileExists(
    atPath: folder.appending(path: "lifelines/rossi.csv").path)

  static func table(_ path: String) throws -> SurvivalTable {
    try SurvivalTable(csv: String(contentsOf: folder.appending(path: path), encoding: .utf8))
  }
}

/// Reference values that a script under Tests/Oracles/survival wrote.
func golden(_ file: String) throws -> [String: Double] {
  let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(file)")
  var values: [String: Double] = [:]
  for line in try String(contentsOf: url, encoding: .utf8).split(separator: "\n") {
    let fields = line.split(separator: ",")
    values[String(fields[0])] = Double(fields[1])
  }
  return values
}

/// Whether two numbers differ by at most `tolerance`, relative to those above 1.
func near(_ a: Double?, _ b: Double?, _ tolerance: Double = 1e-9) -> Bool {
  guard let a, let b else { return false }
  return abs(a - b) <= tolerance * max(1, abs(b))
}
