import Foundation
import Parallel

/// The progress of one piece of work: a bar on a terminal, lines elsewhere, both only for work that
/// takes longer than a second, and nothing where the user wants quiet.
final class ProgressDisplay: Sendable {
  private struct State {
    var shownPercent = -1
    var isShowing = false
  }

  private let title: String
  private let isQuiet: Bool
  private let isTerminal: Bool
  private let start = ContinuousClock.now
  private let state = Locked(State())

  init(_ title: String, console: Console) {
    self.title = title
    isQuiet = console.isQuiet
    isTerminal = Console.isTerminal
  }

  /// Shows that a part of the work, 0 to 1, is done; may be called from any thread.
  func update(_ fraction: Double) {
    guard !isQuiet, ContinuousClock.now - start > .seconds(1) else { return }
    let percent = Int(min(1, max(0, fraction)) * 100)
    state.withLock { state in
      // A terminal shows each percent, a log each tenth.
      let isNews =
        isTerminal
        ? percent > state.shownPercent : percent / 10 > state.shownPercent / 10 || !state.isShowing
      guard isNews else { return }
      state.shownPercent = percent
      state.isShowing = true
      if isTerminal {
        let filled = percent * 30 / 100
        let bar =
          String(repeating: "#", count: filled) + String(repeating: "-", count: 30 - filled)
        FileHandle.standardError.write(Data("\r\(title) [\(bar)] \(percent) %".utf8))
      } else {
        Console.write("\(title): \(percent) %")
      }
    }
  }

  /// Ends the bar and tells how long the work took.
  func finish() {
    state.withLock { state in
      guard state.isShowing, isTerminal else { return }
      // Back to the start of the line, which is cleared for what follows.
      FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
      state.isShowing = false
    }
  }
}
