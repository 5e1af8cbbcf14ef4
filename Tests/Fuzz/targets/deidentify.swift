// target: VolumeIO
// seeds: Tests/VolumeIOTests/Resources/dicom/*.dcm
import Foundation
import VolumeIO

/// Beside the fuzzer's own files; it is run from the package's folder.
private let folder = ".build-fuzz/deidentify-\(getpid())"

/// De-identifies the input and writes it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
  do {
    try AtomicFile.write(bytes, to: folder + ".in")
    var deidentifier = Deidentifier(key: "a key of the test")
    try deidentifier.write(folder + ".in", to: folder + ".out")
  } catch {}
  return 0
}
