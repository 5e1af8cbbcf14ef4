import VolumeIO

/// The SHA-1 digest (FIPS 180-4) of a scan's or a mask's samples in memory, by which PyRadiomics tells
/// whether two runs saw the same data. It protects nothing.
struct SHA1 {
  private var state: (UInt32, UInt32, UInt32, UInt32, UInt32) = (
    0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0
  )

  /// The digest of samples held as a type, 40 hexadecimal digits in lower case.
  static func hexadecimal(of samples: [Float], as type: StoredType) -> String {
    func digest<Stored: BitwiseCopyable>(_ convert: (Float) -> Stored) -> String {
      hexadecimal(samples, convert)
    }
    func whole<Stored: FixedWidthInteger & BitwiseCopyable>(_ type: Stored.Type) -> String {
      digest { Stored(exactly: $0) ?? 0 }
    }
    return switch type {
    case .int8: whole(Int8.self)
    case .uint8: whole(UInt8.self)
    case .int16: whole(Int16.self)
    case .uint16: whole(UInt16.self)
    case .int32: whole(Int32.self)
    case .uint32: whole(UInt32.self)
    case .int64: whole(Int64.self)
    case .uint64: whole(UInt64.self)
    case .float32: digest { $0 }
    case .float64: digest { Double($0) }
    }
  }

  /// The digest of labels held as 32 bits, as PyRadiomics holds masks.
  static func hexadecimal(of labels: [UInt16]) -> String {
    hexadecimal(labels) { UInt32($0) }
  }

  private static func hexadecimal<Sample, Stored: BitwiseCopyable>(
    _ samples: [Sample], _ convert: (Sample) -> Stored
  ) -> String {
    var digest = SHA1()
    let width = MemoryLayout<Stored>.size
    // Blocks of 64 bytes, many at a time, and the rest with the padding.
    let perBlock = 64 / width
    let chunk = perBlock * 256
    var block = [Stored]()
    block.reserveCapacity(chunk)
    var start = 0
    while samples.count - start >= perBlock {
      let count = min(chunk, (samples.count - start) / perBlock * perBlock)
      block.removeAll(keepingCapacity: true)
      for index in start..<start + count { block.append(convert(samples[index])) }
      block.withUnsafeBytes { digest.update($0) }
      start += count
    }
    var last: [UInt8] = samples[start...].map(convert).withUnsafeBytes { Array($0) }
    last.append(0x80)
    last += [UInt8](repeating: 0, count: (120 - last.count) % 64)
    withUnsafeBytes(of: (UInt64(samples.count * width) &* 8).bigEndian) { last += $0 }
    last.withUnsafeBytes { digest.update($0) }
    let digits = Array("0123456789abcdef")
    let words = [
      digest.state.0, digest.state.1, digest.state.2, digest.state.3, digest.state.4,
    ]
    return String(
      words.flatMap { word in
        stride(from: 28, through: 0, by: -4).map { digits[Int(word >> UInt32($0) & 15)] }
      })
  }

  /// Adds whole blocks of 64 bytes.
  private mutating func update(_ bytes: UnsafeRawBufferPointer) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 80) { words in
      for start in stride(from: 0, to: bytes.count, by: 64) {
        for index in 0..<16 {
          let word = bytes.loadUnaligned(fromByteOffset: start + 4 * index, as: UInt32.self)
          words[index] = UInt32(bigEndian: word)
        }
        for index in 16..<80 {
          let word = words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16]
          words[index] = word << 1 | word >> 31
        }
        compress(words)
      }
    }
  }

  private mutating func compress(_ words: UnsafeMutableBufferPointer<UInt32>) {
    var (a, b, c, d, e) = state
    func turn(_ range: Range<Int>, _ constant: UInt32, _ choose: (UInt32, UInt32, UInt32) -> UInt32)
    {
      for index in range {
        let next =
          (a << 5 | a >> 27) &+ choose(b, c, d) &+ e &+ constant &+ words[index]
        (e, d, c, b, a) = (d, c, b << 30 | b >> 2, a, next)
      }
    }
    turn(0..<20, 0x5a82_7999) { $2 ^ ($0 & ($1 ^ $2)) }
    turn(20..<40, 0x6ed9_eba1) { $0 ^ $1 ^ $2 }
    turn(40..<60, 0x8f1b_bcdc) { ($0 & $1) | ($2 & ($0 | $1)) }
    turn(60..<80, 0xca62_c1d6) { $0 ^ $1 ^ $2 }
    state = (state.0 &+ a, state.1 &+ b, state.2 &+ c, state.3 &+ d, state.4 &+ e)
  }
}
