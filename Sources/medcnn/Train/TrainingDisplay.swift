import Figures
import Foundation
import Segmentation

/// Shows how a training goes: a bar, a line an epoch, a table and curves as files.
final class TrainingDisplay {
  private let files: TrainingFiles
  private let console: Console
  private let options: TrainingOptions
  private var progress: ProgressDisplay?

  init(files: TrainingFiles, console: Console, options: TrainingOptions) {
    self.files = files
    self.console = console
    self.options = options
  }

  /// Takes what happened; writes the log, the curves and better models.
  func report(_ event: Trainer.Event) throws {
    switch event {
    case .step(let step, _, _):
      let done = (step - 1) % options.stepsPerEpoch + 1
      if done == 1 { begin("epoch \((step - 1) / options.stepsPerEpoch + 1) of \(options.epochs)") }
      progress?.update(Double(done) / Double(options.stepsPerEpoch))
    case .validated(let number, let count):
      if number == 1 { begin("validating") }
      progress?.update(Double(number) / Double(count))
    case .improved(let model):
      try model.write(to: files.model)
    case .epoch(let log):
      finish()
      guard let row = log.rows.last else { return }
      var line = "epoch \(row.epoch): loss \(row.loss.fixed(4))"
      if let dice = row.dice {
        line += ", Dice \(dice.fixed(3))"
        if log.labels.count > 1 {
          let parts = zip(log.labels + ["all labels"], row.labelDice + [row.wholeDice]).map {
            "\($0) \($1.fixed(3))"
          }
          line += " (\(parts.joined(separator: ", ")))"
        }
      }
      console.note(line)
      try log.write(to: files.log)
      try PNG.write(TrainingDisplay.curves(log), to: files.curves.path)
    }
  }

  private func begin(_ title: String) {
    finish()
    progress = ProgressDisplay(title, console: console)
  }

  func finish() {
    progress?.finish()
    progress = nil
  }

  private static func curves(_ log: TrainingLog) -> Raster {
    let blue = Color(0, 114, 178)
    let loss = LinePlot(
      title: "Loss", axis: "epoch",
      lines: [
        .init(name: "loss", color: blue, points: log.rows.map { [Double($0.epoch), $0.loss] })
      ])
    let colors = [Color(213, 94, 0), Color(0, 158, 115), Color(204, 121, 167), Color(86, 180, 233)]
    var lines: [LinePlot.Line] = []
    for (index, name) in log.labels.enumerated() where log.labels.count > 1 {
      lines.append(
        .init(
          name: name, color: colors[index % colors.count],
          points: log.rows.compactMap { row in
            row.labelDice[index].map { [Double(row.epoch), $0] }
          }))
    }
    if log.labels.count > 1 {
      lines.append(
        .init(
          name: "all labels", color: Color(90, 90, 90),
          points: log.rows.compactMap { row in row.wholeDice.map { [Double(row.epoch), $0] } }))
    }
    lines.append(
      .init(
        name: "mean", color: blue,
        points: log.rows.compactMap { row in row.dice.map { [Double(row.epoch), $0] } }))
    guard log.rows.contains(where: { $0.dice != nil }) else { return LinePlot.draw([loss]) }
    return LinePlot.draw([
      loss, LinePlot(title: "Dice on cases held out", axis: "epoch", lines: lines, range: 0...1),
    ])
  }
}
