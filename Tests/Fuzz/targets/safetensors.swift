// target: Segmentation
// seeds: Tests/SegmentationTests/Golden/*.safetensors Tests/ConvNetTests/Golden/networks/*.safetensors
import ConvNet
import Foundation
import Segmentation

/// Reads the input as arrays, and as a model; a model is also written into metadata again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let data = Data(bytes: start, count: count)
  if let file = try? SafeTensors(data: data, path: "input") {
    for name in file.entries.keys { _ = try? file.weight(name) }
    if let text = file.metadata["network"] {
      let description = try? NetworkDescription(json: text, path: "input")
      _ = try? description?.weightShapes()
      _ = try? description?.outputSize(for: Triple(repeating: 9))
    }
  }
  _ = try? Model(data: data, path: "input")
  return 0
}
