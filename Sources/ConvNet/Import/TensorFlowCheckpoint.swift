import Foundation

/// A TensorFlow V2 checkpoint: an index of named tensors, and the shards that hold their values.
///
/// The index (`PREFIX.index`) is a leveldb table of `BundleEntryProto` messages after one
/// `BundleHeaderProto` under the empty key; the shards (`PREFIX.data-00000-of-00001`) hold raw
/// little-endian values (tensorflow/core/protobuf/tensor_bundle.proto). Checksums of the index are
/// checked at once, those of a tensor when it is read.
public struct TensorFlowCheckpoint: Sendable {
  /// Where a tensor is, and what it is.
  public struct Entry: Sendable, Hashable {
    /// The number of TensorFlow's `DataType`; 1 is float32.
    public var dataType = 0
    /// The extent of each axis, slowest first.
    public var shape: [Int] = []
    /// The shard that holds the values.
    public var shard = 0
    /// The first byte in the shard.
    public var offset = 0
    /// The number of bytes.
    public var size = 0
    /// The masked CRC-32C of the bytes.
    public var checksum: UInt32 = 0
    /// Whether the tensor is stored in slices.
    var isSliced = false
  }

  /// The tensors by name.
  public let entries: [String: Entry]
  private let shards: [[UInt8]]
  private let path: String

  /// Reads `PREFIX.index` and its shards.
  ///
  /// - Throws: ``ConvNetError`` naming the file that is missing, damaged or of an unknown kind.
  public init(prefix: String) throws {
    let indexPath = prefix + ".index"
    let index = try fileBytes(indexPath)
    let (count, _) = try Self.parse(index[...], path: indexPath)
    try self.init(
      index: index,
      shards: (0..<count).map { shard in
        func padded(_ number: Int) -> String { String(format: "%05d", number) }
        return try fileBytes("\(prefix).data-\(padded(shard))-of-\(padded(count))")
      },
      path: prefix)
  }

  /// Reads a checkpoint from the bytes of its files; `path` is what errors speak of.
  ///
  /// - Throws: ``ConvNetError`` for anything that breaks the format.
  public init(index: [UInt8], shards: [[UInt8]], path: String) throws {
    let (count, entries) = try Self.parse(index[...], path: path)
    guard shards.count == count else {
      throw ConvNetError.malformed(
        path: path, reason: "it has \(shards.count) shards where its index speaks of \(count)")
    }
    self.entries = entries
    self.shards = shards
    self.path = path
  }

  /// The values of a float32, float64 or float16 tensor.
  ///
  /// - Throws: ``ConvNetError/missingWeight(name:expected:)`` where there is none of the name,
  ///   `weightShape` where its shape is not the expected one, `malformed` where its bytes are
  ///   outside the shard or do not match their checksum, `unsupported` for other types.
  public func weight(_ name: String, shape: [Int]) throws -> Weight {
    guard let entry = entries[name] else {
      throw ConvNetError.missingWeight(name: name, expected: shape)
    }
    guard entry.shape == shape else {
      throw ConvNetError.weightShape(name: name, found: entry.shape, expected: shape)
    }
    let kind: SafeTensors.ElementType
    switch entry.dataType {
    case 1: kind = .float32
    case 2: kind = .float64
    case 19: kind = .float16
    default:
      throw ConvNetError.unsupported(
        path: path, found: "the tensor \"\(name)\" has TensorFlow's data type \(entry.dataType)",
        remedy: "floating-point tensors of 16, 32 or 64 bits are read")
    }
    guard !entry.isSliced else {
      throw ConvNetError.unsupported(
        path: path, found: "the tensor \"\(name)\" is stored in slices",
        remedy: "save the checkpoint without partitioned variables")
    }
    let shard = shards[entry.shard]
    guard entry.offset <= shard.count, entry.size <= shard.count - entry.offset else {
      throw ConvNetError.malformed(
        path: path,
        reason:
          "the tensor \"\(name)\" ends beyond the \(shard.count) bytes of shard \(entry.shard)")
    }
    let bytes = shard[entry.offset..<entry.offset + entry.size]
    guard let count = elementCount(shape), kind.byteCount(count) == entry.size else {
      throw ConvNetError.malformed(
        path: path,
        reason: "the tensor \"\(name)\" has \(entry.size) bytes, not what its shape needs"
      )
    }
    guard CRC32C.masked(bytes) == entry.checksum else {
      throw ConvNetError.malformed(
        path: path, reason: "the tensor \"\(name)\" does not match its checksum")
    }
    return Weight(shape: shape, values: kind.floats(bytes))
  }

  // MARK: The index

  private static func parse(
    _ index: ArraySlice<UInt8>, path: String
  ) throws -> (shards: Int, entries: [String: Entry]) {
    let table = try SortedStringTable(index, path: path)
    guard let header = table.entries.first, header.key.isEmpty else {
      throw ConvNetError.malformed(path: path, reason: "the index has no header")
    }
    let shards = try shardCount(header.value, path: path)
    var entries: [String: Entry] = [:]
    for (key, value) in table.entries.dropFirst() {
      let name = String(decoding: key, as: UTF8.self)
      let entry = try Self.entry(value, path: path)
      guard (0..<shards).contains(entry.shard), entry.offset >= 0, entry.size >= 0,
        entry.shape.allSatisfy({ $0 >= 0 })
      else {
        throw ConvNetError.malformed(path: path, reason: "the entry \"\(name)\" is out of range")
      }
      entries[name] = entry
    }
    return (shards, entries)
  }

  /// The number of shards that a `BundleHeaderProto` tells.
  private static func shardCount(_ message: ArraySlice<UInt8>, path: String) throws -> Int {
    var reader = ProtobufReader(message, path: path)
    var shards = 0
    while let field = try reader.next() {
      switch field.number {
      case 1: shards = field.value.integer ?? 0
      case 2 where field.value.integer != 0:
        throw ConvNetError.unsupported(
          path: path, found: "its numbers are big-endian",
          remedy: "save the checkpoint on a little-endian computer")
      default: break
      }
    }
    guard (1...99_999).contains(shards) else {
      throw ConvNetError.malformed(path: path, reason: "the index speaks of \(shards) shards")
    }
    return shards
  }

  /// A `BundleEntryProto`.
  private static func entry(_ message: ArraySlice<UInt8>, path: String) throws -> Entry {
    var reader = ProtobufReader(message, path: path)
    var entry = Entry()
    while let field = try reader.next() {
      switch (field.number, field.value) {
      case (1, .varint): entry.dataType = field.value.integer ?? 0
      case (2, .bytes(let shape)): entry.shape = try Self.shape(shape, path: path)
      case (3, .varint): entry.shard = field.value.integer ?? 0
      case (4, .varint): entry.offset = field.value.integer ?? 0
      case (5, .varint): entry.size = field.value.integer ?? 0
      case (6, .fixed32(let checksum)): entry.checksum = checksum
      case (7, _): entry.isSliced = true
      default: break
      }
    }
    return entry
  }

  /// The extents of a `TensorShapeProto`.
  private static func shape(_ message: ArraySlice<UInt8>, path: String) throws -> [Int] {
    var reader = ProtobufReader(message, path: path)
    var shape: [Int] = []
    while let field = try reader.next() {
      guard field.number == 2, let dimension = field.value.bytes else { continue }
      var inner = ProtobufReader(dimension, path: path)
      var extent = 0
      while let field = try inner.next() {
        if field.number == 1 { extent = field.value.integer ?? -1 }
      }
      shape.append(extent)
    }
    return shape
  }
}
