/// The Castagnoli checksum of leveldb tables and TensorFlow checkpoints.
enum CRC32C {
  /// The checksum as these files store it: rotated and shifted by a constant, so that the checksum
  /// of data that holds checksums is no special value.
  static func masked(_ parts: ArraySlice<UInt8>...) -> UInt32 {
    var crc = ~UInt32(0)
    for part in parts { update(&crc, part) }
    crc = ~crc
    return (crc >> 15 | crc << 17) &+ 0xa282_ead8
  }

  private static func update(_ crc: inout UInt32, _ bytes: ArraySlice<UInt8>) {
    bytes.withUnsafeBytes { bytes in
      tables.withUnsafeBufferPointer { tables in
        var index = 0
        // Eight bytes at a time, each through a table that knows how far it is from the end.
        while index + 8 <= bytes.count {
          let word = UInt64(
            littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
          let mixed = word ^ UInt64(crc)
          crc = 0
          for byte in 0..<8 {
            crc ^= tables[(7 - byte) << 8 | Int(mixed >> UInt64(8 * byte) & 255)]
          }
          index += 8
        }
        while index < bytes.count {
          crc = crc >> 8 ^ tables[Int((crc ^ UInt32(bytes[index])) & 255)]
          index += 1
        }
      }
    }
  }

  /// Eight tables of 256: the k-th is for a byte that k others follow.
  private static let tables: [UInt32] = {
    var tables = (0..<256).map { byte in
      (0..<8).reduce(UInt32(byte)) { crc, _ in crc >> 1 ^ (crc & 1 == 1 ? 0x82f6_3b78 : 0) }
    }
    for index in 256..<2048 {
      let previous = tables[index - 256]
      tables.append(previous >> 8 ^ tables[Int(previous & 255)])
    }
    return tables
  }()
}
