import Basics
import Foundation
import Parallel
import Radiomics
import VolumeIO

/// Measures many cases, several at a time; results are kept case by case, so that a batch that was
/// interrupted goes on.
struct FeatureBatch {
  /// The columns of a row.
  typealias Cells = [(name: String, text: String)]

  /// A case without features.
  struct Failure {
    let number: Int
    let image: String
    let mask: String
    let reason: String
  }

  let jobs: Int
  let workers: Workers
  /// The folder of the results of each case, or nil to keep none.
  let folder: String?
  /// What results depend on beside the files.
  let record: String
  let console: Console

  /// The rows of all cases, and the cases that failed.
  ///
  /// - Throws: `CommandError` where the folder cannot be used.
  func run(
    _ cases: [FeatureCases.Case],
    _ measure: @Sendable (FeatureCases.Case, Workers) throws -> [Cells]
  ) throws -> (rows: [Cells], failures: [Failure]) {
    try prepareFolder()
    let progress = ProgressDisplay("measuring", console: console)
    defer { progress.finish() }
    let done = Locked(0)
    let each = Workers(count: max(1, workers.count / jobs))
    let results = Workers(count: jobs).map(cases.count) { index -> Result<[Cells], BatchError> in
      defer {
        let count = done.withLock { (count: inout sending Int) -> Int in
          count += 1
          return count
        }
        progress.update(Double(count) / Double(cases.count))
      }
      do {
        return .success(try result(of: cases[index], each, measure))
      } catch {
        return .failure(BatchError(reason: "\(error)"))
      }
    }
    var rows: [Cells] = []
    var failures: [Failure] = []
    for (item, result) in zip(cases, results) {
      switch result {
      case .success(let found): rows += found
      case .failure(let error):
        failures.append(
          Failure(
            number: item.number, image: item.image, mask: item.source.mask, reason: error.reason))
      }
    }
    return (rows, failures)
  }

  private struct BatchError: Error {
    let reason: String
  }

  /// What was kept of a case, or what measuring it gives.
  private func result(
    of item: FeatureCases.Case, _ workers: Workers,
    _ measure: (FeatureCases.Case, Workers) throws -> [Cells]
  ) throws -> [Cells] {
    let path = folder.map { "\($0)/features_\(item.number).csv" }
    if let path, let text = try? String(contentsOfFile: path, encoding: .utf8),
      let kept = FeatureBatch.cells(of: text), kept.allSatisfy({ isSame($0, item) })
    {
      return kept
    }
    let rows = try measure(item, workers)
    if let path { try AtomicFile.write(Array(FeatureBatch.table(rows).utf8), to: path) }
    return rows
  }

  /// Whether kept results are of the same files.
  private func isSame(_ kept: Cells, _ item: FeatureCases.Case) -> Bool {
    kept.count > item.identity.count
      && zip(kept, item.identity).allSatisfy { $0.name == $1.name && $0.text == $1.text }
  }

  /// Makes the folder, and refuses one whose results were made otherwise.
  private func prepareFolder() throws {
    guard let folder else { return }
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw CommandError.unwritableFolder(folder, reason: error.localizedDescription)
    }
    let path = "\(folder)/parameters.json"
    if let kept = try? String(contentsOfFile: path, encoding: .utf8) {
      guard kept == record else {
        throw CommandError.unusable(
          folder,
          reason:
            "its results were made with other parameters (parameters.json); name another folder "
            + "or remove it")
      }
    } else {
      try AtomicFile.write(Array(record.utf8), to: path)
    }
  }

  /// A table with the columns in the order in which they first occur.
  static func table(_ rows: [Cells]) -> String {
    var names: [String] = []
    var seen: Set<String> = []
    for row in rows {
      for cell in row where seen.insert(cell.name).inserted { names.append(cell.name) }
    }
    return rows.reduce(CSV.line(names) + "\n") { text, row in
      let byName = Dictionary(row.map { ($0.name, $0.text) }) { first, _ in first }
      return text + CSV.line(names.map { byName[$0] ?? "" }) + "\n"
    }
  }

  private static func cells(of text: String) -> [Cells]? {
    guard let records = CSV.records(of: text), let header = records.first, records.count > 1,
      records.allSatisfy({ $0.count == header.count })
    else { return nil }
    return records.dropFirst().map { fields in zip(header, fields).map { ($0, $1) } }
  }
}
