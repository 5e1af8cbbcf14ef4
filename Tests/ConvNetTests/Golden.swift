import ConvNet
import Foundation

/// Golden files made by the scripts in Tests/Oracles.
enum Golden {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Golden")

  /// The names of a folder's files without the ending.
  static func names(_ subfolder: String) -> [String] {
    let files = try? FileManager.default.contentsOfDirectory(
      atPath: folder.appendingPathComponent(subfolder).path)
    return (files ?? []).filter { $0.hasSuffix(".safetensors") }
      .map { String($0.dropLast(".safetensors".count)) }.sorted()
  }

  /// A network's weights, an input and PyTorch's output for it.
  struct Case {
    var metadata: [String: String]
    var weights: [String: Weight]
    var input: Tensor
    var output: Tensor

    init(_ path: String) throws {
      let file = try SafeTensors(
        path: Golden.folder.appendingPathComponent(path + ".safetensors").path)
      metadata = file.metadata
      weights = try file.weights()
      input = try Self.tensor(weights.removeValue(forKey: "input"))
      output = try Self.tensor(weights.removeValue(forKey: "output"))
    }

    private static func tensor(_ weight: Weight?) throws -> Tensor {
      guard let weight, weight.shape.count == 4 else {
        throw ConvNetError.malformed(path: "golden file", reason: "no input or output")
      }
      return Tensor(
        channels: weight.shape[0],
        size: Triple(weight.shape[1], weight.shape[2], weight.shape[3]), values: weight.values)
    }
  }

  /// The largest difference over the largest magnitude of the reference.
  static func relativeError(_ result: Tensor, _ reference: Tensor) -> Float {
    guard result.channels == reference.channels, result.size == reference.size else {
      return .infinity
    }
    let scale = reference.values.map(abs).max() ?? 0
    let worst = zip(result.values, reference.values).map { abs($0 - $1) }
    // A NaN is not smaller than anything: it must not pass for a small error.
    return worst.allSatisfy { $0.isFinite } ? (worst.max() ?? 0) / max(scale, 1e-30) : .infinity
  }
}
