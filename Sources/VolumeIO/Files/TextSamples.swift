/// Samples written as decimal numbers.
enum TextSamples {
  /// Reads `count` numbers with white space or commas between them, as the bytes of doubles.
  static func parse(
    _ content: InputContent, from offset: Int, count: Int, path: String
  ) throws(VolumeIOError) -> [UInt8] {
    let text = try content.bytes(min(offset, content.largestCount)..<content.largestCount, what: "")
    // Each number takes a digit, and a space but for the last.
    guard count <= (text.count + 1) / 2 else {
      throw .malformed(
        path: path, reason: "\(count) numbers are declared, but the file has \(text.count) bytes")
    }
    var values: [Double] = []
    values.reserveCapacity(count)
    let separators = Set(" \t\r\n,".utf8)
    for word in text.split(whereSeparator: { separators.contains($0) }) {
      if values.count == count { break }
      guard let value = Double(String(decoding: word, as: UTF8.self)) else {
        let shown = String(decoding: word.prefix(20), as: UTF8.self)
        throw .malformed(path: path, reason: "\"\(shown)\" is not a number")
      }
      values.append(value)
    }
    guard values.count == count else {
      throw .malformed(
        path: path, reason: "\(count) numbers are declared, but the file has \(values.count)")
    }
    return values.withUnsafeBytes { Array($0) }
  }
}
