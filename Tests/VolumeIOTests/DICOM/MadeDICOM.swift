import Foundation

/// A DICOM object that is written byte by byte, in explicit little endian.
struct MadeDICOM {
  /// The bytes of the values, by tag; of sequences those of their items.
  private var elements: [UInt32: (type: String, value: [UInt8])] = [:]
  /// The class that the meta header states, if any.
  var mediaStorageClass: String?

  /// Sets an attribute of text, or of decimal numbers, to values that backslashes separate.
  mutating func set(_ tag: UInt32, _ type: String, _ text: String) {
    var value = Array(text.utf8)
    if value.count % 2 == 1 { value.append(type == "UI" ? 0 : 0x20) }
    elements[tag] = (type, value)
  }

  /// Sets an attribute of binary whole numbers.
  mutating func set<Number: FixedWidthInteger>(_ tag: UInt32, _ type: String, _ values: [Number]) {
    var value = values.flatMap { number in
      withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }
    if value.count % 2 == 1 { value.append(0) }
    elements[tag] = (type, value)
  }

  /// Sets a sequence.
  mutating func set(_ tag: UInt32, items: [MadeDICOM]) {
    elements[tag] = (
      "SQ",
      items.flatMap { item in
        let content = item.content
        return bytes(0xfffe_e000) + bytes(UInt32(content.count)) + content
      }
    )
  }

  /// Changes the type that the file states for an attribute.
  mutating func retype(_ tag: UInt32, _ type: String) { elements[tag]?.type = type }

  mutating func remove(_ tag: UInt32) { elements[tag] = nil }

  /// The data set alone.
  private var content: [UInt8] {
    elements.keys.sorted().flatMap { tag -> [UInt8] in
      let (type, value) = elements[tag]!
      let isLong = ["OB", "OW", "OF", "OD", "SQ", "UN", "UT"].contains(type)
      let length =
        isLong
        ? [0, 0] + bytes(UInt32(value.count)).prefix(4)
        : [UInt8(truncatingIfNeeded: value.count), UInt8(truncatingIfNeeded: value.count >> 8)]
      return tagBytes(tag) + Array(type.utf8) + length + value
    }
  }

  /// The whole file.
  var file: [UInt8] {
    var meta = MadeDICOM()
    if let mediaStorageClass { meta.set(0x0002_0002, "UI", mediaStorageClass) }
    meta.set(0x0002_0010, "UI", "1.2.840.10008.1.2.1")
    let group = meta.content
    var length = MadeDICOM()
    length.set(0x0002_0000, "UL", [UInt32(group.count)])
    return [UInt8](repeating: 0, count: 128) + "DICM".utf8 + length.content + group + content
  }

  /// A DICOMDIR that refers to files of its folder.
  static func directory(_ names: [String]) -> MadeDICOM {
    var object = MadeDICOM()
    object.mediaStorageClass = "1.2.840.10008.1.3.10"
    object.set(
      0x0004_1220,
      items: names.map { name in
        var record = MadeDICOM()
        record.set(0x0004_1430, "CS", "IMAGE")
        record.set(0x0004_1500, "CS", name)
        return record
      })
    return object
  }

  func write(to path: String) throws { try Data(file).write(to: URL(filePath: path)) }

  private func tagBytes(_ tag: UInt32) -> [UInt8] {
    [16, 24, 0, 8].map { UInt8(truncatingIfNeeded: tag >> $0) }
  }

  /// A number in little endian; of 0xfffee000, the tag of an item.
  private func bytes(_ number: UInt32) -> [UInt8] {
    number == 0xfffe_e000
      ? tagBytes(number) : [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: number >> $0) }
  }
}

extension MadeDICOM {
  static let columns = 5
  static let rows = 4

  /// The stored value of a pixel of ``slice(_:of:)``.
  static func value(_ i: Int, _ j: Int, _ k: Int) -> Int { 100 * k + 10 * j + i }

  /// A slice of an upright series of MR, of 5 x 4 pixels of 2 x 3 mm, 4 mm from the next.
  ///
  /// - Parameters:
  ///   - k: its place.
  ///   - instance: its number, on which its UID depends.
  static func slice(_ k: Int, instance: Int? = nil, rows: Int = rows) -> MadeDICOM {
    var object = MadeDICOM()
    object.set(0x0008_0008, "CS", "ORIGINAL\\PRIMARY")
    object.set(0x0008_0016, "UI", "1.2.840.10008.5.1.4.1.1.4")
    object.set(0x0008_0018, "UI", "1.2.3.4.\(instance ?? k)")
    object.set(0x0008_0020, "DA", "19991231")
    object.set(0x0008_0060, "CS", "MR")
    object.set(0x0008_103e, "LO", "Made")
    object.set(0x0010_0010, "PN", "Nobody^Invented")
    object.set(0x0010_0020, "LO", "SECRET-ID")
    object.set(0x0010_0030, "DA", "19010203")
    object.set(0x0018_0050, "DS", "4")
    object.set(0x0020_000e, "UI", "1.2.3.5")
    object.set(0x0020_0011, "IS", "3")
    object.set(0x0020_0013, "IS", "\(instance ?? k)")
    object.set(0x0020_0032, "DS", "-10\\-20\\\(4 * k)")
    object.set(0x0020_0037, "DS", "1\\0\\0\\0\\1\\0")
    object.set(0x0028_0002, "US", [UInt16(1)])
    object.set(0x0028_0004, "CS", "MONOCHROME2")
    object.set(0x0028_0010, "US", [UInt16(rows)])
    object.set(0x0028_0011, "US", [UInt16(columns)])
    object.set(0x0028_0030, "DS", "3\\2")
    object.set(0x0028_0100, "US", [UInt16(16)])
    object.set(0x0028_0101, "US", [UInt16(16)])
    object.set(0x0028_0102, "US", [UInt16(15)])
    object.set(0x0028_0103, "US", [UInt16(1)])
    object.set(
      0x7fe0_0010, "OW",
      (0..<rows * columns).map { Int16(value($0 % columns, $0 / columns, k)) })
    return object
  }

  /// Writes objects to a new folder, in an order of names that is not theirs.
  static func folder(_ objects: [MadeDICOM]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (index, object) in objects.enumerated() {
      try object.write(to: folder("IM\((index * 7 + 3) % 11)-\(index)"))
    }
    return folder
  }
}
