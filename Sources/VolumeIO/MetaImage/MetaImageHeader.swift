/// The lines of a MetaImage header, not yet interpreted.
struct MetaImageHeader {
  private var values: [String: String] = [:]
  private let path: String
  /// The number of bytes up to the voxels.
  private(set) var byteCount = 0

  /// Reads the lines up to that of `ElementDataFile`, which is the last.
  init(_ content: InputContent) throws(VolumeIOError) {
    path = content.file.path
    let last = "ElementDataFile"
    for line in try HeaderLines(content, isLast: { $1.hasPrefix(last) }) {
      byteCount = line.end
      guard let equals = line.text.firstIndex(of: "=") else {
        if line.text.trimmingWhitespace.isEmpty { continue }
        throw .malformed(
          path: path, reason: "\"\(line.text.prefix(40))\" in the header is no \"Key = value\"")
      }
      let key = line.text[..<equals].trimmingWhitespace
      values[key] = line.text[line.text.index(after: equals)...].trimmingWhitespace
    }
  }

  func required(_ key: String) throws(VolumeIOError) -> String {
    guard let value = values[key] else {
      throw .malformed(path: path, reason: "the header lacks \(key)")
    }
    return value
  }

  func integer(_ key: String) throws(VolumeIOError) -> Int? {
    guard let text = values[key] else { return nil }
    guard let value = Int(text) else {
      throw .malformed(path: path, reason: "\(key) is \"\(text.prefix(40))\", no whole number")
    }
    return value
  }

  /// At least `count` numbers, under the first of several names of a key.
  func numbers(_ keys: String..., count: Int) throws(VolumeIOError) -> [Double]? {
    guard let key = keys.first(where: { values[$0] != nil }), let text = values[key] else {
      return nil
    }
    guard let list = VolumeIO.numbers(text), list.count >= count, list.allSatisfy(\.isFinite)
    else {
      throw .malformed(
        path: path, reason: "\(key) is \"\(text.prefix(80))\", not \(count) finite numbers")
    }
    return list
  }

  func flag(_ keys: String...) throws(VolumeIOError) -> Bool? {
    guard let key = keys.first(where: { values[$0] != nil }), let text = values[key] else {
      return nil
    }
    switch text.lowercased() {
    case "true", "1": return true
    case "false", "0": return false
    default:
      throw .malformed(path: path, reason: "\(key) is \"\(text.prefix(40))\", not True or False")
    }
  }
}
