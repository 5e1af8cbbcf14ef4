import VolumeIO

extension StoredType {
  /// The value as this type holds it; whole numbers are rounded away from zero and kept within the type's
  /// bounds.
  func rounded(_ value: Double) -> Double {
    let whole = value.rounded(.toNearestOrAwayFromZero)
    return switch self {
    case .float64: value
    case .float32: Double(Float(value))
    case .int8: min(max(whole, Double(Int8.min)), Double(Int8.max))
    case .int16: min(max(whole, Double(Int16.min)), Double(Int16.max))
    case .int32: min(max(whole, Double(Int32.min)), Double(Int32.max))
    case .int64: whole
    case .uint8: min(max(whole, 0), Double(UInt8.max))
    case .uint16: min(max(whole, 0), Double(UInt16.max))
    case .uint32: min(max(whole, 0), Double(UInt32.max))
    case .uint64: max(whole, 0)
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
