import Foundation

/// Bytes to parse: a file that is read in parts, or memory.
struct InputFile: Sendable {
  private enum Storage {
    case disk
    case memory([UInt8])
  }

  /// The path, as errors name it.
  let path: String
  /// The number of bytes.
  let count: Int
  private let storage: Storage

  /// Finds a regular file.
  init(path: String) throws(VolumeIOError) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw .unreadable(path: path, reason: "it is a directory; name one image file")
    default: throw .unreadable(path: path, reason: "it is not a regular file")
    }
    self.path = path
    count = Int(status.st_size)
    storage = .disk
  }

  /// Takes bytes in memory; `path` only serves messages.
  init(bytes: [UInt8], path: String) {
    self.path = path
    count = bytes.count
    storage = .memory(bytes)
  }

  /// The bytes of a file in memory, or nil for one on a disk.
  var memory: [UInt8]? {
    if case .memory(let bytes) = storage { bytes } else { nil }
  }

  /// The bytes of a range, cut at the end of the file.
  func bytes(_ range: Range<Int>) throws(VolumeIOError) -> [UInt8] {
    let range = range.clamped(to: 0..<count)
    if case .memory(let bytes) = storage { return Array(bytes[range]) }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw .unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    defer { close(descriptor) }
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, filled in
      while filled < range.count {
        let step = pread(
          descriptor, buffer.baseAddress! + filled, range.count - filled,
          off_t(range.lowerBound + filled))
        if step < 0, errno == EINTR { continue }
        if step < 0 { failure = errno }
        if step <= 0 { break }
        filled += step
      }
    }
    guard failure == 0 else {
      throw .unreadable(path: path, reason: String(cString: strerror(failure)))
    }
    return bytes
  }

  /// A file in the same folder, which this one refers to.
  ///
  /// A path that leaves the folder is refused: an image must not be able to make a program read
  /// any file of the machine.
  func sibling(_ name: String) throws(VolumeIOError) -> InputFile {
    guard case .disk = storage else {
      throw .unsupported(
        path: path, found: "its voxels are in the file \(name)",
        remedy: "only files on a disk can have their voxels apart")
    }
    guard !name.isEmpty, !name.contains("\0"), !name.hasPrefix("/"),
      !name.split(separator: "/").contains("..")
    else {
      throw .unsupported(
        path: path, found: "its voxels are in \"\(name)\", outside its own folder",
        remedy: "put the data file beside the header and name it there without a path")
    }
    let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
    do {
      return try InputFile(path: folder + name)
    } catch {
      throw .unreadable(path: path, reason: "its voxels' file: \(error)")
    }
  }

  /// The first of several files in the same folder that exists, or nil.
  func firstSibling(_ names: [String]) -> InputFile? {
    for name in names {
      if let file = try? sibling(name) { return file }
    }
    return nil
  }

  /// The name without the folders.
  var name: String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }
}
