import Dispatch
import Foundation
import Synchronization

/// A number of threads among which loops are divided.
///
/// A loop's iterations are handed out one by one in order, to whichever worker is free. What an
/// iteration computes must depend on its index alone, never on the worker or on the order; then the
/// result is the same to the last bit for any number of threads.
public struct Workers: Sendable, Hashable {
  /// The most threads that a loop uses, at least 1.
  public let count: Int

  /// - Parameter count: the number of threads; values below 1 count as 1.
  public init(count: Int) {
    self.count = max(1, count)
  }

  /// As many threads as the machine has active cores.
  public static var all: Workers {
    Workers(count: ProcessInfo.processInfo.activeProcessorCount)
  }

  /// Runs `body` for each index in `0..<iterations`.
  ///
  /// - Parameter body: receives the index and the number of the worker, `0..<count`, by which a
  ///   caller finds scratch memory that no other worker uses at the same time.
  public func forEach(_ iterations: Int, _ body: @Sendable (_ index: Int, _ worker: Int) -> Void) {
    let used = min(count, iterations)
    guard used > 1 else {
      for index in 0..<max(0, iterations) { body(index, 0) }
      return
    }
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: used) { worker in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        if index >= iterations { return }
        body(index, worker)
      }
    }
  }

  /// What `body` gives for each index in `0..<count`, in the order of the indices.
  ///
  /// - Throws: the error of the lowest index for which `body` throws.
  public func map<Value: Sendable, Failure: Error>(
    _ count: Int, _ body: @Sendable (_ index: Int) throws(Failure) -> Value
  ) throws(Failure) -> [Value] {
    let results = Locked([Result<Value, Failure>?](repeating: nil, count: count))
    forEach(count) { index, _ in
      let result: Result<Value, Failure>
      do throws(Failure) {
        result = .success(try body(index))
      } catch {
        result = .failure(error)
      }
      results.withLock { $0[index] = result }
    }
    var values: [Value] = []
    values.reserveCapacity(count)
    for case let result? in results.withLock({ $0 }) { values.append(try result.get()) }
    return values
  }

  /// Runs `body` over consecutive ranges that together cover `0..<total`.
  ///
  /// - Parameter chunk: the length of each range but the last. It must not depend on `count` where
  ///   sums are formed for each range.
  public func forEachRange(
    of total: Int, chunk: Int, _ body: @Sendable (_ range: Range<Int>, _ worker: Int) -> Void
  ) {
    let chunk = max(1, chunk)
    forEach((total + chunk - 1) / chunk) { index, worker in
      let start = index * chunk
      body(start..<min(total, start + chunk), worker)
    }
  }
}
