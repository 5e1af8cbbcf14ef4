/// A value of a parameter file, with maps in the order of the file: the order of classes, features and
/// image types there is that of the columns.
public indirect enum ParameterValue: Sendable, Hashable {
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case list([ParameterValue])
  case map([Entry])

  /// A key of a map and its value.
  public struct Entry: Sendable, Hashable {
    /// The key.
    public let key: String
    /// The value.
    public let value: ParameterValue

    /// Makes an entry.
    public init(_ key: String, _ value: ParameterValue) {
      self.key = key
      self.value = value
    }
  }

  /// Three numbers.
  public init(_ vector: SIMD3<Double>) {
    self = .list([.number(vector.x), .number(vector.y), .number(vector.z)])
  }

  /// Three whole numbers.
  public init(_ vector: SIMD3<Int>) {
    self = .list([.integer(vector.x), .integer(vector.y), .integer(vector.z)])
  }
}

extension ParameterValue: CustomStringConvertible {
  /// As Python writes it, which PyRadiomics' tables have: `{'label': 1, 'sigma': [1.0, None]}`.
  public var description: String {
    switch self {
    case .null: "None"
    case .boolean(let value): value ? "True" : "False"
    case .integer(let value): "\(value)"
    case .number(let value): value.pythonText
    case .text(let value): "'\(value)'"
    case .list(let values): "[" + values.map(\.description).joined(separator: ", ") + "]"
    case .map(let entries):
      "{" + entries.map { "'\($0.key)': \($0.value)" }.joined(separator: ", ") + "}"
    }
  }
}

extension Double {
  /// The shortest text that reads as this number, as Python writes it: `1.0`, `1e-05`, `nan`.
  public var pythonText: String {
    guard isFinite else { return isNaN ? "nan" : self < 0 ? "-inf" : "inf" }
    let text = "\(self)"
    guard let mark = text.firstIndex(of: "e") else { return text }
    // Swift writes 1e-05 as 1e-05 and 1.0 where Python leaves the fraction out.
    var digits = String(text[..<mark])
    if digits.hasSuffix(".0") { digits.removeLast(2) }
    var exponent = text[text.index(after: mark)...]
    let isNegative = exponent.first == "-"
    if isNegative || exponent.first == "+" { exponent.removeFirst() }
    // Python turns to exponents from 1e16.
    let padded = exponent.count < 2 ? "0" + exponent : String(exponent)
    return digits + "e" + (isNegative ? "-" : "+") + padded
  }
}
