/// A rectangle of a stored frame.
struct FrameTile: Sendable, Hashable {
  /// The first column and row.
  var column = 0
  var row = 0
  var columns: Int
  var rows: Int
}

extension DICOMPixels {
  /// Turns stored samples to true values.
  ///
  /// - Parameters:
  ///   - bytes: a frame in the byte order of the machine.
  ///   - target: the samples of the tile, row by row. Padding becomes NaN.
  func decode(
    _ bytes: UnsafeRawBufferPointer, tile: FrameTile, slope: Double, intercept: Double,
    into target: UnsafeMutablePointer<Float>
  ) {
    precondition(bytes.count >= frameByteCount)
    precondition(tile.column + tile.columns <= columns && tile.row + tile.rows <= rows)
    let start = bytes.baseAddress!
    for row in 0..<tile.rows {
      let source = start + ((tile.row + row) * columns + tile.column) * (bitsAllocated / 8)
      let line = target + row * tile.columns
      switch (kind, bitsAllocated) {
      case (.float, _):
        for n in 0..<tile.columns {
          let value = source.loadUnaligned(fromByteOffset: 4 * n, as: Float.self)
          line[n] = slope == 1 && intercept == 0 ? value : Float(Double(value) * slope + intercept)
        }
      case (.double, _):
        for n in 0..<tile.columns {
          let value = source.loadUnaligned(fromByteOffset: 8 * n, as: Double.self)
          line[n] = Float(value * slope + intercept)
        }
      case (_, 8): decode(source, UInt8.self, tile.columns, slope, intercept, line)
      case (_, 16): decode(source, UInt16.self, tile.columns, slope, intercept, line)
      default: decode(source, UInt32.self, tile.columns, slope, intercept, line)
      }
    }
  }

  private func decode<Raw: FixedWidthInteger & BitwiseCopyable>(
    _ source: UnsafeRawPointer, _: Raw.Type, _ count: Int, _ slope: Double, _ intercept: Double,
    _ target: UnsafeMutablePointer<Float>
  ) {
    // Inverting mirrors the range of the stored values.
    let mirrored: Double = isSigned ? -1 : Double((1 &<< bitsStored) - 1)
    let scale = isInverted ? -slope : slope
    let offset = isInverted ? mirrored * slope + intercept : intercept
    // Sums of whole numbers of this size are exact, and far faster in vectors.
    if Raw.bitWidth <= 16, scale == 1, let whole = Int32(exactly: offset), abs(offset) < 0x1p23 {
      for n in 0..<count { target[n] = Float(stored(source, n, Raw.self, Int32.self) &+ whole) }
    } else if Raw.bitWidth <= 16 {
      for n in 0..<count {
        target[n] = Float(Double(stored(source, n, Raw.self, Int32.self)) * scale + offset)
      }
    } else {
      for n in 0..<count {
        target[n] = Float(Double(stored(source, n, Raw.self, Int64.self)) * scale + offset)
      }
    }
    if let padding {
      for n in 0..<count where padding.contains(Int(stored(source, n, Raw.self, Int64.self))) {
        target[n] = .nan
      }
    }
  }

  /// A stored value in a type that is wider than it.
  ///
  /// Bits beside the stored ones may hold overlays: they are shifted out on both sides.
  @inline(__always)
  private func stored<Raw: FixedWidthInteger & BitwiseCopyable, Wide: FixedWidthInteger>(
    _ source: UnsafeRawPointer, _ index: Int, _: Raw.Type, _: Wide.Type
  ) -> Wide {
    let raw = source.loadUnaligned(
      fromByteOffset: index * MemoryLayout<Raw>.size, as: Raw.self)
    let left = Wide(truncatingIfNeeded: Wide.bitWidth - 1 - highBit)
    let right = Wide(truncatingIfNeeded: Wide.bitWidth - bitsStored)
    let shifted = Wide(truncatingIfNeeded: raw) &<< left
    // The wider type has room for the sign: without one its bits are cleared.
    return isSigned ? shifted &>> right : (shifted &>> right) & ((1 &<< Wide(bitsStored)) &- 1)
  }
}
