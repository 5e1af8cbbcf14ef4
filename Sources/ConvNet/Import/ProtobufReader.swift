/// Walks the fields of one message in the wire format of Protocol Buffers.
///
/// A nested message is a field's bytes, read by another reader; the caller's code decides how deep
/// it goes, so that no input can make it recurse. Groups, long obsolete, are refused.
struct ProtobufReader {
  /// The value of a field, as it is on the wire.
  enum Value {
    case varint(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    case bytes(ArraySlice<UInt8>)
  }

  /// A field: its number and value.
  struct Field {
    var number: Int
    var value: Value
  }

  /// What is left to be read.
  private(set) var rest: ArraySlice<UInt8>
  /// The file that errors speak of.
  let path: String

  init(_ bytes: ArraySlice<UInt8>, path: String) {
    rest = bytes
    self.path = path
  }

  /// The next field, or nil at the end of the message.
  mutating func next() throws(ConvNetError) -> Field? {
    if rest.isEmpty { return nil }
    let key = try varint()
    guard let number = Int(exactly: key >> 3), number > 0, number < 1 << 29 else {
      throw damaged("a field number is out of range")
    }
    switch key & 7 {
    case 0: return Field(number: number, value: .varint(try varint()))
    case 1: return Field(number: number, value: .fixed64(try littleEndian(UInt64.self)))
    case 2:
      guard let count = Int(exactly: try varint()) else { throw tooLong }
      return Field(number: number, value: .bytes(try take(count)))
    case 5: return Field(number: number, value: .fixed32(try littleEndian(UInt32.self)))
    default: throw damaged("a field has the unknown wire type \(key & 7)")
    }
  }

  /// A number of seven bits a byte, the lowest first.
  mutating func varint() throws(ConvNetError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while let byte = rest.popFirst() {
      // The tenth byte holds the one bit that is left.
      guard shift < 63 || byte <= 1 else { break }
      value |= UInt64(byte & 127) << shift
      if byte < 128 { return value }
      shift += 7
    }
    throw damaged("a number ends early or has too many bytes")
  }

  /// The next bytes.
  mutating func take(_ count: Int) throws(ConvNetError) -> ArraySlice<UInt8> {
    guard count >= 0, count <= rest.count else { throw tooLong }
    let taken = rest.prefix(count)
    rest = rest.dropFirst(count)
    return taken
  }

  /// A number of fixed width.
  mutating func littleEndian<Number: FixedWidthInteger>(
    _: Number.Type
  ) throws(ConvNetError) -> Number {
    Number(littleEndianBytes: try take(Number.bitWidth / 8))
  }

  /// An error about this file.
  func damaged(_ reason: String) -> ConvNetError { .malformed(path: path, reason: reason) }

  private var tooLong: ConvNetError { damaged("a field is longer than what holds it") }
}

extension ProtobufReader.Value {
  /// A signed number: the wire holds its two's complement.
  var integer: Int? {
    if case .varint(let bits) = self { Int(truncatingIfNeeded: bits) } else { nil }
  }

  /// A single-precision number.
  var float: Float? {
    if case .fixed32(let bits) = self { Float(bitPattern: bits) } else { nil }
  }

  /// Bytes or a nested message.
  var bytes: ArraySlice<UInt8>? {
    if case .bytes(let bytes) = self { bytes } else { nil }
  }

  /// Text; what is not UTF-8 becomes a replacement character.
  var text: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }
}

extension FixedWidthInteger {
  /// The number whose bytes, the lowest first, these are.
  init(littleEndianBytes bytes: ArraySlice<UInt8>) {
    self = bytes.reversed().reduce(0) { $0 << 8 | Self(truncatingIfNeeded: $1) }
  }
}
