import Foundation
import Radiomics

extension ParameterValue {
  /// As JSON, with the keys in their order; numbers that are not finite are null.
  func json(indent: String = "") -> String {
    let inner = indent + "  "
    switch self {
    case .null: return "null"
    case .boolean(let value): return value ? "true" : "false"
    case .integer(let value): return "\(value)"
    case .number(let value): return value.isFinite ? value.pythonText : "null"
    case .text(let value): return ParameterValue.quoted(value)
    case .list(let values):
      guard values.contains(where: \.isMap) else {
        return "[" + values.map { $0.json() }.joined(separator: ", ") + "]"
      }
      return "[\n" + values.map { inner + $0.json(indent: inner) }.joined(separator: ",\n")
        + "\n\(indent)]"
    case .map(let entries):
      guard !entries.isEmpty else { return "{}" }
      return "{\n"
        + entries.map {
          "\(inner)\(ParameterValue.quoted($0.key)): \($0.value.json(indent: inner))"
        }
        .joined(separator: ",\n") + "\n\(indent)}"
    }
  }

  private var isMap: Bool {
    if case .map = self { true } else { false }
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case _ where scalar.value < 32: quoted += String(format: "\\u%04x", scalar.value)
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
