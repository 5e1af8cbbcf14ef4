internal import Foundation

/// Any JSON value.
public enum JSONValue: Sendable, Hashable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A whole number.
  case integer(Int)
  /// Any other number; one that is not finite is written as `null`, since JSON has none.
  case number(Double)
  /// A string.
  case string(String)
  /// A list.
  case array([JSONValue])
  /// Values by key.
  case object([String: JSONValue])

  /// The JSON value that an encodable value is written as.
  public init(encoding value: some Encodable) throws {
    let encoder = JSONEncoder()
    self = try JSONDecoder().decode(JSONValue.self, from: encoder.encode(value))
  }

  /// The text with sorted keys, two spaces of indentation and a final newline.
  public func formatted() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }

  /// The first key, with the path to it, that this value has and another lacks.
  ///
  /// A key whose value is null counts as absent.
  func firstKey(missingFrom other: JSONValue) -> String? {
    switch (self, other) {
    case (.object(let mine), .object(let theirs)):
      for (key, value) in mine.sorted(by: { $0.key < $1.key }) where value != .null {
        guard let their = theirs[key] else { return key }
        if let inner = value.firstKey(missingFrom: their) { return "\(key).\(inner)" }
      }
      return nil
    case (.array(let mine), .array(let theirs)):
      for (index, pair) in zip(mine, theirs).enumerated() {
        if let inner = pair.0.firstKey(missingFrom: pair.1) { return "\(index).\(inner)" }
      }
      return nil
    default:
      return nil
    }
  }
}

extension JSONValue: Codable {
  /// Reads any JSON value.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// Writes the value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value):
      value.isFinite ? try container.encode(value) : try container.encodeNil()
    case .string(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A whole number.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// A number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// `true` or `false`.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// A list.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// Values by key; a later one replaces an earlier one of the same key.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(elements) { $1 })
  }
  /// `null`.
  public init(nilLiteral: ()) { self = .null }
}
