import Foundation
import Radiomics
import VolumeIO
import Volumes

/// The scans and reference values that are not part of the repository; tests that need them are
/// skipped without them.
enum SharedData {
  static let root: String? = {
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let path =
      ProcessInfo.processInfo.environment["MEDCNN_SHARED_DATA"]
      ?? package.deletingLastPathComponent().appending(path: "shared/data").path
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }()

  static func has(_ path: String) -> Bool {
    root.map { FileManager.default.fileExists(atPath: "\($0)/\(path)") } ?? false
  }

  /// A scan with a mask, cropped to the box around it.
  static func region(_ image: String, _ mask: String, label: Int = 1) throws -> Region {
    let root = root ?? ""
    let scan = try ImageFile.read("\(root)/\(image)").volume
    let labels = try ImageFile.read("\(root)/\(mask)").volume
    let inside = labels.samples.map { Int($0) == label }
    return MadeIntensities.cropped(
      Region(
        geometry: scan.geometry, intensities: scan.samples.map(Double.init), mask: inside,
        shape: inside))
  }
}
