import Foundation
import Radiomics
import TestSupport
import VolumeIO
import Volumes

extension SharedData {
  static func has(_ path: String) -> Bool { place(path) != nil }

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
