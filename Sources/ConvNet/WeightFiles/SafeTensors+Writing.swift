public import Foundation

extension SafeTensors {
  /// Writes float32 arrays, in the order of their names: equal contents give equal bytes.
  ///
  /// The file is written beside `path` and then renamed.
  ///
  /// - Throws: ``ConvNetError/unwritable(path:reason:)``.
  public static func write(
    _ weights: [String: Weight], metadata: [String: String] = [:], to path: String
  ) throws {
    do {
      let bytes = try encode(weights, metadata: metadata)
      try bytes.write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw ConvNetError.unwritable(path: path, reason: error.localizedDescription)
    }
  }

  /// The bytes of a file with float32 arrays.
  public static func encode(
    _ weights: [String: Weight], metadata: [String: String] = [:]
  ) throws -> Data {
    let names = weights.keys.sorted()
    var arrays: [String: HeaderEntry] = [:]
    if !metadata.isEmpty { arrays["__metadata__"] = .metadata(metadata) }
    var offset = 0
    for name in names {
      guard let weight = weights[name] else { continue }
      let end = offset + 4 * weight.values.count
      arrays[name] = .array(dtype: "F32", shape: weight.shape, offsets: [offset, end])
      offset = end
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var header = try encoder.encode(arrays)
    // Spaces so that the arrays begin at a multiple of 8 bytes.
    header.append(contentsOf: [UInt8](repeating: 0x20, count: (8 - header.count % 8) % 8))

    var data = Data(capacity: 8 + header.count + offset)
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { data.append(contentsOf: $0) }
    data.append(header)
    for name in names { weights[name]?.values.withUnsafeBytes { data.append(contentsOf: $0) } }
    return data
  }
}

private enum HeaderEntry: Encodable {
  case metadata([String: String])
  case array(dtype: String, shape: [Int], offsets: [Int])

  func encode(to encoder: any Encoder) throws {
    switch self {
    case .metadata(let texts): try texts.encode(to: encoder)
    case .array(let dtype, let shape, let offsets):
      var fields = FieldWriter(encoder)
      try fields.write("dtype", dtype)
      try fields.write("shape", shape)
      try fields.write("data_offsets", offsets)
    }
  }
}
