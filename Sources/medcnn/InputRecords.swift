import Foundation
import Parallel
import Segmentation
import VolumeIO

/// The records of inputs for the JSON file beside an output.
enum InputRecords {
  /// A file, or a folder with a DICOM series, that is read.
  struct Source: Sendable {
    let role: String
    let path: String
    /// Whether a folder is read for its masks.
    var isMask = false
  }

  /// The digests of all files; those of a DICOM series one by one.
  ///
  /// - Throws: `VolumeIOError`, `CommandError.unreadable`.
  static func records(
    _ sources: [Source], dicom: DICOMOptions = DICOMOptions(), workers: Workers
  ) throws -> [Provenance.Input] {
    let files = try sources.flatMap { source in
      try DICOMFolder.files(
        at: source.path, source.isMask ? DICOMOptions() : dicom, prefersMasks: source.isMask
      ).map { (role: source.role, path: $0) }
    }
    return try workers.map(files.count) { index in
      do {
        return try Provenance.Input(
          role: files[index].role, contentsOf: URL(fileURLWithPath: files[index].path))
      } catch {
        throw CommandError.unreadable(files[index].path, reason: error.localizedDescription)
      }
    }
  }
}
