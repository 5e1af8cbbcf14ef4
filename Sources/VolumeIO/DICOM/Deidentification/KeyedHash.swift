import Foundation

/// Values that depend on another value and a key, and tell nothing of either: HMAC with SHA-256
/// (RFC 2104).
struct KeyedHash: Sendable {
  private let inner: [UInt8]
  private let outer: [UInt8]

  init(key: String) {
    // A digest is shorter than a block, whatever the key's length.
    let block = KeyedHash.digest(Array(key.utf8)) + [UInt8](repeating: 0, count: 32)
    inner = block.map { $0 ^ 0x36 }
    outer = block.map { $0 ^ 0x5c }
  }

  /// A unique identifier for another one: a UUID of version 8 (RFC 9562), whose bits are the hash's.
  func uid(_ uid: String) -> String {
    var bytes = Array(hash("UID:" + uid).prefix(16))
    bytes[6] = bytes[6] & 0x0f | 0x80
    bytes[8] = bytes[8] & 0x3f | 0x80
    return bytes.withUnsafeBytes { DICOMUID.text($0.loadUnaligned(as: uuid_t.self)) }
  }

  /// A patient's name.
  func pseudonym(_ patient: String) -> String {
    let digits = hash("patient:" + patient).prefix(6).map { byte in
      String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }
    return "ANON-" + digits.joined().uppercased()
  }

  private func hash(_ text: String) -> [UInt8] {
    KeyedHash.digest(outer + KeyedHash.digest(inner + Array(text.utf8)))
  }

  private static func digest(_ bytes: [UInt8]) -> [UInt8] {
    let digits = Array(SHA256.hexadecimal(of: bytes).utf8)
    func value(_ digit: UInt8) -> UInt8 { digit < 58 ? digit - 48 : digit - 87 }
    return stride(from: 0, to: digits.count, by: 2).map {
      value(digits[$0]) << 4 | value(digits[$0 + 1])
    }
  }
}
