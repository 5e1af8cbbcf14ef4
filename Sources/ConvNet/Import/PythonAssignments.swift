/// A value written out in a Python source file.
indirect enum PythonLiteral: Equatable, Sendable {
  case none
  case boolean(Bool)
  case integer(Int)
  case real(Double)
  case string(String)
  /// A list or a tuple.
  case list([PythonLiteral])
}

/// The assignments of literals in a Python source file, as DeepMedic's configurations are written:
/// `name = value`, one after the other, with comments; brackets and triple quotes run over lines.
///
/// Nothing is evaluated: a file that computes is refused, with the number of the line.
struct PythonAssignments {
  /// The last value of each name.
  private(set) var values: [String: PythonLiteral] = [:]
  /// The names in the order in which they first appear.
  private(set) var names: [String] = []

  /// - Parameter onlyNames: where given, what is assigned to other names is passed over unread.
  /// - Throws: `malformed` for anything but assignments of literals.
  init(
    _ text: String, path: String, onlyNames wanted: Set<String>? = nil
  ) throws(ConvNetError) {
    var scanner = PythonScanner(text, path: path)
    while let name = try scanner.nextName() {
      try scanner.expect("=")
      guard wanted?.contains(name) ?? true else {
        try scanner.skipStatement()
        continue
      }
      let value = try scanner.literal(depth: 0)
      try scanner.endOfStatement()
      if values.updateValue(value, forKey: name) == nil { names.append(name) }
    }
  }
}

/// Reads Python's tokens from bytes.
private struct PythonScanner {
  private var rest: ArraySlice<UInt8>
  private var line = 1
  private let path: String

  init(_ text: String, path: String) {
    rest = Array(text.utf8)[...]
    if rest.starts(with: [0xef, 0xbb, 0xbf]) { rest = rest.dropFirst(3) }
    self.path = path
  }

  /// The name that the next statement assigns to; nil at the end of the file.
  mutating func nextName() throws(ConvNetError) -> String? {
    skipSpace(acrossLines: true)
    while take(";") { skipSpace(acrossLines: true) }
    if rest.isEmpty { return nil }
    let name = word()
    guard let first = name.utf8.first, !Self.isDigit(first) else {
      throw failure("a setting has no name")
    }
    return name
  }

  mutating func expect(_ character: Unicode.Scalar) throws(ConvNetError) {
    skipSpace(acrossLines: false)
    guard take(character) else { throw failure("\"\(character)\" is missing") }
  }

  mutating func endOfStatement() throws(ConvNetError) {
    skipSpace(acrossLines: false)
    guard rest.isEmpty || Self.isLineEnd(rest.first!) || rest.first == UInt8(ascii: ";") else {
      throw failure("there is more than a plain value")
    }
  }

  /// Passes over the rest of a statement, whatever it computes.
  mutating func skipStatement() throws(ConvNetError) {
    var depth = 0
    while let byte = rest.first {
      switch Unicode.Scalar(byte) {
      case "\"", "'":
        _ = try string()
        continue
      case "[", "(", "{": depth += 1
      case "]", ")", "}": depth -= 1
      case "#", "\\":
        let before = rest.count
        skipSpace(acrossLines: false)
        if rest.count < before { continue }
      case "\n", "\r", ";":
        if depth <= 0 { return }
        line += byte == UInt8(ascii: "\n") ? 1 : 0
      default: break
      }
      rest.removeFirst()
    }
    guard depth <= 0 else { throw failure("a bracket is not closed") }
  }

  mutating func literal(depth: Int) throws(ConvNetError) -> PythonLiteral {
    // Real configurations nest twice; a limit keeps hostile ones from exhausting the stack.
    guard depth < 32 else { throw failure("lists are nested too deep") }
    skipSpace(acrossLines: depth > 0)
    guard let first = rest.first else { throw failure("a value is missing") }
    switch Unicode.Scalar(first) {
    case "[": return .list(try items(until: "]", depth: depth))
    case "(": return .list(try items(until: ")", depth: depth))
    case "\"", "'": return .string(try string())
    case "+", "-", ".", "0"..."9": return try number()
    default:
      switch word() {
      case "None": return .none
      case "True": return .boolean(true)
      case "False": return .boolean(false)
      case let other: throw failure("\"\(other)\" is not a plain value")
      }
    }
  }

  private mutating func items(
    until end: Unicode.Scalar, depth: Int
  ) throws(ConvNetError) -> [PythonLiteral] {
    rest.removeFirst()
    var items: [PythonLiteral] = []
    while true {
      skipSpace(acrossLines: true)
      if take(end) { return items }
      items.append(try literal(depth: depth + 1))
      skipSpace(acrossLines: true)
      if !take(",") {
        guard take(end) else { throw failure("a list is not closed by \"\(end)\"") }
        return items
      }
    }
  }

  private mutating func number() throws(ConvNetError) -> PythonLiteral {
    let accepted = Set("+-.0123456789eE_".utf8)
    let digits = rest.prefix { accepted.contains($0) }
    rest = rest.dropFirst(digits.count)
    let text = String(decoding: digits.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
    if let integer = Int(text) { return .integer(integer) }
    guard let real = Double(text), real.isFinite else {
      throw failure("\"\(text)\" is not a number")
    }
    return .real(real)
  }

  private mutating func string() throws(ConvNetError) -> String {
    let quote = rest.first!
    let isTriple = rest.prefix(3).elementsEqual([quote, quote, quote])
    let delimiter = [UInt8](repeating: quote, count: isTriple ? 3 : 1)
    rest = rest.dropFirst(delimiter.count)
    var bytes: [UInt8] = []
    while let byte = rest.first {
      if rest.starts(with: delimiter) {
        rest = rest.dropFirst(delimiter.count)
        return String(decoding: bytes, as: UTF8.self)
      }
      rest.removeFirst()
      if Self.isLineEnd(byte) {
        guard isTriple else { break }
        line += byte == UInt8(ascii: "\n") ? 1 : 0
      }
      guard byte == UInt8(ascii: "\\"), let escaped = rest.first else {
        bytes.append(byte)
        continue
      }
      rest.removeFirst()
      switch Unicode.Scalar(escaped) {
      case "n": bytes.append(UInt8(ascii: "\n"))
      case "t": bytes.append(UInt8(ascii: "\t"))
      case "\n": line += 1
      case "\\", "'", "\"": bytes.append(escaped)
      default: bytes += [byte, escaped]
      }
    }
    throw failure("a string is not closed")
  }

  private mutating func word() -> String {
    let word = rest.prefix { byte in
      byte == UInt8(ascii: "_") || Self.isDigit(byte) || byte >= 128
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 32)
    }
    rest = rest.dropFirst(word.count)
    return String(decoding: word, as: UTF8.self)
  }

  private mutating func skipSpace(acrossLines: Bool) {
    while let byte = rest.first {
      if byte == UInt8(ascii: "#") {
        rest = rest.drop { !Self.isLineEnd($0) }
      } else if byte == UInt8(ascii: "\\"), rest.dropFirst().first == UInt8(ascii: "\n") {
        rest = rest.dropFirst(2)
        line += 1
      } else if Self.isSpace(byte), acrossLines || !Self.isLineEnd(byte) {
        line += byte == UInt8(ascii: "\n") ? 1 : 0
        rest.removeFirst()
      } else {
        return
      }
    }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest.removeFirst()
    return true
  }

  private func failure(_ reason: String) -> ConvNetError {
    .malformed(path: path, reason: "line \(line): \(reason)")
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isLineEnd(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    isLineEnd(byte) || byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == 12
  }
}
