import Parallel
import Synchronization

/// The way of samples into the bytes of a file, little endian.
enum SampleEncoder {
  /// Whether a type holds each of the samples exactly.
  static func fits(_ samples: [Float], _ type: StoredType, workers: Workers) -> Bool {
    guard let (lowest, limit) = bounds(type) else { return true }
    let isFitting = Atomic(true)
    samples.withUnsafeBufferPointer { samples in
      nonisolated(unsafe) let samples = samples
      workers.forEachRange(of: samples.count, chunk: 1 << 18) { range, _ in
        for n in range {
          let sample = samples[n]
          if !(sample >= lowest && sample < limit && sample.rounded(.towardZero) == sample) {
            isFitting.store(false, ordering: .relaxed)
            return
          }
        }
      }
    }
    return isFitting.load(ordering: .relaxed)
  }

  /// The samples as a type, after the bytes of a header.
  ///
  /// Integer types get the nearest integer, halves to even.
  ///
  /// - Throws: ``VolumeIOError/unsupported(path:found:remedy:)`` for a sample beyond the type.
  static func encode(
    _ samples: [Float], as type: StoredType, after header: [UInt8], path: String, workers: Workers
  ) throws(VolumeIOError) -> [UInt8] {
    if let sample = firstBeyond(type, samples, workers) {
      throw .unsupported(
        path: path, found: "a sample of \(sample), which \(type) cannot hold",
        remedy: "write it as another type, such as float32")
    }
    return switch type {
    case .int8: encode(samples, header, workers) { Int8($0.rounded(.toNearestOrEven)) }
    case .uint8: encode(samples, header, workers) { UInt8($0.rounded(.toNearestOrEven)) }
    case .int16: encode(samples, header, workers) { Int16($0.rounded(.toNearestOrEven)) }
    case .uint16: encode(samples, header, workers) { UInt16($0.rounded(.toNearestOrEven)) }
    case .int32: encode(samples, header, workers) { Int32($0.rounded(.toNearestOrEven)) }
    case .uint32: encode(samples, header, workers) { UInt32($0.rounded(.toNearestOrEven)) }
    case .int64: encode(samples, header, workers) { Int64($0.rounded(.toNearestOrEven)) }
    case .uint64: encode(samples, header, workers) { UInt64($0.rounded(.toNearestOrEven)) }
    case .float32: encode(samples, header, workers) { $0.bitPattern }
    case .float64: encode(samples, header, workers) { Double($0).bitPattern }
    }
  }

  /// The first sample whose nearest integer a type cannot hold.
  private static func firstBeyond(
    _ type: StoredType, _ samples: [Float], _ workers: Workers
  ) -> Float? {
    guard let (lowest, limit) = bounds(type) else { return nil }
    let chunk = 1 << 18
    let chunks = samples.count / chunk + 1
    let found: [Float?] = workers.map(chunks) { number in
      samples.withUnsafeBufferPointer { samples in
        for index in number * chunk..<min(samples.count, (number + 1) * chunk) {
          let rounded = samples[index].rounded(.toNearestOrEven)
          if !(rounded >= lowest && rounded < limit) { return samples[index] }
        }
        return nil
      }
    }
    return found.lazy.compactMap(\.self).first
  }

  @inline(__always)
  private static func encode<Bits: FixedWidthInteger & Sendable>(
    _ samples: [Float], _ header: [UInt8], _ workers: Workers,
    _ convert: @escaping @Sendable (Float) -> Bits
  ) -> [UInt8] {
    let width = MemoryLayout<Bits>.size
    let total = header.count + samples.count * width
    return [UInt8](unsafeUninitializedCapacity: total) { buffer, filled in
      filled = total
      _ = UnsafeMutableRawBufferPointer(buffer).initializeMemory(as: UInt8.self, from: header)
      guard let start = buffer.baseAddress else { return }
      samples.withUnsafeBufferPointer { samples in
        nonisolated(unsafe) let samples = samples
        nonisolated(unsafe) let target = UnsafeMutableRawPointer(start) + header.count
        workers.forEachRange(of: samples.count, chunk: 1 << 18) { range, _ in
          for n in range {
            target.storeBytes(
              of: convert(samples[n]).littleEndian, toByteOffset: n * width, as: Bits.self)
          }
        }
      }
    }
  }

  /// The lowest value of an integer type, and the power of two above its highest.
  private static func bounds(_ type: StoredType) -> (lowest: Float, limit: Float)? {
    switch type {
    case .int8: (-0x1p7, 0x1p7)
    case .uint8: (0, 0x1p8)
    case .int16: (-0x1p15, 0x1p15)
    case .uint16: (0, 0x1p16)
    case .int32: (-0x1p31, 0x1p31)
    case .uint32: (0, 0x1p32)
    case .int64: (-0x1p63, 0x1p63)
    case .uint64: (0, 0x1p64)
    case .float32, .float64: nil
    }
  }
}
