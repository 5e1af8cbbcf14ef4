import Foundation
import Segmentation

extension JSONValue {
  /// The value as YAML: objects in blocks with sorted keys, lists of plain values in one line.
  var yaml: String { lines.joined(separator: "\n") + "\n" }

  private var isPlain: Bool {
    switch self {
    case .object(let values): values.isEmpty
    case .array(let items):
      items.allSatisfy { item in
        switch item {
        case .object: false
        case .array(let inner): inner.allSatisfy(\.isScalar)
        default: true
        }
      }
    default: true
    }
  }

  private var isScalar: Bool {
    switch self {
    case .object, .array: false
    default: true
    }
  }

  /// In one line.
  private var plain: String {
    switch self {
    case .null: "null"
    case .bool(let flag): "\(flag)"
    case .integer(let number): "\(number)"
    case .number(let number): JSONValue.text(of: number)
    case .string(let text): JSONValue.quoted(text)
    case .array(let items): "[" + items.map(\.plain).joined(separator: ", ") + "]"
    case .object: "{}"
    }
  }

  private var lines: [String] {
    if isPlain { return [plain] }
    switch self {
    case .object(let values):
      return values.sorted { $0.key < $1.key }.flatMap { key, value in
        value.isPlain
          ? ["\(JSONValue.key(key)): \(value.plain)"]
          : ["\(JSONValue.key(key)):"] + value.lines.map { "  " + $0 }
      }
    case .array(let items):
      return items.flatMap { item in
        item.lines.enumerated().map { ($0 == 0 ? "- " : "  ") + $1 }
      }
    default: return [plain]
    }
  }

  /// A number with a point: without one, readers of YAML 1.1 take 1e-05 as a text.
  private static func text(of number: Double) -> String {
    let text = "\(number)"
    guard let exponent = text.firstIndex(of: "e"), !text.contains(".") else { return text }
    return text[..<exponent] + ".0" + text[exponent...]
  }

  /// As in JSON, which YAML reads as well.
  private static func quoted(_ text: String) -> String {
    (try? JSONValue.string(text).formatted().trimmingCharacters(in: .newlines)) ?? ""
  }

  private static func key(_ text: String) -> String {
    let isWord =
      text.utf8.allSatisfy { $0 == 95 || 48...57 ~= $0 || 65...90 ~= $0 || 97...122 ~= $0 }
    let isName = text.utf8.first.map { $0 >= 65 } ?? false
    return isWord && isName ? text : quoted(text)
  }
}
