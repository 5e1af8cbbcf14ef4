import TestSupport
import Parallel
import VolumeIO
import Volumes

@testable import Radiomics

extension FilterBenchmark.Map {
  /// The largest difference of the response map from the reference map, as a part of the latter's range.
  ///
  /// - Parameter box: the part that is compared; nil for all.
  func deviation(in box: VoxelBox? = nil) throws -> Double {
    let folder = "\(SharedData.root ?? "")/ibsi2"
    let image = Image(
      try ImageFile.read("\(folder)/digital_phantoms/\(phantom)/image/\(phantom).nii.gz").volume)
    let name = id.replacing(".", with: "_")
    let reference = try ImageFile.read("\(folder)/reference/\(name)-ValidCRM.nii.gz")
      .volume.samples.map(Double.init)
    let box = box ?? VoxelBox(image.geometry)
    let response = try ImageType.response(filter).images(
      of: image, mask: [Bool](repeating: true, count: reference.count), in: box, workers: .all)
    let expected = box.elements(of: reference, size: image.geometry.size)
    let range = (reference.max() ?? 0) - (reference.min() ?? 0)
    return zip(response[0].image.intensities, expected).reduce(0) {
      max($0, abs($1.0 - $1.1))
    } / range
  }
}
