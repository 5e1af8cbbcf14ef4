internal import Basics
internal import ConvNet
internal import Dispatch
internal import Foundation
internal import Parallel

/// The cases that are learned from, of which so many are kept in memory as there is room for.
///
/// Where there are more, the ones in use change little by little: over an epoch all are replaced by
/// others, drawn by their weights. The next ones are prepared on a thread of their own. Which case is
/// drawn depends on the seed and the step alone, not on which are ready.
final class CaseMemory: @unchecked Sendable {
  private let cases: [TrainingCase]
  /// The number of cases in use at a time.
  private let capacity: Int
  private let stepsPerEpoch: Int
  private let seed: UInt64
  private let prepare: @Sendable (TrainingCase) throws -> PreparedCase
  private let queue = DispatchQueue(label: "cases")
  /// Guards what follows, and tells when a case is ready.
  private let condition = NSCondition()
  private var kept: [Int: Result<PreparedCase, any Error>] = [:]
  private var inPreparation: Set<Int> = []
  /// The first place up to which cases were asked for in advance.
  private var ahead = -1
  private var isFinished = false

  init(
    _ cases: [TrainingCase], capacity: Int, stepsPerEpoch: Int, seed: UInt64,
    prepare: @escaping @Sendable (TrainingCase) throws -> PreparedCase
  ) {
    self.cases = cases
    self.capacity = max(1, capacity)
    self.stepsPerEpoch = stepsPerEpoch
    self.seed = seed
    self.prepare = prepare
  }

  /// A case drawn for a segment of a step.
  ///
  /// - Throws: whatever keeps the case from being used.
  func drawn(step: Int, using random: inout SplitMix) throws -> PreparedCase {
    guard cases.count > capacity else { return try prepared(weighted(&random)) }
    let first = step * capacity / stepsPerEpoch
    prepareAhead(from: first)
    return try prepared(drawn(first + random.index(below: capacity)))
  }

  /// Ends what is done in advance.
  func finish() {
    condition.withLock { isFinished = true }
    queue.sync {}
  }

  /// The case at a place in the endless row of those that come into use.
  private func drawn(_ place: Int) -> Int {
    var random = SplitMix(seed: seed, keys: -1, place)
    return weighted(&random)
  }

  private func weighted(_ random: inout SplitMix) -> Int {
    var rest = random.unit() * cases.reduce(0) { $0 + $1.weight }
    for (index, item) in cases.enumerated() {
      rest -= item.weight
      if rest < 0 { return index }
    }
    return cases.count - 1
  }

  /// Lets go of the cases that are not in use any more, and begins to prepare those in use from a place
  /// on and the next one.
  private func prepareAhead(from first: Int) {
    let places = first...first + capacity
    condition.lock()
    defer { condition.unlock() }
    guard first > ahead else { return }
    ahead = first
    let needed = Set(places.map { drawn($0) })
    kept = kept.filter { needed.contains($0.key) }
    queue.async { [self] in
      for place in places {
        // Overtaken by a later one, or by the end.
        guard condition.withLock({ ahead == first && !isFinished }) else { return }
        _ = try? prepared(drawn(place))
      }
    }
  }

  private func prepared(_ index: Int) throws -> PreparedCase {
    condition.lock()
    while inPreparation.contains(index) { condition.wait() }
    if let found = kept[index] {
      condition.unlock()
      return try found.get()
    }
    inPreparation.insert(index)
    condition.unlock()
    let made = Result { try prepare(cases[index]) }
    condition.lock()
    kept[index] = made
    inPreparation.remove(index)
    condition.broadcast()
    condition.unlock()
    return try made.get()
  }
}
