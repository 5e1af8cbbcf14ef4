internal import Foundation

/// A value that one thread at a time can use.
///
/// It does what `Synchronization.Mutex` does, with a lock that the thread sanitizer knows: with the
/// other it reports a race for each use.
public final class Locked<Value>: @unchecked Sendable {
  private let lock = NSLock()
  private var value: Value

  /// - Parameter value: the value at first; no one else keeps hold of it.
  public init(_ value: sending Value) {
    self.value = value
  }

  /// Runs `body` with the value while no other thread uses it.
  public func withLock<Result, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    lock.lock()
    defer { lock.unlock() }
    return try body(&value)
  }
}
