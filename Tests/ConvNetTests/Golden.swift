import ConvNet
import Foundation
import Testing

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

  /// The images of an array (image, channel, z, y, x).
  static func tensors(_ array: Weight) throws -> [Tensor] {
    try #require(array.shape.count == 5)
    return images(of: array).map {
      Tensor(
        channels: array.shape[1], size: Triple(array.shape[2], array.shape[3], array.shape[4]),
        values: $0)
    }
  }

  /// The targets of an array (image, z, y, x).
  static func targets(_ array: Weight) throws -> [TargetMap] {
    try #require(array.shape.count == 4)
    return images(of: array).map {
      TargetMap(
        size: Triple(array.shape[1], array.shape[2], array.shape[3]), classes: $0.map { UInt8($0) })
    }
  }

  private static func images(of array: Weight) -> [[Float]] {
    let each = array.values.count / array.shape[0]
    return (0..<array.shape[0]).map { Array(array.values[$0 * each..<($0 + 1) * each]) }
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
