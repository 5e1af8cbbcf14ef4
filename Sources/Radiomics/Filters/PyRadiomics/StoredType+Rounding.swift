import VolumeIO

extension StoredType {
  /// The value as this type holds it; whole numbers are rounded away from zero, unsigned ones are not
  /// negative.
  func rounded(_ value: Double) -> Double {
    switch self {
    case .float64: value
    case .float32: Double(Float(value))
    case .int8, .int16, .int32, .int64: value.rounded(.toNearestOrAwayFromZero)
    case .uint8, .uint16, .uint32, .uint64: max(0, value.rounded(.toNearestOrAwayFromZero))
    }
  }

  /// The value as it is assigned to this type: the fraction is cut off, and what is too large loses its
  /// upper bits. NaN becomes 0.
  func truncated(_ value: Double) -> Double {
    let whole = Int64(exactly: value.rounded(.towardZero)) ?? 0
    return switch self {
    case .float64: value
    case .float32: Double(Float(value))
    case .int8: Double(Int8(truncatingIfNeeded: whole))
    case .int16: Double(Int16(truncatingIfNeeded: whole))
    case .int32: Double(Int32(truncatingIfNeeded: whole))
    case .int64, .uint64: Double(whole)
    case .uint8: Double(UInt8(truncatingIfNeeded: whole))
    case .uint16: Double(UInt16(truncatingIfNeeded: whole))
    case .uint32: Double(UInt32(truncatingIfNeeded: whole))
    }
  }
}
