import Foundation

/// Reads segmentation networks in the ONNX format, as PyTorch exports them: convolutions, norms,
/// activations, pooling, resizing, concatenations and sums over images of three axes.
public enum ONNXImporter {
  /// Which axis of an image comes first in the model's arrays after batch and channels.
  public enum AxisOrder: String, Sendable, Hashable, CaseIterable {
    /// The slices first, as nnU-Net and other programs that read with SimpleITK have them.
    case zyx
    /// The columns first, as MONAI and other programs that read with nibabel have them.
    case xyz

    func triple(_ list: [Int]) -> Triple {
      self == .zyx ? Triple(list[0], list[1], list[2]) : Triple(list[2], list[1], list[0])
    }

    func list(_ triple: Triple) -> [Int] {
      self == .zyx ? [triple.z, triple.y, triple.x] : [triple.x, triple.y, triple.z]
    }
  }

  /// What a file holds.
  public struct Result: Sendable {
    /// The network.
    public var network: Network
    /// The size of the images that the model was exported for; nil where it takes any.
    public var inputSize: Triple?
    /// The names of the model's outputs, of which the network computes one.
    public var outputs: [String]
  }

  /// Reads a file, and files beside it where the model keeps its weights there.
  ///
  /// - Parameters:
  ///   - path: The model.
  ///   - output: The name of the output to compute; may be left out where the model has only one.
  ///   - axes: The order of the model's axes.
  /// - Throws: ``ConvNetError``: `unreadable`, `malformed`, or `unsupported` with the operator and
  ///   the node that a network cannot compute.
  public static func load(
    path: String, output: String? = nil, axes: AxisOrder = .zyx
  ) throws -> Result {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    return try read(fileBytes(path), path: path, folder: folder, output: output, axes: axes)
  }

  /// Reads the bytes of a file that holds its weights itself; `path` is what errors speak of.
  ///
  /// - Throws: ``ConvNetError`` as ``load(path:output:axes:)``.
  public static func read(
    _ bytes: [UInt8], path: String, output: String? = nil, axes: AxisOrder = .zyx
  ) throws -> Result {
    try read(bytes, path: path, folder: nil, output: output, axes: axes)
  }

  private static func read(
    _ bytes: [UInt8], path: String, folder: String?, output: String?, axes: AxisOrder
  ) throws -> Result {
    let model = try ONNXModel(bytes[...], path: path)
    let image = try image(model, axes: axes, path: path)
    let outputs = model.outputs.map(\.name)
    let chosen = try choose(output, of: outputs, path: path)

    var translator = ONNXTranslator(model, image: image, axes: axes, path: path, folder: folder)
    for node in needed(model, for: chosen) { try translator.translate(node) }
    guard let result = translator.feature(named: chosen) else {
      throw ConvNetError.malformed(
        path: path, reason: "the output \"\(chosen)\" is not computed from the image")
    }
    let description = NetworkDescription(
      input: .init(name: image.name, channels: image.channels), nodes: translator.nodes,
      output: result.name)
    return Result(
      network: try Network(description: description, weights: translator.weights),
      inputSize: image.size, outputs: outputs)
  }

  /// The one input that is not a weight.
  private static func image(
    _ model: ONNXModel, axes: AxisOrder, path: String
  ) throws -> ONNXTranslator.Feature {
    let inputs = model.inputs.filter { model.initializers[$0.name] == nil }
    guard inputs.count == 1, let input = inputs.first else {
      let names = inputs.map { "\"\($0.name)\"" }.joined(separator: ", ")
      throw ConvNetError.unsupported(
        path: path, found: "the model has \(inputs.count) inputs (\(names))",
        remedy: "export it with one input that holds all channels")
    }
    guard let shape = input.shape, shape.count == 5 else {
      throw ConvNetError.unsupported(
        path: path,
        found: "its input has \(input.shape.map { "\($0.count)" } ?? "an unknown number of") axes",
        remedy: "networks for (batch, channels, z, y, x) arrays are read")
    }
    guard let channels = shape[1], channels <= ChannelInference.limit else {
      throw ConvNetError.unsupported(
        path: path, found: "the model leaves the number of channels open",
        remedy: "export it with a fixed number of channels")
    }
    guard shape[0] ?? 1 == 1 else {
      throw ConvNetError.unsupported(
        path: path, found: "the model takes \(shape[0] ?? 0) images at once",
        remedy: "export it for one image")
    }
    let extents = shape[2...].compactMap { $0 }
    guard extents.allSatisfy({ $0 <= ChannelInference.limit }) else {
      throw ConvNetError.malformed(path: path, reason: "the size of its input is absurd")
    }
    return ONNXTranslator.Feature(
      name: input.name, channels: channels, size: extents.count == 3 ? axes.triple(extents) : nil)
  }

  private static func choose(
    _ output: String?, of outputs: [String], path: String
  ) throws -> String {
    let names = outputs.map { "\"\($0)\"" }.joined(separator: ", ")
    if let output {
      guard outputs.contains(output) else {
        throw ConvNetError.unsupported(
          path: path, found: "the model has no output \"\(output)\"", remedy: "it has \(names)")
      }
      return output
    }
    guard outputs.count == 1 else {
      throw ConvNetError.unsupported(
        path: path, found: "the model has \(outputs.count) outputs (\(names))",
        remedy: "name the one to compute")
    }
    return outputs[0]
  }

  /// The nodes on which an output depends, in the order of the file.
  private static func needed(_ model: ONNXModel, for output: String) -> [ONNXNode] {
    var wanted: Set<String> = [output]
    var needed: [ONNXNode] = []
    // In a valid file a node comes after those it depends on.
    for node in model.nodes.reversed() where node.outputs.contains(where: wanted.contains) {
      wanted.formUnion(node.inputs)
      needed.append(node)
    }
    return needed.reversed()
  }
}
