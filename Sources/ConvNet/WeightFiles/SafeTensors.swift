public import Foundation

/// A file of named arrays in the safetensors format, as Python's `safetensors` reads and writes it:
/// the length of the header (8 bytes, little endian), the header (JSON: for each array its type,
/// shape and range of bytes; texts under `__metadata__`), then the arrays.
public struct SafeTensors: Sendable {
  /// The type of an array's elements.
  public enum ElementType: String, Sendable, Hashable, CaseIterable {
    case float64 = "F64"
    case float32 = "F32"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case int64 = "I64"
    case int32 = "I32"
    case int16 = "I16"
    case int8 = "I8"
    case uint64 = "U64"
    case uint32 = "U32"
    case uint16 = "U16"
    case uint8 = "U8"
    case bool = "BOOL"

    /// The number of bytes of an element.
    public var size: Int {
      switch self {
      case .float64, .int64, .uint64: 8
      case .float32, .int32, .uint32: 4
      case .float16, .bfloat16, .int16, .uint16: 2
      case .int8, .uint8, .bool: 1
      }
    }
  }

  /// Where an array is and how it is stored.
  public struct Entry: Sendable, Hashable {
    /// The type of its elements.
    public let type: ElementType
    /// The extent of each axis, slowest first; empty for a single number.
    public let shape: [Int]
    /// Its bytes, counted from the end of the header.
    public let range: Range<Int>
  }

  /// The texts that accompany the arrays.
  public let metadata: [String: String]
  /// The arrays by name.
  public let entries: [String: Entry]

  private let path: String
  private let data: Data
  private let start: Int

  /// Reads the header of a file; the arrays are read when they are asked for.
  ///
  /// - Throws: ``ConvNetError``: the file cannot be read, or breaks a rule of the format.
  public init(path: String) throws {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw ConvNetError.unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw ConvNetError.unreadable(path: path, reason: "it is not a file")
    }
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
    } catch {
      throw ConvNetError.unreadable(path: path, reason: error.localizedDescription)
    }
    try self.init(data: data, path: path)
  }

  /// Reads the header of a file that is in memory.
  ///
  /// - Throws: ``ConvNetError``: the bytes break a rule of the format.
  public init(bytes: [UInt8]) throws {
    try self.init(data: Data(bytes), path: "safetensors data")
  }

  /// - Parameter path: the name of the file for messages.
  public init(data: Data, path: String) throws {
    let data = data.startIndex == 0 ? data : Data(data)
    func malformed(_ reason: String) -> ConvNetError { .malformed(path: path, reason: reason) }
    guard data.count >= 8 else {
      throw malformed("\(data.count) bytes are too few for a safetensors file")
    }
    let length = data.withUnsafeBytes {
      UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self))
    }
    guard length <= UInt64(data.count - 8), length <= 100_000_000 else {
      throw malformed(
        "the header is said to have \(length) bytes, but \(data.count - 8) follow; "
          + "is this a safetensors file?")
    }
    start = 8 + Int(length)
    let header: Header
    do {
      header = try JSONDecoder().decode(Header.self, from: data[8..<start])
    } catch let error as DecodingError {
      throw malformed("safetensors header: \(error.inOneLine)")
    }
    var entries: [String: Entry] = [:]
    for (name, array) in header.arrays {
      guard let type = ElementType(rawValue: array.dtype) else {
        throw ConvNetError.unsupported(
          path: path, found: "the array \"\(name)\" has elements of type \(array.dtype)",
          remedy: "convert it to F32")
      }
      guard let count = Self.byteCount(array.shape, type), array.offsets.count == 2,
        array.offsets[0] >= 0, array.offsets[1] >= array.offsets[0],
        array.offsets[1] - array.offsets[0] == count
      else {
        throw malformed(
          "the array \"\(name)\" has the type \(array.dtype), the shape \(array.shape) and the "
            + "bytes \(array.offsets), which do not fit together")
      }
      entries[name] = Entry(
        type: type, shape: array.shape, range: array.offsets[0]..<array.offsets[1])
    }
    self.entries = entries
    metadata = header.metadata
    self.data = data
    self.path = path

    // As the format demands, the arrays fill the rest of the file without gaps or overlaps.
    var end = 0
    let inOrder = entries.sorted {
      ($0.value.range.lowerBound, $0.value.range.upperBound)
        < ($1.value.range.lowerBound, $1.value.range.upperBound)
    }
    for (name, entry) in inOrder {
      guard entry.range.lowerBound == end else {
        throw malformed(
          "the array \"\(name)\" begins at byte \(entry.range.lowerBound) where the one before ends "
            + "at \(end)")
      }
      end = entry.range.upperBound
    }
    guard end == data.count - start else {
      throw malformed(
        "the arrays take \(end) bytes, but \(data.count - start) follow the header")
    }
  }

  /// An array converted to float32.
  ///
  /// - Throws: ``ConvNetError/malformed(path:reason:)`` where there is no such array.
  public func weight(_ name: String) throws -> Weight {
    guard let entry = entries[name] else {
      throw ConvNetError.malformed(path: path, reason: "there is no array \"\(name)\"")
    }
    return data.withUnsafeBytes { bytes in
      let bytes = UnsafeRawBufferPointer(
        rebasing: bytes[(start + entry.range.lowerBound)..<(start + entry.range.upperBound)])
      return Weight(shape: entry.shape, values: entry.type.floats(bytes))
    }
  }

  /// All arrays converted to float32.
  public func weights() throws -> [String: Weight] {
    var weights: [String: Weight] = [:]
    for name in entries.keys { weights[name] = try weight(name) }
    return weights
  }

  /// The bytes of an array, or nil where there are too many to count.
  private static func byteCount(_ shape: [Int], _ type: ElementType) -> Int? {
    var count = type.size
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow else { return nil }
      count = product
    }
    return count
  }
}

