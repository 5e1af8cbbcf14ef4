import ConvNet
import Foundation
import Parallel
import Testing

/// Networks that PyTorch exported (Tests/Oracles/import_onnx.py), against ONNX Runtime.
@Suite struct ImportONNXTests {
  static let folder = Golden.folder.appendingPathComponent("onnx")

  static func path(_ name: String) -> String {
    folder.appendingPathComponent(name + ".onnx").path
  }

  /// The shape of the input, the name of the output and some of its values.
  struct Expected {
    var input: [Int]
    var output: String
    var shape: [Int]
    var values: [(place: Int, value: Float)]

    init(_ name: String) throws {
      let text = try String(
        contentsOf: folder.appendingPathComponent(name + ".txt"), encoding: .utf8)
      let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
      input = lines[0].compactMap { Int($0) }
      output = String(lines[1][0])
      shape = lines[2].compactMap { Int($0) }
      values = lines[3...].compactMap { line in
        guard let place = Int(line[0]), let value = Float(line[1]) else { return nil }
        return (place, value)
      }
    }
  }

  @Test(arguments: [
    "nnunet_plain", "nnunet_residual", "nnunet_deep", "monai_unet", "monai_unet_batch",
    "monai_basic", "monai_dynunet", "odds",
  ])
  func agreesWithONNXRuntime(_ name: String) throws {
    let expected = try Expected(name)
    let imported = try ONNXImporter.load(path: Self.path(name), output: expected.output)
    let size = Triple(expected.input[2], expected.input[3], expected.input[4])
    let result = try Executor(imported.network).run(Tensor(made: expected.input[1], size))
    #expect([1, result.channels, result.size.z, result.size.y, result.size.x] == expected.shape)
    let scale = try #require(expected.values.map { abs($0.value) }.max())
    for (place, value) in expected.values where place < result.values.count {
      #expect(abs(result.values[place] - value) <= 1e-4 * scale, "\(name) at \(place)")
    }
  }

  /// MONAI's arrays are (x, y, z): the same model on the image with its axes reversed.
  @Test func reversedAxes() throws {
    let expected = try Expected("odds")
    let zyx = try ONNXImporter.load(path: Self.path("odds"))
    let xyz = try ONNXImporter.load(path: Self.path("odds"), axes: .xyz)
    let size = Triple(expected.input[2], expected.input[3], expected.input[4])
    #expect(xyz.inputSize == Triple(size.x, size.y, size.z))
    let image = Tensor(made: expected.input[1], size)
    let result = try Executor(zyx.network).run(image).reversed
    let reversed = try Executor(xyz.network).run(image.reversed)
    #expect(Golden.relativeError(reversed, result) < 1e-5)
  }

  @Test func fixedAndOpenSizes() throws {
    #expect(try ONNXImporter.load(path: Self.path("nnunet_plain")).inputSize == nil)
    #expect(try ONNXImporter.load(path: Self.path("monai_basic")).inputSize == Triple(32, 16, 16))
  }

  // MARK: Refusals

  func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch let error as ConvNetError {
      return error.description
    } catch {
      return "another error: \(error)"
    }
  }

  @Test func whatCannotBeComputedIsNamed() throws {
    let group = message { _ = try ONNXImporter.load(path: Self.path("group_norm")) }
    #expect(group.contains("Reshape") && group.contains("group_norm.onnx"))
    let flat = message { _ = try ONNXImporter.load(path: Self.path("flat")) }
    #expect(flat.contains("its input has 4 axes"))
    let deep = message { _ = try ONNXImporter.load(path: Self.path("nnunet_deep")) }
    #expect(deep.contains("2 outputs") && deep.contains("name the one to compute"))
    let other = message { _ = try ONNXImporter.load(path: Self.path("odds"), output: "labels") }
    #expect(other.contains("no output \"labels\""))
    #expect(message { _ = try ONNXImporter.load(path: "/nowhere.onnx") }.contains("no such file"))
    #expect(message { _ = try ONNXImporter.load(path: "/tmp") }.contains("it is a folder"))
  }

  @Test func damagedFilesAreErrors() throws {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: Self.path("nnunet_plain"))))
    for text in ["", "not a model at all", "{\"a\": 1}"] {
      #expect(
        message { _ = try ONNXImporter.read(Array(text.utf8), path: "f") }.contains("ONNX model"))
    }
    for count in stride(from: 0, to: bytes.count, by: 997) {
      #expect(throws: ConvNetError.self) {
        try ONNXImporter.read(Array(bytes[..<count]), path: "f")
      }
    }
    // Any byte may be wrong: an error or another network, but no trap.
    for place in stride(from: 0, to: bytes.count, by: 149) {
      var damaged = bytes
      damaged[place] ^= 0x55
      _ = try? ONNXImporter.read(damaged, path: "f")
    }
  }
}

extension Tensor {
  /// The tensor with the axes z and x exchanged.
  fileprivate var reversed: Tensor {
    var result = Tensor(channels: channels, size: Triple(size.x, size.y, size.z))
    for c in 0..<channels {
      for z in 0..<size.z {
        for y in 0..<size.y {
          for x in 0..<size.x { result[c, x, y, z] = self[c, z, y, x] }
        }
      }
    }
    return result
  }
}
