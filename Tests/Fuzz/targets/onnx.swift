// target: ConvNet
// seeds: Tests/ConvNetTests/Golden/onnx/*.onnx
import ConvNet

/// Reads the input as a model and writes what was read.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
  for axes in ONNXImporter.AxisOrder.allCases {
    guard let model = try? ONNXImporter.read(bytes, path: "input", axes: axes) else { continue }
    _ = try? ONNXWriter.encode(model.network, inputSize: model.inputSize)
    _ = try? model.network.description.outputSize(for: Triple(repeating: 9))
  }
  return 0
}
