import Foundation
import Survival
import TestSupport

extension SharedData {
  static let isThere = place("survival/lifelines/rossi.csv") != nil

  static func table(_ path: String) throws -> SurvivalTable {
    try SurvivalTable(
      csv: String(contentsOfFile: "\(root ?? "")/survival/\(path)", encoding: .utf8))
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
