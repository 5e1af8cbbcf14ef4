// target: VolumeIO
// seeds: Tests/VolumeIOTests/Resources/dicom/*.dcm Tests/VolumeIOTests/Resources/dicom/*/IM0000
import Parallel
import VolumeIO

/// Reads the input as a DICOM file: its attributes, and its pixels where it has an image.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
  _ = try? ImageFile.read(bytes: bytes, name: "input", workers: Workers(count: 1))
  return 0
}
