import Foundation

/// Writes networks in the ONNX format (operators of version 17).
///
/// Input and output are float32 arrays (1, channels, z, y, x). The input is named as the network's,
/// the output as the node that is the network's output.
public enum ONNXWriter {
  /// Writes a network to a file, which appears only when it is complete.
  ///
  /// - Parameters:
  ///   - network: The network.
  ///   - path: The file.
  ///   - inputSize: The size of the images that the model takes. Without one it takes images of any
  ///     size that the network takes, and cuts that depend on the size become operators that compute
  ///     on shapes; programs that cannot compute these need a fixed size.
  /// - Throws: ``ConvNetError``: `invalidInput` where the network cannot take images of that size,
  ///   `unsupported` where the model would exceed the format's two gigabytes, `unwritable`.
  public static func write(_ network: Network, to path: String, inputSize: Triple? = nil) throws {
    let bytes = try encode(network, path: path, inputSize: inputSize)
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw ConvNetError.unwritable(path: path, reason: error.localizedDescription)
    }
  }

  /// The bytes of such a file; `path` is what errors speak of.
  ///
  /// - Throws: ``ConvNetError`` as ``write(_:to:inputSize:)``.
  public static func encode(
    _ network: Network, path: String = "ONNX model", inputSize: Triple? = nil
  ) throws -> [UInt8] {
    let weightBytes = network.weights.values.reduce(0) { $0 + 4 * $1.values.count }
    guard weightBytes < 1 << 31 - 1 << 24 else {
      throw ConvNetError.unsupported(
        path: path, found: "the network's weights take \(weightBytes) bytes",
        remedy: "ONNX files are limited to two gigabytes")
    }
    var graph = try ONNXGraphWriter(network, inputSize: inputSize)
    for node in network.description.nodes { try graph.write(node) }

    var operators = ProtobufWriter()
    operators.write(1, "")
    operators.write(2, 17)
    var model = ProtobufWriter()
    model.write(1, 8)  // The version of the format that goes with these operators.
    model.write(2, "medcnn")
    model.write(7, graph.finish())
    model.write(8, operators)
    return model.bytes
  }
}
