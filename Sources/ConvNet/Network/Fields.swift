/// Reads the fields of an object and remembers which were asked for, so that one that nobody knows
/// is an error instead of being passed over.
final class Fields {
  private let container: KeyedDecodingContainer<FieldName>
  private var asked: Set<String> = []

  init(_ decoder: any Decoder) throws {
    container = try decoder.container(keyedBy: FieldName.self)
  }

  func value<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value {
    asked.insert(name)
    return try container.decode(type, forKey: FieldName(stringValue: name))
  }

  func value<Value: Decodable>(_ name: String, default usual: Value) throws -> Value {
    asked.insert(name)
    return try container.decodeIfPresent(Value.self, forKey: FieldName(stringValue: name)) ?? usual
  }

  /// Throws where the object has a field that was not asked for.
  func finish() throws {
    let unknown = container.allKeys.map(\.stringValue).filter { !asked.contains($0) }
    if let name = unknown.min() { throw error("unknown field \"\(name)\"") }
  }

  func error(_ text: String) -> DecodingError {
    .dataCorrupted(.init(codingPath: container.codingPath, debugDescription: text))
  }
}

/// Writes the fields of an object.
struct FieldWriter {
  private var container: KeyedEncodingContainer<FieldName>

  init(_ encoder: any Encoder) {
    container = encoder.container(keyedBy: FieldName.self)
  }

  mutating func write<Value: Encodable>(_ name: String, _ value: Value) throws {
    try container.encode(value, forKey: FieldName(stringValue: name))
  }

  /// Leaves the field out where it has its usual value.
  mutating func write<Value: Encodable & Equatable>(
    _ name: String, _ value: Value, unless usual: Value
  ) throws {
    if value != usual { try write(name, value) }
  }
}

/// Any text as a key.
struct FieldName: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
