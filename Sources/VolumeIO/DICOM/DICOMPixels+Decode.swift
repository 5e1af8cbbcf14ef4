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
    // Bits beside the stored ones may hold overlays: they are shifted out on both sides.
    let left = Int64(63 - highBit)
    let right = Int64(64 - bitsStored)
    let isSigned = isSigned
    let width = MemoryLayout<Raw>.size
    @inline(__always) func stored(_ n: Int) -> Int64 {
      let raw = source.loadUnaligned(fromByteOffset: n * width, as: Raw.self)
      let shifted = Int64(truncatingIfNeeded: raw) &<< left
      return isSigned
        ? shifted &>> right
        : Int64(bitPattern: UInt64(bitPattern: shifted) &>> UInt64(bitPattern: right))
    }
    // Inverting mirrors the range of the stored values.
    let sum = isSigned ? -1 : Double(UInt64.max &>> UInt64(bitPattern: right))
    let scale = isInverted ? -slope : slope
    let offset = isInverted ? sum * slope + intercept : intercept
    for n in 0..<count { target[n] = Float(Double(stored(n)) * scale + offset) }
    if let padding {
      for n in 0..<count where padding.contains(Int(stored(n))) { target[n] = .nan }
    }
  }
}
