import Foundation
import VolumeIO

/// Where the series of a DICOM folder are written.
enum DICOMPlaces {
  /// Whether an output is a folder: one that exists, or a name that ends in a slash.
  static func isFolder(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path) ? isExistingFolder(path) : path.hasSuffix("/")
  }

  /// Whether there is a folder at a path.
  static func isExistingFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  /// Makes a folder where there is none.
  static func make(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true)
    } catch {
      throw CommandError.unwritableFolder(path, reason: error.localizedDescription)
    }
  }

  /// `folder/4-ax-t1.nii.gz` for series 4, "Ax T1".
  static func path(of series: DICOMSeries, in folder: String) -> String {
    let words = series.description.lowercased().split {
      !($0.isASCII && ($0.isLetter || $0.isNumber))
    }
    let name = ([series.label] + words.map(String.init)).joined(separator: "-")
    return (folder.hasSuffix("/") ? folder : folder + "/") + name.prefix(100) + ".nii.gz"
  }
}
