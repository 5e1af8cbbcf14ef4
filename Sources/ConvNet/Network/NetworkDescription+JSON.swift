import Foundation

extension NetworkDescription {
  /// Reads a description from JSON as `docs/model-format.md` specifies it.
  ///
  /// The result is well-formed JSON of known operations; whether the network makes sense is checked
  /// by ``Network/init(description:weights:)``.
  ///
  /// - Parameter path: where the text comes from, for the error message.
  /// - Throws: ``ConvNetError/malformed(path:reason:)``.
  public init(json: String, path: String) throws {
    do {
      self = try JSONDecoder().decode(NetworkDescription.self, from: Data(json.utf8))
    } catch let error as DecodingError {
      throw ConvNetError.malformed(
        path: path, reason: "network description: \(error.inOneLine)")
    }
  }

  /// The description as JSON, its keys sorted: equal descriptions give equal text.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}

extension DecodingError {
  /// What is wrong and where.
  public var inOneLine: String {
    func at(_ path: [any CodingKey], _ text: String) -> String {
      let place = path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
      return place.isEmpty ? text : "\(text) at \(place)"
    }
    return switch self {
    case .typeMismatch(_, let context), .dataCorrupted(let context):
      at(context.codingPath, context.debugDescription)
    case .keyNotFound(let key, let context):
      at(context.codingPath, "the field \"\(key.stringValue)\" is missing")
    case .valueNotFound(_, let context): at(context.codingPath, "a value is missing")
    @unknown default: "not readable"
    }
  }
}
