// target: VolumeIO
// seeds: Tests/VolumeIOTests/Resources/*.nii Tests/VolumeIOTests/Resources/*.nii.gz Tests/VolumeIOTests/Resources/*.hdr
import Parallel
import VolumeIO

/// Reads the input as an image, and as label maps where it is one.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
  let file = try? ImageFile.read(bytes: bytes, name: "input", workers: Workers(count: 1))
  _ = try? file?.labelMaps()
  return 0
}
