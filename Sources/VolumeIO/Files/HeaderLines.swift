/// The lines at the start of a file whose header is text.
struct HeaderLines: Sequence {
  /// A line without its end, and the offset of the byte after its end.
  struct Line {
    let text: String
    let end: Int
  }

  /// No header is longer; a file without the last line is not read further.
  private static let longest = 1 << 22

  private let lines: [Line]

  /// Reads up to and with the first line for which `isLast` is true, or else the longest header.
  init(_ content: InputContent, isLast: (_ index: Int, _ text: String) -> Bool)
    throws(VolumeIOError)
  {
    var count = 1 << 14
    while true {
      let bytes = try content.prefix(Swift.min(count, Self.longest))
      let isWhole = bytes.count < count || count >= Self.longest
      var lines: [Line] = []
      var start = 0
      while start < bytes.count {
        let newline = bytes[start...].firstIndex(of: UInt8(ascii: "\n"))
        guard newline != nil || isWhole else { break }
        let end = newline ?? bytes.count
        var text = bytes[start..<end]
        if text.last == UInt8(ascii: "\r") { text.removeLast() }
        let line = Line(
          text: String(decoding: text, as: UTF8.self), end: Swift.min(end + 1, bytes.count))
        lines.append(line)
        start = line.end
        if isLast(lines.count - 1, line.text) {
          self.lines = lines
          return
        }
      }
      if isWhole {
        self.lines = lines
        return
      }
      count *= 4
    }
  }

  func makeIterator() -> IndexingIterator<[Line]> { lines.makeIterator() }
}

/// The numbers of a list with white space between them, or nil where a word is none.
func numbers(_ text: some StringProtocol) -> [Double]? {
  var values: [Double] = []
  for word in text.split(whereSeparator: \.isWhitespace) {
    guard let value = Double(word) else { return nil }
    values.append(value)
  }
  return values
}

/// The whole numbers of a list with white space between them, or nil where a word is none.
func integers(_ text: some StringProtocol) -> [Int]? {
  var values: [Int] = []
  for word in text.split(whereSeparator: \.isWhitespace) {
    guard let value = Int(word) else { return nil }
    values.append(value)
  }
  return values
}
