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
    let size = scan.geometry.size
    let inside = labels.samples.map { Int($0) == label }
    var (low, high) = (size, SIMD3<Int>.zero)
    for k in 0..<size.z {
      for j in 0..<size.y {
        for i in 0..<size.x where inside[scan.geometry.offset(i, j, k)] {
          low = SIMD3(min(low.x, i), min(low.y, j), min(low.z, k))
          high = SIMD3(max(high.x, i), max(high.y, j), max(high.z, k))
        }
      }
    }
    var (intensities, voxels): ([Double], [Bool]) = ([], [])
    for k in low.z...high.z {
      for j in low.y...high.y {
        for i in low.x...high.x {
          let offset = scan.geometry.offset(i, j, k)
          intensities.append(Double(scan.samples[offset]))
          voxels.append(inside[offset])
        }
      }
    }
    let geometry = try Geometry(size: high &- low &+ 1, spacing: scan.geometry.spacing)
    return Region(geometry: geometry, intensities: intensities, mask: voxels, shape: voxels)
  }
}
