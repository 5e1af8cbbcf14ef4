import Foundation
import TestSupport

/// Reads a table of reference values that a script in Tests/Oracles made.
func golden<Table: Decodable>(_ file: String, as type: Table.Type = Table.self) throws -> Table {
  let url = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(components: "Golden", file)
  let decoder = JSONDecoder()
  decoder.keyDecodingStrategy = .convertFromSnakeCase
  return try decoder.decode(Table.self, from: Data(contentsOf: url))
}

/// The folder of real scans, or nil where this machine has none.
let sharedData = SharedData.root.map { URL(filePath: $0) }

/// Whether two numbers agree within a tolerance relative to the larger, or 1.
func isClose(_ a: Double, _ b: Double, within tolerance: Double = 1e-9) -> Bool {
  abs(a - b) <= tolerance * max(1, abs(a), abs(b))
}

/// Whether tests may take minutes on whole scans, as they do in optimised builds.
let isHeavy = ProcessInfo.processInfo.environment["MEDCNN_HEAVY"] != nil
