/// A table of sorted keys and values in leveldb's file format, as TensorFlow writes its indices.
///
/// The file is a sequence of blocks and ends with a footer: the places of two blocks, of which the
/// second lists the blocks of data, and a magic number. A block is a sequence of entries, each with
/// the number of bytes that its key shares with the key before, followed by the offsets of the
/// entries whose keys are complete; then a byte for the compression, and a checksum.
struct SortedStringTable {
  /// Keys and values in the order of the file.
  private(set) var entries: [(key: ArraySlice<UInt8>, value: ArraySlice<UInt8>)] = []

  private static let footerSize = 48
  private static let magic: UInt64 = 0xdb47_7524_8b80_fb57

  /// Reads all entries.
  ///
  /// - Throws: `malformed` for anything that breaks the format or fails its checksum, `unsupported`
  ///   for compressed blocks.
  init(_ bytes: ArraySlice<UInt8>, path: String) throws(ConvNetError) {
    guard bytes.count >= Self.footerSize,
      UInt64(littleEndianBytes: bytes.suffix(8)) == Self.magic
    else {
      throw .malformed(path: path, reason: "it does not end as the index of a checkpoint does")
    }
    var footer = ProtobufReader(bytes.suffix(Self.footerSize).dropLast(8), path: path)
    let body = bytes.dropLast(Self.footerSize)
    // The block of meta data, which holds nothing of use.
    _ = try footer.varint()
    _ = try footer.varint()
    for (_, place) in try Self.block(at: &footer, in: body) {
      var place = ProtobufReader(place, path: path)
      entries += try Self.block(at: &place, in: body)
    }
  }

  private static func block(
    at place: inout ProtobufReader, in body: ArraySlice<UInt8>
  ) throws(ConvNetError) -> [(key: ArraySlice<UInt8>, value: ArraySlice<UInt8>)] {
    let trailerSize = 5
    guard let offset = Int(exactly: try place.varint()),
      let size = Int(exactly: try place.varint()),
      body.count >= trailerSize, size <= body.count - trailerSize,
      offset <= body.count - trailerSize - size
    else { throw place.damaged("a block lies outside the file") }
    let content = body.dropFirst(offset).prefix(size)
    let trailer = body.dropFirst(offset + size).prefix(trailerSize)
    guard
      UInt32(littleEndianBytes: trailer.dropFirst())
        == CRC32C.masked(content, trailer.prefix(1))
    else { throw place.damaged("a block of the index does not match its checksum") }
    guard trailer.first == 0 else {
      throw .unsupported(
        path: place.path, found: "its index is compressed",
        remedy: "save the checkpoint again with TensorFlow's V2 saver")
    }
    return try entries(of: content, path: place.path)
  }

  private static func entries(
    of content: ArraySlice<UInt8>, path: String
  ) throws(ConvNetError) -> [(key: ArraySlice<UInt8>, value: ArraySlice<UInt8>)] {
    guard content.count >= 4,
      case let restarts = Int(UInt32(littleEndianBytes: content.suffix(4))),
      restarts <= (content.count - 4) / 4
    else { throw .malformed(path: path, reason: "a block of the index is too short") }
    var reader = ProtobufReader(content.dropLast(4 + 4 * restarts), path: path)
    var entries: [(key: ArraySlice<UInt8>, value: ArraySlice<UInt8>)] = []
    var key: ArraySlice<UInt8> = []
    while !reader.rest.isEmpty {
      guard let shared = Int(exactly: try reader.varint()), shared <= key.count,
        let fresh = Int(exactly: try reader.varint()),
        let length = Int(exactly: try reader.varint())
      else { throw reader.damaged("a key of the index is out of range") }
      key = key.prefix(shared) + (try reader.take(fresh))
      // Shared prefixes let a small file stand for very long keys.
      guard key.count <= 4096 else { throw reader.damaged("a key of the index is too long") }
      entries.append((key, try reader.take(length)))
    }
    return entries
  }
}
