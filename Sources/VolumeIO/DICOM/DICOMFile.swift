import DICOMShim
import Foundation

/// An open DICOM file.
///
/// It is to be used by one thread at a time.
final class DICOMFile {
  let path: String
  /// The number of bytes of the file.
  let byteCount: Int
  let handle: OpaquePointer
  /// The bytes of a file in memory, which the handle refers to.
  private let bytes: UnsafeMutableBufferPointer<UInt8>?

  /// Opens a file on a disk or in memory.
  init(_ source: DICOMSource) throws(VolumeIOError) {
    path = source.path
    byteCount = source.bytes?.count ?? FileStamp(source)?.size ?? 0
    var failure = ds_error()
    let handle: OpaquePointer?
    if let content = source.bytes {
      let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: content.count)
      _ = copy.initialize(from: content)
      bytes = copy
      handle = ds_open_memory(copy.baseAddress, copy.count, &failure)
    } else {
      bytes = nil
      handle = ds_open(source.path, &failure)
    }
    guard let handle else {
      bytes?.deallocate()
      throw .malformed(path: source.path, reason: "\(DICOMFile.reason(failure)); copy it again")
    }
    self.handle = handle
  }

  deinit {
    ds_close(handle)
    bytes?.deallocate()
  }

  /// The data set.
  var root: DICOMItem { DICOMItem(file: self, pointer: ds_root(handle)) }

  /// The meta header.
  var meta: DICOMItem { DICOMItem(file: self, pointer: ds_meta(handle)) }

  /// The UID of the transfer syntax.
  var transferSyntax: String { String(cString: ds_transfer_syntax(handle)) }

  /// What the file has for pixels.
  var pixelKind: ds_pixels { ds_pixel_kind(handle) }

  /// The number of bytes of pixels, or nil where they are compressed.
  var pixelByteCount: Int? {
    let count = Int(ds_pixel_bytes(handle))
    return count < 0 ? nil : count
  }

  /// Decodes a frame to the byte order of the machine.
  ///
  /// - Parameter target: as many bytes as the frame has by its attributes, and one more where that
  ///   is odd.
  func readFrame(
    _ frame: Int, byteCount: Int, into target: UnsafeMutableRawBufferPointer
  ) throws(VolumeIOError) {
    precondition(target.count >= byteCount + byteCount % 2)
    var failure = ds_error()
    guard
      ds_read_frame(
        handle, UInt32(clamping: frame), target.baseAddress, byteCount, &failure) == 0
    else {
      throw .malformed(
        path: path,
        reason: "the pixels of frame \(frame + 1) cannot be decoded: \(DICOMFile.reason(failure))")
    }
  }

  /// Copies bytes of pixels that are not compressed.
  func readPixelBytes(
    from offset: Int, into target: UnsafeMutableRawBufferPointer
  ) throws(VolumeIOError) {
    var failure = ds_error()
    guard
      ds_read_pixel_bytes(
        handle, UInt64(clamping: offset), target.baseAddress, target.count, &failure) == 0
    else {
      throw .malformed(
        path: path, reason: "its pixels cannot be read: \(DICOMFile.reason(failure))")
    }
  }

  /// The UID of the series of a file that cannot be opened, or nil where the damage lies before it.
  static func damagedSeries(_ path: String) -> String? {
    let bytes = [UInt8](unsafeUninitializedCapacity: 65) { buffer, filled in
      filled = buffer.withMemoryRebound(to: CChar.self) {
        ds_damaged_series(path, $0.baseAddress, $0.count)
      }
    }
    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
  }

  static func reason(_ failure: ds_error) -> String {
    let text = withUnsafeBytes(of: failure.text) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    return failure.module == 0 ? text : "\(text) (DCMTK \(failure.module)/\(failure.code))"
  }
}

/// Where a DICOM file is.
struct DICOMSource: Sendable {
  let path: String
  /// The content of a file in memory, or nil for one on a disk.
  var bytes: [UInt8]?

  /// Whether bytes look like the start of a DICOM file: the prefix of PS3.10, or, as files of old
  /// archives begin, a first attribute of group 2 or 8 without it.
  static func isDICOM(_ start: [UInt8]) -> Bool {
    if start.count >= 132, start[128..<132].elementsEqual("DICM".utf8) { return true }
    guard start.count >= 16 else { return false }
    func word(_ offset: Int) -> Int { Int(start[offset]) | Int(start[offset + 1]) << 8 }
    let isExplicit = ["UL", "UI", "CS", "SH", "DA", "LO"].contains {
      start[4..<6].elementsEqual($0.utf8)
    }
    // In big endian the group 8 reads 0x0800; such files are always explicit.
    if word(0) == 0x0800 { return isExplicit && start[2] == 0 && start[3] <= 0x18 }
    guard word(0) == 2 || word(0) == 8, word(2) <= 0x0018 else { return false }
    return isExplicit || (word(0) == 8 && word(4) <= 64 && word(6) == 0)
  }
}

