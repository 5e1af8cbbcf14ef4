import Foundation

/// A hint to the system that a large buffer is about to be filled.
enum HugePages {
  /// Asks for pages of 2 MB, where the system has any: the first touch of a page of 4 kB costs as
  /// much as converting its samples.
  static func advise(_ buffer: UnsafeMutableRawBufferPointer) {
    #if os(Linux)
      let size = 1 << 21
      guard buffer.count >= 2 * size, let base = buffer.baseAddress else { return }
      let start = (Int(bitPattern: base) + size - 1) / size * size
      let count = (Int(bitPattern: base) + buffer.count - start) / size * size
      // A hint that is not taken does no harm.
      _ = madvise(UnsafeMutableRawPointer(bitPattern: start), count, MADV_HUGEPAGE)
    #endif
  }
}
