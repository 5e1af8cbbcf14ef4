// target: VolumeIO
// seeds: Tests/VolumeIOTests/Resources/masks/*.dcm Tests/VolumeIOTests/Resources/masks/bad/*.dcm
import Parallel
import VolumeIO
import Volumes

/// Reads the input as a DICOM segmentation: on its own grid, and on that of an image.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
  let one = Workers(count: 1)
  guard let mask = try? DICOMMask.read(bytes: bytes, name: "input"),
    let grid = try? Geometry(
      size: [13, 11, 8],
      affine: Affine(
        i: [-0.764269, -0.236416, 0], j: [0.318592, -1.02992, -0.218536],
        k: [0.146777, -0.47449, 2.450166], origin: [20.5, -11.25, 40]))
  else { return 0 }
  _ = try? mask.segments(workers: one)
  _ = try? mask.segments(on: grid, workers: one)
  return 0
}
