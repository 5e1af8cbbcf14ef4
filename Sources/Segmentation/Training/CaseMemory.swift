internal import ConvNet
internal import Parallel

/// The cases that are learned from, of which so many are kept in memory as there is room for.
///
/// Where there are more, the ones in use change little by little: over an epoch all are replaced by
/// others, drawn by their weights.
final class CaseMemory: Sendable {
  private let cases: [TrainingCase]
  /// The number of cases in use at a time.
  private let capacity: Int
  private let stepsPerEpoch: Int
  private let seed: UInt64
  private let prepare: @Sendable (TrainingCase) throws -> PreparedCase
  private let kept = Locked<[Int: PreparedCase]>([:])

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
    let place = first + random.index(below: capacity)
    return try prepared(drawn(place), using: first)
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

  /// - Parameter first: the place in the row of the first case in use, where they change.
  private func prepared(_ index: Int, using first: Int? = nil) throws -> PreparedCase {
    if let found = kept.withLock({ $0[index] }) { return found }
    let made = try prepare(cases[index])
    let needed = first.map { first in Set((first..<first + capacity).map { drawn($0) }) }
    kept.withLock { kept in
      if let needed { kept = kept.filter { needed.contains($0.key) } }
      kept[index] = made
    }
    return made
  }
}
