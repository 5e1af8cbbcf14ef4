import Foundation

/// Folders that appear whole or not at all.
enum AtomicFolder {
  /// Lets a folder be filled beside its place, and renames it.
  ///
  /// - Parameters:
  ///   - path: where there is nothing yet, or an empty folder.
  ///   - fill: writes into a folder that it is given.
  /// - Throws: what `fill` throws, and ``VolumeIOError/unwritable(path:reason:)``.
  static func write(
    to path: String, by fill: (String) throws(VolumeIOError) -> Void
  ) throws(VolumeIOError) {
    let place = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    let manager = FileManager.default
    if manager.fileExists(atPath: place) {
      guard (try? manager.contentsOfDirectory(atPath: place))?.isEmpty == true else {
        throw .unwritable(
          path: path, reason: "there is something there; name a new folder or an empty one")
      }
    }
    let temporary = "\(place).\(UInt32.random(in: .min ... .max)).part"
    try make(temporary)
    do throws(VolumeIOError) {
      try fill(temporary)
    } catch {
      try? manager.removeItem(atPath: temporary)
      throw error
    }
    // Replaces an empty folder.
    guard rename(temporary, place) == 0 else {
      let reason = String(cString: strerror(errno))
      try? manager.removeItem(atPath: temporary)
      throw .unwritable(path: path, reason: reason)
    }
  }

  /// Makes a folder where there is none.
  static func make(_ path: String) throws(VolumeIOError) {
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
      throw .unwritable(path: path, reason: String(cString: strerror(errno)))
    }
  }
}
