import Foundation

/// The segments or ROIs that a caller chose, and the labels that their voxels get.
struct MaskSelection: Sendable {
  /// What becomes one segment of the result.
  struct Part: Sendable {
    var number: Int
    var name: String
    var label: UInt16
    /// The places of its segments or ROIs in the file.
    var members: [Int]
  }

  /// In the order of the file, or of the choices.
  let parts: [Part]

  /// - Parameter kind: what they are called, such as "segment".
  /// - Throws: ``VolumeIOError/unsupported(path:found:remedy:)`` for a choice that is not there, or
  ///   more of them than there are labels.
  init(
    _ options: MaskOptions, numbers: [Int], names: [String], kind: String, path: String
  ) throws(VolumeIOError) {
    var members: [[Int]] = []
    for wanted in options.chosen {
      let found = MaskSelection.matches(wanted, numbers: numbers, names: names)
      guard !found.isEmpty else {
        throw .unsupported(
          path: path,
          found: "no \(kind) '\(wanted)' among \(MaskSelection.list(numbers, names))",
          remedy: "choose by number or name with --roi; \"medcnn info\" lists them")
      }
      members.append(found)
    }
    var parts: [Part]
    if options.numbersByChoice, !members.isEmpty {
      parts = members.enumerated().map { order, members in
        Part(
          number: order + 1, name: members.map { names[$0] }.joined(separator: ", "), label: 0,
          members: members)
      }
    } else {
      let indices = members.isEmpty ? Array(numbers.indices) : Set(members.joined()).sorted()
      parts = indices.map { Part(number: numbers[$0], name: names[$0], label: 0, members: [$0]) }
    }
    // ROIs may have any number, such as 0; then the labels are their places.
    let isNumbered = parts.allSatisfy { 1...Int(UInt16.max) ~= $0.number }
    guard parts.count <= MaskSelection.most else {
      throw .unsupported(
        path: path,
        found: "\(parts.count) \(kind)s, more than the \(MaskSelection.most) taken at once",
        remedy: "choose some with --roi")
    }
    for index in parts.indices {
      parts[index].label = UInt16(isNumbered ? parts[index].number : index + 1)
    }
    self.parts = parts
  }

  /// The time to find overlaps grows with the square of their number.
  private static let most = 4096

  /// By number, else by the whole name, else by a pattern.
  private static func matches(_ wanted: String, numbers: [Int], names: [String]) -> [Int] {
    let lower = wanted.lowercased()
    let byNumber = numbers.indices.filter { String(numbers[$0]) == wanted }
    if !byNumber.isEmpty { return byNumber }
    let byName = names.indices.filter { names[$0].lowercased() == lower }
    if !byName.isEmpty { return byName }
    return names.indices.filter { fnmatch(lower, names[$0].lowercased(), 0) == 0 }
  }

  /// A few of them in a sentence.
  static func list(_ numbers: [Int], _ names: [String]) -> String {
    let shown = zip(numbers, names).prefix(12).map { "\($0) (\($1))" }
    return shown.joined(separator: ", ") + (names.count > 12 ? ", ..." : "")
  }
}
