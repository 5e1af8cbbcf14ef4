/// The names and colours of the labels of a segmentation, ordered by value.
public struct LabelTable: Sendable, Hashable, Codable {
  /// One label.
  public struct Entry: Sendable, Hashable, Codable {
    /// The voxel value.
    public var value: UInt16
    /// The name that people read, such as "oedema".
    public var name: String
    /// Red, green and blue, 0 to 255.
    public var color: [UInt8]
    /// The kind of thing in general, such as an anatomical structure, where it is known.
    public var category: CodedConcept?
    /// The kind of thing in particular, such as oedema, where it is known.
    public var type: CodedConcept?

    /// Makes an entry; a colour is chosen by the value where none is given.
    public init(
      value: UInt16, name: String, color: [UInt8]? = nil, category: CodedConcept? = nil,
      type: CodedConcept? = nil
    ) {
      self.value = value
      self.name = name
      self.category = category
      self.type = type
      self.color = color ?? LabelTable.palette[Int(value) % LabelTable.palette.count]
    }
  }

  /// The entries, ascending by value.
  public private(set) var entries: [Entry]

  /// Makes a table; a later entry replaces an earlier one of the same value.
  public init(_ entries: [Entry] = []) {
    var byValue: [UInt16: Entry] = [:]
    for entry in entries { byValue[entry.value] = entry }
    self.entries = byValue.values.sorted { $0.value < $1.value }
  }

  /// The entry of a label, or nil.
  public subscript(value: UInt16) -> Entry? {
    entries.first { $0.value == value }
  }

  /// The name of a label, or "label N".
  public func name(of value: UInt16) -> String {
    self[value]?.name ?? "label \(value)"
  }

  /// The colour of a label: its own, or one chosen by its value.
  public func color(of value: UInt16) -> [UInt8] {
    self[value]?.color ?? LabelTable.palette[Int(value) % LabelTable.palette.count]
  }

  /// Okabe and Ito's colours, which people with any colour vision can tell apart; black first.
  static let palette: [[UInt8]] = [
    [0, 0, 0], [230, 159, 0], [86, 180, 233], [213, 94, 0], [0, 158, 115], [240, 228, 66],
    [0, 114, 178], [204, 121, 167],
  ]
}
