import Foundation

/// Finding DICOM files.
enum DICOMPaths {
  /// Whether a path is that of a folder.
  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Divides `FOLDER#SERIES`, where there is no such file but DICOM without the series.
  static func divided(_ path: String) -> (path: String, series: String?) {
    guard access(path, F_OK) != 0, let mark = path.lastIndex(of: "#") else { return (path, nil) }
    let folder = String(path[..<mark])
    guard DICOMFolder.isDICOM(folder) else { return (path, nil) }
    return (folder, String(path[path.index(after: mark)...]))
  }

  /// All regular files in a folder and those inside of it, in the order of their paths.
  ///
  /// Names that start with a dot are left out. A folder that links lead to twice is seen once.
  static func files(in folder: String) throws(VolumeIOError) -> [String] {
    var files: [String] = []
    var seen: Set<[UInt64]> = []
    var pending = [folder]
    while let next = pending.popLast() {
      var status = stat()
      guard stat(next, &status) == 0,
        seen.insert([UInt64(status.st_dev), UInt64(status.st_ino)]).inserted
      else { continue }
      let names: [String]
      do {
        names = try FileManager.default.contentsOfDirectory(atPath: next)
      } catch {
        throw .unreadable(path: next, reason: String(cString: strerror(errno)))
      }
      for name in names.sorted() where !name.hasPrefix(".") {
        let path = next.hasSuffix("/") ? next + name : "\(next)/\(name)"
        guard stat(path, &status) == 0 else { continue }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: pending.append(path)
        case S_IFREG: files.append(path)
        default: break
        }
      }
    }
    return files.sorted()
  }

  /// The files that a directory (DICOMDIR, PS3.3 F) refers to, or nil for another kind of file.
  static func referenced(by file: DICOMFile) throws(VolumeIOError) -> [String]? {
    guard file.meta.text(.mediaStorageClass) == "1.2.840.10008.1.3.10" else { return nil }
    let folder = file.path.lastIndex(of: "/").map { String(file.path[...$0]) } ?? ""
    var paths: [String] = []
    for index in 0..<file.root.itemCount(.directoryRecords) {
      guard
        let name = file.root.item(.directoryRecords, index)?.text(.referencedFile)
      else { continue }
      let parts = name.split(separator: "\\").map { $0.trimmingCharacters(in: .whitespaces) }
      // Only below its own folder: a file must not be able to make a program read any other.
      guard !parts.contains(".."), !parts.contains(where: { $0.contains("/") }) else {
        throw .unsupported(
          path: file.path, found: "a reference to a file outside of its folder",
          remedy: "name the folder with the images instead")
      }
      let path = folder + parts.joined(separator: "/")
      // Discs' names are upper case, and some systems show them in lower case.
      let lower = folder + parts.joined(separator: "/").lowercased()
      paths.append(access(path, F_OK) != 0 && access(lower, F_OK) == 0 ? lower : path)
    }
    return paths
  }
}
