internal import ConvNet
public import Foundation
internal import Volumes

/// The file format is specified in docs/model-format.md.
extension Model {
  /// The version of the file format that this program writes, and the only one that it reads.
  public static let formatVersion = "1"

  /// Reads a model file.
  ///
  /// - Throws: ``ConvNetError`` where the file is no safetensors file or the network and its weights
  ///   do not fit; ``SegmentationError/invalidModel(path:reason:)`` where the metadata is missing or
  ///   contradicts itself.
  public init(contentsOf url: URL) throws {
    try self.init(SafeTensors(path: url.relativePath), path: url.relativePath)
  }

  /// Reads a model from the bytes of a model file.
  ///
  /// - Parameter path: how messages call it.
  /// - Throws: as ``init(contentsOf:)``.
  public init(data: Data, path: String) throws {
    try self.init(SafeTensors(data: data, path: path), path: path)
  }

  private init(_ file: SafeTensors, path: String) throws {
    let metadata = file.metadata
    guard let version = metadata[Key.version.rawValue] else {
      throw SegmentationError.invalidModel(
        path: path,
        reason: "its metadata has no \"medcnn\"; import other weights with "
          + "\"medcnn model import\"")
    }
    guard version == Model.formatVersion else {
      throw SegmentationError.invalidModel(
        path: path,
        reason: "it has version \(version.prefix(20)) of the format where this program "
          + "reads version \(Model.formatVersion)")
    }
    func read<Value: Codable>(_ key: Key) throws -> Value {
      try Model.decode(metadata[key.rawValue], key, path: path)
    }
    guard let network = metadata[Key.network.rawValue] else {
      throw SegmentationError.invalidModel(path: path, reason: "its metadata has no \"network\"")
    }
    do {
      try self.init(
        network: Network(
          description: NetworkDescription(json: network, path: path), weights: file.weights()),
        channels: read(.channels), preprocessing: read(.preprocessing), inference: read(.inference),
        output: read(.output), labels: LabelTable(read(.labels) as [LabelTable.Entry]),
        card: read(.card))
    } catch SegmentationError.invalidModel(_, let reason) {
      throw SegmentationError.invalidModel(path: path, reason: reason)
    }
  }

  /// Writes the model file, beside the target first and then in one step in its place. Equal models
  /// give equal bytes.
  ///
  /// - Throws: ``ConvNetError/unwritable(path:reason:)``.
  public func write(to url: URL) throws {
    try SafeTensors.write(network.weights, metadata: metadata(), to: url.relativePath)
  }

  /// The texts of the file's metadata.
  func metadata() throws -> [String: String] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    func text(_ value: some Encodable) throws -> String {
      String(decoding: try encoder.encode(value), as: UTF8.self)
    }
    return [
      Key.version.rawValue: Model.formatVersion,
      Key.network.rawValue: try network.description.json(),
      Key.channels.rawValue: try text(channels),
      Key.preprocessing.rawValue: try text(preprocessing),
      Key.inference.rawValue: try text(inference),
      Key.output.rawValue: try text(output),
      Key.labels.rawValue: try text(labels.entries),
      Key.card.rawValue: try text(card),
    ]
  }

  private enum Key: String {
    case version = "medcnn"
    case network, channels, preprocessing, inference, output, labels, card
  }

  /// Reads one text of the metadata, in which every key must be known.
  private static func decode<Value: Codable>(
    _ text: String?, _ key: Key, path: String
  ) throws -> Value {
    func invalid(_ reason: String) -> SegmentationError {
      .invalidModel(path: path, reason: reason)
    }
    guard let text else { throw invalid("its metadata has no \"\(key.rawValue)\"") }
    let data = Data(text.utf8)
    do {
      let value = try JSONDecoder().decode(Value.self, from: data)
      // What is decoded and written again has exactly the known keys.
      let given = try JSONDecoder().decode(JSONValue.self, from: data)
      if let unknown = given.firstKey(missingFrom: try JSONValue(encoding: value)) {
        throw invalid("\"\(key.rawValue)\" has a key that is not known: \(unknown)")
      }
      return value
    } catch let error as DecodingError {
      throw invalid("\"\(key.rawValue)\": \(error.inOneLine)")
    }
  }
}
