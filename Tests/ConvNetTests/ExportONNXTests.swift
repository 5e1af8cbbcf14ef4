import ConvNet
import Foundation
import Testing

@Suite struct ExportONNXTests {
  static let cases =
    Golden.names("networks").map { "networks/\($0)" }
    + Golden.names("layers").map { "layers/\($0)" }

  static func network(_ name: String, _ golden: Golden.Case) throws -> Network {
    if name.hasPrefix("networks") { return try ArchitectureTests.network(golden) }
    let description = try NetworkDescription(json: golden.metadata["network"] ?? "", path: name)
    return try Network(description: description, weights: golden.weights)
  }

  /// A model for images of one size, read again, computes the same.
  @Test(arguments: cases)
  func readAgain(_ name: String) throws {
    let golden = try Golden.Case(name)
    let network = try Self.network(name, golden)
    let bytes = try ONNXWriter.encode(network, inputSize: golden.input.size)
    let imported = try ONNXImporter.read(bytes, path: name)
    #expect(imported.inputSize == golden.input.size)
    #expect(imported.outputs == [network.description.output])
    let output = try Executor(imported.network).run(golden.input)
    #expect(Golden.relativeError(output, golden.output) < 1e-5)
  }

  /// Models for images of any size, where no cut depends on it.
  @Test func anySize() throws {
    let golden = try Golden.Case("networks/meshnet")
    let network = try ArchitectureTests.network(golden)
    let imported = try ONNXImporter.read(ONNXWriter.encode(network), path: "meshnet")
    #expect(imported.inputSize == nil)
    let output = try Executor(imported.network).run(golden.input)
    #expect(Golden.relativeError(output, golden.output) < 1e-5)
  }

  @Test func sizesThatTheNetworkCannotTake() throws {
    let network = try ArchitectureTests.network(Golden.Case("networks/deepmedic"))
    #expect(throws: ConvNetError.self) {
      try ONNXWriter.encode(network, inputSize: Triple(repeating: 3))
    }
    #expect(throws: ConvNetError.self) {
      try ONNXWriter.write(network, to: "/nowhere/model.onnx")
    }
  }

  /// Writes what Tests/Oracles/export_onnx.py checks, to the folder that MEDCNN_EXPORTS names.
  @Test(
    .enabled(
      if: ProcessInfo.processInfo.environment["MEDCNN_EXPORTS"] != nil,
      "only for Tests/Oracles/export_onnx.py"))
  func writeForONNXRuntime() throws {
    let folder = ProcessInfo.processInfo.environment["MEDCNN_EXPORTS"] ?? ""
    func write(_ name: String, _ network: Network, _ input: Tensor, _ output: Tensor) throws {
      func weight(_ tensor: Tensor) -> Weight {
        Weight(
          shape: [1, tensor.channels, tensor.size.z, tensor.size.y, tensor.size.x],
          values: tensor.values)
      }
      try SafeTensors.write(
        ["input": weight(input), "output": weight(output)], to: "\(folder)/\(name).safetensors")
      try ONNXWriter.write(network, to: "\(folder)/\(name).any.onnx")
      try ONNXWriter.write(network, to: "\(folder)/\(name).fixed.onnx", inputSize: input.size)
    }
    for name in Self.cases {
      let golden = try Golden.Case(name)
      let network = try Self.network(name, golden)
      try write(
        name.replacingOccurrences(of: "/", with: "."), network, golden.input,
        Executor(network).run(golden.input))
    }
    if DeepMedicCheckpoint.folder != nil {
      let network = try DeepMedicImporter.load(
        prefix: DeepMedicCheckpoint.prefix, config: DeepMedicCheckpoint.config
      ).network
      let image = Tensor(made: 4, Triple(100, 101, 97))
      try write("checkpoint", network, image, Executor(network).run(image))
    }
  }
}
