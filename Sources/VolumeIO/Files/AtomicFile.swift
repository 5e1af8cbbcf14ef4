import Foundation

/// Files that appear whole or not at all.
public enum AtomicFile {
  /// Writes a file beside its place and renames it, so that a reader never sees half of it.
  ///
  /// - Throws: ``VolumeIOError/unwritable(path:reason:)``; an earlier file of the name is then as
  ///   it was.
  public static func write(_ bytes: [UInt8], to path: String) throws(VolumeIOError) {
    try write(to: path) { _, descriptor in fill(descriptor, with: bytes) }
  }

  /// Lets a file be written beside its place, and renames it.
  ///
  /// - Parameter fill: writes to a path that it is given; returns what went wrong, or nil.
  static func write(to path: String, by fill: (String) -> String?) throws(VolumeIOError) {
    try write(to: path) { temporary, descriptor in
      close(descriptor)
      return fill(temporary)
    }
  }

  /// - Parameter fill: writes to a path or its descriptor, which it closes.
  private static func write(
    to path: String, by fill: (String, Int32) -> String?
  ) throws(VolumeIOError) {
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      throw .unwritable(path: path, reason: "there is something at this path that is no file")
    }
    let (temporary, descriptor) = try create(beside: path)
    if let failure = fill(temporary, descriptor) ?? rename(temporary, to: path) {
      unlink(temporary)
      throw .unwritable(path: path, reason: failure)
    }
  }

  private static func create(
    beside path: String
  ) throws(VolumeIOError) -> (path: String, descriptor: Int32) {
    while true {
      let temporary = "\(path).\(UInt32.random(in: .min ... .max)).part"
      let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor >= 0 { return (temporary, descriptor) }
      guard errno == EEXIST else {
        throw .unwritable(path: path, reason: String(cString: strerror(errno)))
      }
    }
  }

  /// Writes and closes; returns what went wrong, or nil.
  private static func fill(_ descriptor: Int32, with bytes: [UInt8]) -> String? {
    let failure = bytes.withUnsafeBytes { bytes -> String? in
      var written = 0
      while written < bytes.count {
        let step = Foundation.write(
          descriptor, bytes.baseAddress! + written, bytes.count - written)
        if step < 0, errno == EINTR { continue }
        if step < 0 { return String(cString: strerror(errno)) }
        written += step
      }
      return nil
    }
    // Some file systems report a full disk only here.
    let closed = close(descriptor) == 0 ? nil : String(cString: strerror(errno))
    return failure ?? closed
  }

  private static func rename(_ source: String, to target: String) -> String? {
    Foundation.rename(source, target) == 0 ? nil : String(cString: strerror(errno))
  }
}