/// What tells whether a file on a disk was written to between two looks at it.
struct FileStamp: Sendable, Equatable {
  let size: Int
  private let seconds: Int
  private let nanoseconds: Int

  /// - Returns: nil for a file in memory, or one that is not there.
  init?(_ source: DICOMSource) {
    var status = stat()
    guard source.bytes == nil, stat(source.path, &status) == 0 else { return nil }
    size = Int(status.st_size)
    #if os(Linux)
      let time = status.st_mtim
    #else
      let time = status.st_mtimespec
    #endif
    (seconds, nanoseconds) = (Int(time.tv_sec), Int(time.tv_nsec))
  }
}

/// A data set or an item of a sequence in an open file.
struct DICOMItem {
  private let file: DICOMFile
  let pointer: OpaquePointer?

  init(file: DICOMFile, pointer: OpaquePointer?) {
    self.file = file
    self.pointer = pointer
  }

  /// Whether the attribute is there, with a value or without.
  func has(_ tag: DICOMTag) -> Bool { ds_has(pointer, tag.group, tag.element) != 0 }

  /// The number of items of a sequence.
  func itemCount(_ tag: DICOMTag) -> Int {
    ds_item_count(pointer, tag.group, tag.element)
  }

  /// An item of a sequence, or nil.
  func item(_ tag: DICOMTag, _ index: Int = 0) -> DICOMItem? {
    ds_item_at(pointer, tag.group, tag.element, index).map { DICOMItem(file: file, pointer: $0) }
  }

  /// The item of a sequence after another one, the first where that is nil, or nil.
  func next(_ tag: DICOMTag, after previous: DICOMItem?) -> DICOMItem? {
    ds_next_item(pointer, tag.group, tag.element, previous?.pointer).map {
      DICOMItem(file: file, pointer: $0)
    }
  }

  /// An attribute's text without spaces around it, or nil where there is none.
  ///
  /// Several values are separated by backslashes.
  func text(_ tag: DICOMTag) -> String? {
    var capacity = 256
    while true {
      var length = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, filled in
        length = buffer.withMemoryRebound(to: CChar.self) {
          ds_text(pointer, tag.group, tag.element, $0.baseAddress, capacity)
        }
        filled = length < capacity ? length : 0
      }
      if length == 0 { return nil }
      if length < capacity {
        let text = decoded(bytes).trimmingCharacters(in: .whitespaces.union(["\0"]))
        return text.isEmpty ? nil : text
      }
      capacity = length + 1
    }
  }

  /// Bytes in the file's character set: UTF-8, or else Latin-1, which all bytes are valid in.
  private func decoded(_ bytes: [UInt8]) -> String {
    String(validating: bytes, as: UTF8.self) ?? String(bytes.map { Character(Unicode.Scalar($0)) })
  }

  /// Exactly so many finite numbers, or nil.
  func numbers(_ tag: DICOMTag, _ count: Int) -> [Double]? {
    let values = [Double](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = ds_numbers(pointer, tag.group, tag.element, buffer.baseAddress, count)
    }
    return values.count == count && values.allSatisfy(\.isFinite) ? values : nil
  }

  /// All numbers of an attribute up to the first that is none, and how many values it has.
  func allNumbers(_ tag: DICOMTag) -> (numbers: [Double], count: Int) {
    let count = ds_value_count(pointer, tag.group, tag.element)
    let numbers = [Double](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = ds_numbers(pointer, tag.group, tag.element, buffer.baseAddress, count)
    }
    return (numbers, count)
  }

  /// The first number, or nil.
  func number(_ tag: DICOMTag) -> Double? { numbers(tag, 1)?[0] }

  /// The first number as a whole one, or nil.
  func integer(_ tag: DICOMTag) -> Int? { number(tag).flatMap { Int(exactly: $0.rounded()) } }

  /// The bytes of an attribute without a known type.
  func bytes(_ tag: DICOMTag) -> [UInt8]? {
    var count = 0
    guard let start = ds_bytes(pointer, tag.group, tag.element, &count) else { return nil }
    return Array(UnsafeBufferPointer(start: start, count: count))
  }

  /// The tag of a private attribute, whose block its creator reserved (PS3.5 7.8), or nil.
  func privateTag(_ creator: String, _ group: UInt16, _ element: UInt8) -> DICOMTag? {
    for block in UInt16(0x10)...0x1f {
      if text(DICOMTag(group, block)) == creator {
        return DICOMTag(group, block << 8 | UInt16(element))
      }
    }
    return nil
  }

  /// Attributes of one item before those of another.
  static func first<Value>(
    _ items: [DICOMItem?], _ value: (DICOMItem) -> Value?
  ) -> Value? {
    for case let item? in items {
      if let found = value(item) { return found }
    }
    return nil
  }
}
