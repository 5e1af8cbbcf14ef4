/// The type of the samples in a file.
public enum StoredType: String, Sendable, Hashable, CaseIterable, Codable {
  case int8, uint8, int16, uint16, int32, uint32, int64, uint64, float32, float64

  /// The size of a sample in bytes.
  public var byteCount: Int {
    switch self {
    case .int8, .uint8: 1
    case .int16, .uint16: 2
    case .int32, .uint32, .float32: 4
    case .int64, .uint64, .float64: 8
    }
  }

  /// Whether the samples are whole numbers.
  public var isInteger: Bool {
    self != .float32 && self != .float64
  }
}
