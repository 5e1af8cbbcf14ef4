import Foundation

/// Identifiers of objects.
enum DICOMUID {
  /// A new identifier, of a random UUID (PS3.5 B.2).
  static func new() -> String { text(UUID().uuid) }

  /// The identifier of a UUID, `2.25.` and its 128 bits as a decimal number.
  static func text(_ uuid: uuid_t) -> String {
    let number = withUnsafeBytes(of: uuid) { bytes in
      bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
    }
    return "2.25.\(number)"
  }

  static let segmentation = "1.2.840.10008.5.1.4.1.1.66.4"
  static let structureSet = "1.2.840.10008.5.1.4.1.1.481.3"
  static let report = "1.2.840.10008.5.1.4.1.1.88.34"
  static let studyManagement = "1.2.840.10008.3.1.2.3.1"
}
