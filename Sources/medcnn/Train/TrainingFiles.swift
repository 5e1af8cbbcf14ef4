import Foundation

/// The files that a training writes.
struct TrainingFiles {
  let model: URL
  let checkpoint: URL
  let log: URL
  let curves: URL
  /// The scores of the cases held out, of a fold.
  let scores: URL

  init(model path: String) {
    model = URL(fileURLWithPath: path)
    let stem = path.dropLast(".safetensors".count)
    checkpoint = URL(fileURLWithPath: stem + ".checkpoint.safetensors")
    log = URL(fileURLWithPath: stem + ".csv")
    curves = URL(fileURLWithPath: stem + ".png")
    scores = URL(fileURLWithPath: stem + ".cases.csv")
  }

  /// The model's name.
  static func stem(_ path: String) -> String {
    String(URL(fileURLWithPath: path).lastPathComponent.dropLast(".safetensors".count))
  }

  /// Refuses places in which nothing can be written, and to write over a training that could go on.
  func check(reading inputs: [String], isResuming: Bool) throws {
    for file in [model, checkpoint, log, curves] {
      try OutputCheck.file(file.path, reading: inputs)
    }
    let exists = FileManager.default.fileExists(atPath: checkpoint.path)
    if exists != isResuming {
      throw CommandError.checkpoint(checkpoint.path, exists: exists)
    }
  }
}