/// The JSON at the start of the file.
private struct Header: Decodable {
  struct Array: Decodable {
    var dtype: String
    var shape: [Int]
    var offsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case offsets = "data_offsets"
    }
  }

  var metadata: [String: String] = [:]
  var arrays: [String: Array] = [:]

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: FieldName.self)
    for key in container.allKeys {
      if key.stringValue == "__metadata__" {
        metadata = try container.decode([String: String].self, forKey: key)
      } else {
        arrays[key.stringValue] = try container.decode(Array.self, forKey: key)
      }
    }
  }
}

extension SafeTensors.ElementType {
  /// The elements as float32, rounded to the nearest where they do not fit.
  func floats(_ bytes: UnsafeRawBufferPointer) -> [Float] {
    func convert<Element>(_ type: Element.Type, _ value: (Element) -> Float) -> [Float] {
      let size = MemoryLayout<Element>.size
      return [Float](unsafeUninitializedCapacity: bytes.count / size) { floats, count in
        count = bytes.count / size
        for index in 0..<count {
          floats.initializeElement(
            at: index,
            to: value(bytes.loadUnaligned(fromByteOffset: index * size, as: Element.self)))
        }
      }
    }
    return switch self {
    case .float32:
      [Float](unsafeUninitializedCapacity: bytes.count / 4) { floats, count in
        UnsafeMutableRawBufferPointer(floats).copyMemory(from: bytes)
        count = bytes.count / 4
      }
    case .float64: convert(Double.self) { Float($0) }
    case .float16: convert(Float16.self) { Float($0) }
    case .bfloat16: convert(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    case .int64: convert(Int64.self) { Float($0) }
    case .int32: convert(Int32.self) { Float($0) }
    case .int16: convert(Int16.self) { Float($0) }
    case .int8: convert(Int8.self) { Float($0) }
    case .uint64: convert(UInt64.self) { Float($0) }
    case .uint32: convert(UInt32.self) { Float($0) }
    case .uint16: convert(UInt16.self) { Float($0) }
    case .uint8, .bool: convert(UInt8.self) { Float($0) }
    }
  }
}
