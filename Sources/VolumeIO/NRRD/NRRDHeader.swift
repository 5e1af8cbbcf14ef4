/// The lines of a NRRD header, not yet interpreted.
struct NRRDHeader {
  /// The fields, `name: value`, by their names in lower case and without spaces, since writers
  /// differ in "data file" and "datafile".
  private(set) var fields: [String: String] = [:]
  /// The free entries, `key:=value`.
  private(set) var entries: [String: String] = [:]
  /// The number of bytes up to the voxels of an attached header, or of the whole of a detached one.
  private(set) var byteCount = 0

  /// Whether a file is NRRD of any version, by its first bytes.
  static func isMagic(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: "NRRD00".utf8)
  }

  /// Reads the lines up to the first empty one.
  init(_ content: InputContent) throws(VolumeIOError) {
    var isEnded = false
    var isFirst = true
    for line in try HeaderLines(content, isLast: { $1.isEmpty }) {
      byteCount = line.end
      if isFirst {
        isFirst = false
        continue
      }
      if line.text.isEmpty {
        isEnded = true
        break
      }
      if line.text.hasPrefix("#") { continue }
      guard let colon = line.text.firstIndex(of: ":") else {
        let shown = line.text.prefix(40)
        throw .malformed(
          path: content.file.path, reason: "\"\(shown)\" in the header is no \"field: value\"")
      }
      let rest = line.text[line.text.index(after: colon)...]
      if rest.hasPrefix("=") {
        entries[String(line.text[..<colon])] = Self.unescape(rest.dropFirst())
      } else {
        let name = line.text[..<colon].lowercased().filter { $0 != " " }
        fields[name] = rest.trimmingWhitespace
      }
    }
    // A detached header may end with the file.
    guard isEnded || fields["datafile"] != nil else {
      throw .malformed(
        path: content.file.path, reason: "the header does not end: no empty line before the voxels")
    }
  }

  private static func unescape(_ text: Substring) -> String {
    var result = ""
    var isEscaped = false
    for character in text {
      if isEscaped {
        result.append(character == "n" ? "\n" : character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else {
        result.append(character)
      }
    }
    return result
  }
}
