import Parallel

/// Memory for a batch's feature maps, used again from pass to pass, so that it is not asked of the
/// system, and cleared there, for each.
///
/// A first pass takes memory from the system piece by piece and gives it back. How much it had at
/// once is then kept as one, of which further passes take parts; they begin with all free and ask
/// for the same each time, and so find the same places.
final class MemoryPool: @unchecked Sendable {
  private struct State {
    var kept: AlignedFloats?
    /// The free ranges of what is kept, in order, no two adjacent.
    var free: [Range<Int>] = []
    /// The number of parts in use.
    var parts = 0
    /// The floats in use that what is kept had no place for, and the most at once.
    var beyond = 0
    var mostBeyond = 0
  }

  private let state = Locked(State())

  /// At least so many floats, which hold anything, until the result is let go.
  func take(_ count: Int) throws -> PooledFloats {
    // Whole lines of the cache.
    let count = (max(1, count) + 15) / 16 * 16
    return try state.withLock { state in
      if let kept = state.kept,
        let number = state.free.indices.filter({ state.free[$0].count >= count })
          .min(by: { state.free[$0].count < state.free[$1].count })
      {
        let start = state.free[number].lowerBound
        let rest = start + count..<state.free[number].upperBound
        state.free.replaceSubrange(number...number, with: rest.isEmpty ? [] : [rest])
        state.parts += 1
        return PooledFloats(pool: self, memory: kept, range: start..<start + count, isKept: true)
      }
      let memory = try AlignedFloats(count: count)
      state.parts += 1
      state.beyond += count
      state.mostBeyond = max(state.mostBeyond, state.beyond)
      return PooledFloats(pool: self, memory: memory, range: 0..<count, isKept: false)
    }
  }

  fileprivate func give(_ range: Range<Int>, isKept: Bool) {
    state.withLock { state in
      state.parts -= 1
      guard isKept else {
        state.beyond -= range.count
        return
      }
      var range = range
      var place = state.free.firstIndex { $0.lowerBound > range.lowerBound } ?? state.free.count
      if place < state.free.count, state.free[place].lowerBound == range.upperBound {
        range = range.lowerBound..<state.free.remove(at: place).upperBound
      }
      if place > 0, state.free[place - 1].upperBound == range.lowerBound {
        place -= 1
        range = state.free.remove(at: place).lowerBound..<range.upperBound
      }
      state.free.insert(range, at: place)
    }
  }

  /// To be called before a pass: keeps as much as the passes before had at once.
  func settle() throws {
    try state.withLock { state in
      guard state.parts == 0, state.mostBeyond > 0 else { return }
      let count = (state.kept?.count ?? 0) + state.mostBeyond
      // What there was goes before the new is taken.
      state = State()
      state.kept = try AlignedFloats(count: count)
      state.free = [0..<count]
    }
  }

  /// Gives everything back to the system, where nothing is in use.
  func empty() {
    state.withLock { state in
      if state.parts == 0 { state = State() }
    }
  }
}

/// A part of a pool's memory, given back with the object.
final class PooledFloats: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<Float>
  private let pool: MemoryPool
  private let memory: AlignedFloats
  private let range: Range<Int>
  private let isKept: Bool

  fileprivate init(pool: MemoryPool, memory: AlignedFloats, range: Range<Int>, isKept: Bool) {
    self.pool = pool
    self.memory = memory
    self.range = range
    self.isKept = isKept
    pointer = memory.pointer + range.lowerBound
  }

  deinit { pool.give(range, isKept: isKept) }
}
