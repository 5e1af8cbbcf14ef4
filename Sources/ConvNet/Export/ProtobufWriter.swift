/// Puts one message together in the wire format of Protocol Buffers.
struct ProtobufWriter {
  private(set) var bytes: [UInt8] = []

  /// A number; negative ones as their two's complement.
  mutating func write(_ field: Int, _ integer: Int) {
    varint(UInt64(field << 3))
    varint(UInt64(bitPattern: Int64(integer)))
  }

  mutating func write(_ field: Int, _ float: Float) {
    varint(UInt64(field << 3 | 5))
    withUnsafeBytes(of: float.bitPattern.littleEndian) { bytes += $0 }
  }

  mutating func write(_ field: Int, _ text: String) { write(field, Array(text.utf8)) }

  /// Bytes, or a nested message.
  mutating func write(_ field: Int, _ content: [UInt8]) {
    varint(UInt64(field << 3 | 2))
    varint(UInt64(content.count))
    bytes += content
  }

  /// A nested message.
  mutating func write(_ field: Int, _ message: ProtobufWriter) { write(field, message.bytes) }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 128 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 128)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
