import Foundation
import VolumeIO

/// What can be known of a result's place before the work, so that none is done in vain.
enum OutputCheck {
  /// The suffixes of images that can be written; longer ones before their ends.
  static let imageSuffixes = [".nii.gz", ".seg.nrrd", ".nii", ".nrrd", ".nhdr", ".mha", ".mhd"]

  /// - Throws: `VolumeIOError` where an image of this name cannot be written, or would replace one
  ///   that is read.
  static func image(_ path: String, reading inputs: [String]) throws {
    let name = path.lowercased()
    guard imageSuffixes.contains(where: name.hasSuffix) else {
      throw VolumeIOError.unknownFormat(
        path: path,
        remedy: "write to a name that ends in one of " + imageSuffixes.joined(separator: ", ")
          + ", or say with --format which DICOM object to write")
    }
    try file(path, reading: inputs)
  }

  /// - Throws: `VolumeIOError` where no file of this name can be written, or it would replace one
  ///   that is read.
  static func file(_ path: String, reading inputs: [String]) throws {
    let url = URL(fileURLWithPath: path).standardizedFileURL
    let folder = url.deletingLastPathComponent().path
    guard access(folder, W_OK) == 0 else {
      throw VolumeIOError.unwritable(path: path, reason: String(cString: strerror(errno)))
    }
    let isInput = inputs.contains { URL(fileURLWithPath: $0).standardizedFileURL == url }
    guard !isInput else {
      throw VolumeIOError.unwritable(
        path: path, reason: "it is one of the inputs; give another name")
    }
  }
}
