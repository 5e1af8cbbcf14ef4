import CSHA1
import VolumeIO

/// The SHA-1 digest (FIPS 180-4) of a scan's or a mask's samples in memory, by which PyRadiomics tells
/// whether two runs saw the same data. It protects nothing.
struct SHA1 {
  private var state: [UInt32] = [
    0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0,
  ]
  private let path: csha1_path

  private init(_ path: csha1_path) { self.path = path }

  /// The digest of samples held as a type, 40 hexadecimal digits in lower case.
  ///
  /// - Parameter path: how it is computed, which has no influence on it.
  static func hexadecimal(
    of samples: [Float], as type: StoredType, path: csha1_path = csha1_best()
  ) -> String {
    switch type {
    case .int8, .uint8:
      hexadecimal(samples, path) { csha1_narrow8($0.baseAddress, $1.baseAddress, $0.count) }
    case .int16, .uint16:
      hexadecimal(samples, path) { csha1_narrow16($0.baseAddress, $1.baseAddress, $0.count) }
    default: digest(samples, as: type, path)
    }
  }

  /// The digest of samples that single precision cannot hold.
  static func hexadecimal(of samples: [Double], as type: StoredType) -> String {
    digest(samples, as: type, csha1_best())
  }

  /// The digest of labels held as 32 bits, as PyRadiomics holds masks.
  static func hexadecimal(of labels: [UInt16], path: csha1_path = csha1_best()) -> String {
    hexadecimal(labels, path, UInt32.init)
  }

  private static func digest<Sample: BinaryFloatingPoint>(
    _ samples: [Sample], as type: StoredType, _ path: csha1_path
  ) -> String {
    func whole<Stored: FixedWidthInteger & BitwiseCopyable>(_ type: Stored.Type) -> String {
      hexadecimal(samples, path) { Stored(exactly: $0) ?? 0 }
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
    case .float32: hexadecimal(samples, path) { Float($0) }
    case .float64: hexadecimal(samples, path) { Double($0) }
    }
  }

  private static func hexadecimal<Sample, Stored: BitwiseCopyable>(
    _ samples: [Sample], _ path: csha1_path, _ stored: (Sample) -> Stored
  ) -> String {
    hexadecimal(samples, path) { samples, place in
      for index in samples.indices {
        place.initializeElement(at: index, to: stored(samples[index]))
      }
    }
  }

  /// - Parameter store: writes some samples as they are held.
  private static func hexadecimal<Sample, Stored: BitwiseCopyable>(
    _ samples: [Sample], _ path: csha1_path,
    _ store: (UnsafeBufferPointer<Sample>, UnsafeMutableBufferPointer<Stored>) -> Void
  ) -> String {
    var digest = SHA1(path)
    let width = MemoryLayout<Stored>.size
    // Blocks of 64 bytes, many at a time, and the rest with the padding.
    let perBlock = 64 / width
    let chunk = perBlock * 256
    var last: [UInt8] = []
    samples.withUnsafeBufferPointer { samples in
      withUnsafeTemporaryAllocation(of: Stored.self, capacity: chunk) { place in
        var start = 0
        while start < samples.count {
          let count = min(chunk, samples.count - start)
          let part = UnsafeMutableBufferPointer(rebasing: place[..<count])
          store(UnsafeBufferPointer(rebasing: samples[start..<start + count]), part)
          let bytes = UnsafeRawBufferPointer(part)
          let whole = bytes.count / 64 * 64
          digest.add(UnsafeRawBufferPointer(rebasing: bytes[..<whole]))
          last = Array(bytes[whole...])
          start += count
        }
      }
    }
    last.append(0x80)
    last += [UInt8](repeating: 0, count: (120 - last.count) % 64)
    withUnsafeBytes(of: (UInt64(samples.count * width) &* 8).bigEndian) { last += $0 }
    last.withUnsafeBytes { digest.add($0) }
    let digits = Array("0123456789abcdef")
    return String(
      digest.state.flatMap { word in
        stride(from: 28, through: 0, by: -4).map { digits[Int(word >> UInt32($0) & 15)] }
      })
  }

  /// Adds whole blocks of 64 bytes.
  private mutating func add(_ blocks: UnsafeRawBufferPointer) {
    guard let start = blocks.baseAddress else { return }
    csha1_add(path, &state, start, blocks.count / 64)
  }
}
