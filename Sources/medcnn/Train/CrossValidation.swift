import Basics
import Foundation
import Parallel
import Segmentation
import VolumeIO

/// Models that are trained without one part of the cases each, and judged by these.
///
/// Each model is that of the last epoch, so that the cases held out choose nothing.
struct CrossValidation {
  /// The model's path; the folds' files are named after it.
  let model: String
  let folds: Int
  /// The folder for the label maps of the cases held out.
  let predictions: String?
  let workers: Workers
  let console: Console

  private var stem: String { String(model.dropLast(".safetensors".count)) }

  private func files(_ fold: Int) -> TrainingFiles {
    TrainingFiles(model: "\(stem).fold\(fold).safetensors")
  }

  private static func exists(_ url: URL) -> Bool {
    FileManager.default.fileExists(atPath: url.path)
  }

  /// Refuses places in which nothing can be written, and to write over folds that could go on.
  func check(reading inputs: [String], isResuming: Bool) throws {
    try OutputCheck.file("\(stem).folds.csv", reading: inputs)
    if let predictions { try make(folder: predictions) }
    let all = (1...folds).map(files)
    for files in all {
      let hasBegun = [files.checkpoint, files.scores].contains(where: Self.exists)
      guard isResuming || !hasBegun else {
        throw CommandError.checkpoint(files.checkpoint.path, exists: true)
      }
    }
    guard !isResuming || all.contains(where: { Self.exists($0.checkpoint) }) else {
      throw CommandError.checkpoint(files(1).checkpoint.path, exists: false)
    }
  }

  private func make(folder: String) throws {
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw CommandError.unwritableFolder(folder, reason: error.localizedDescription)
    }
  }

  /// Trains and judges the folds that are not finished, and writes the table of all.
  ///
  /// - Parameter train: trains on cases; it is told whether to go on from the checkpoint.
  func run(
    _ cases: [TrainingCase], plan: TrainingPlan, model: Model,
    train: (TrainingFiles, [TrainingCase], _ isResuming: Bool) throws -> Model
  ) throws {
    guard cases.count >= folds else {
      throw SegmentationError.option(
        found: "\(folds) folds of \(cases.count) cases", expected: "at least one case in each fold")
    }
    var table: [[String]] = []
    for fold in 1...folds {
      let files = files(fold)
      let held = HeldOut.part(fold, of: folds).indices(of: cases.count, seed: plan.training.seed)
      let heldOut = held.sorted().map { cases[$0] }
      var records = try finished(files, heldOut)
      if records == nil {
        console.note("fold \(fold) of \(folds)")
        let training = cases.indices.filter { !held.contains($0) }.map { cases[$0] }
        let trained = try train(files, training, Self.exists(files.checkpoint))
        let scores = try judge(trained, by: heldOut, plan.training)
        try write(trained, scores, fold, to: files)
        records = try finished(files, heldOut)
      } else {
        console.note("fold \(fold) of \(folds) is finished")
      }
      guard let records else { continue }
      table += table.isEmpty ? records : Array(records.dropFirst())
    }
    let path = "\(stem).folds.csv"
    try write(table.map { CSV.line($0) + "\n" }.joined(), to: URL(fileURLWithPath: path))
    console.note("wrote \(path): " + CrossValidation.means(of: table))
  }

  /// The table of a fold that is finished, or nil.
  ///
  /// - Throws: where it is of other cases.
  private func finished(_ files: TrainingFiles, _ heldOut: [TrainingCase]) throws -> [[String]]? {
    guard Self.exists(files.scores), Self.exists(files.model) else { return nil }
    let text = try String(contentsOf: files.scores, encoding: .utf8)
    let records = CSV.records(of: text) ?? []
    guard records.dropFirst().map(\.first) == heldOut.map(\.name) else {
      throw SegmentationError.checkpoint(
        path: files.scores.path,
        reason: "it was written with other cases; give the same ones, or name another model")
    }
    return records
  }

  private func judge(
    _ model: Model, by cases: [TrainingCase], _ options: TrainingOptions
  ) throws -> HeldOutScores {
    let progress = ProgressDisplay("judging", console: console)
    defer { progress.finish() }
    var segmenting = Segmenter.Options()
    segmenting.workers = workers
    let segmenter = try Segmenter(model, options: segmenting)
    var scores = try HeldOutScores(model: model, options: options)
    for (index, item) in cases.enumerated() {
      let found = try scores.add(segmenter, item)
      if let predictions {
        let name = item.name.replacingOccurrences(of: "/", with: "_")
        try ImageFile.write(
          found,
          to: URL(fileURLWithPath: predictions).appendingPathComponent("\(name).nii.gz").path,
          workers: workers)
      }
      progress.update(Double(index + 1) / Double(cases.count))
    }
    return scores
  }

  /// The model first: a table means that the fold is finished.
  private func write(
    _ model: Model, _ scores: HeldOutScores, _ fold: Int, to files: TrainingFiles
  ) throws {
    var card = model.card
    let parts = zip(scores.labels, scores.means).map { "\($0) \($1.fixed(3))" }
    card.accuracy =
      "Dice \(scores.wholeMean.fixed(3)) of all labels on \(scores.rows.count) cases held out, which "
      + "chose nothing (\(parts.joined(separator: ", ")))"
    try Model(
      network: model.network, channels: model.channels, preprocessing: model.preprocessing,
      inference: model.inference, output: model.output, labels: model.labels, card: card
    ).write(to: files.model)
    try write(scores.csv("fold", "\(fold)"), to: files.scores)
  }

  private func write(_ text: String, to url: URL) throws {
    do {
      try Data(text.utf8).write(to: url, options: .atomic)
    } catch {
      throw SegmentationError.unwritable(path: url.path, reason: error.localizedDescription)
    }
  }

  /// The mean of each column of scores, over the cases that have one.
  private static func means(of table: [[String]]) -> String {
    guard let header = table.first else { return "" }
    return header.indices.dropFirst(2).map { column in
      let values = table.dropFirst().compactMap { Double($0[column]) }
      let mean = values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
      return "\(header[column]) \(mean.fixed(3))"
    }.joined(separator: ", ")
  }
}
