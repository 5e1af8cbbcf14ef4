import Parallel

/// How the samples of an image lie in a file: type, byte order, scaling, order of the axes.
///
/// The channel axis may lie anywhere among the spatial ones: `inner` is the product of the axes
/// that run faster, `outer` that of the slower ones.
struct SampleLayout: Sendable {
  var type: StoredType
  var isBigEndian = false
  var slope = 1.0
  var intercept = 0.0
  var inner: Int
  var channels: Int
  var outer = 1

  /// The number of samples.
  var sampleCount: Int { inner * channels * outer }

  /// The samples as true values, the channel slowest.
  ///
  /// - Parameter bytes: `sampleCount` stored samples.
  func decode(_ bytes: ArraySlice<UInt8>, workers: Workers) -> [Float] {
    precondition(bytes.count == sampleCount * type.byteCount)
    return switch type {
    case .int8: decode(bytes, as: Int8.self, workers)
    case .uint8: decode(bytes, as: UInt8.self, workers)
    case .int16: decode(bytes, as: Int16.self, workers)
    case .uint16: decode(bytes, as: UInt16.self, workers)
    case .int32: decode(bytes, as: Int32.self, workers)
    case .uint32: decode(bytes, as: UInt32.self, workers)
    case .int64: decode(bytes, as: Int64.self, workers)
    case .uint64: decode(bytes, as: UInt64.self, workers)
    case .float32: decode(bytes, as: Float.self, workers)
    case .float64: decode(bytes, as: Double.self, workers)
    }
  }

  private func decode<Sample: StoredSample>(
    _ bytes: ArraySlice<UInt8>, as: Sample.Type, _ workers: Workers
  ) -> [Float] {
    let isScaled = slope != 1 || intercept != 0
    let isSwapped = isBigEndian != (UInt16(bigEndian: 1) == 1)
    let (slope, intercept) = (slope, intercept)
    let width = MemoryLayout<Sample.Bits>.size
    /// Converts `count` samples, `stride` bytes apart.
    @Sendable func run(
      _ source: UnsafeRawPointer, _ stride: Int, _ target: UnsafeMutablePointer<Float>, _ count: Int
    ) {
      if stride == width, !isScaled, !isSwapped {
        for n in 0..<count {
          let bits = source.loadUnaligned(fromByteOffset: n * width, as: Sample.Bits.self)
          target[n] = Sample(bits: bits).float
        }
        return
      }
      for n in 0..<count {
        var bits = source.loadUnaligned(fromByteOffset: n * stride, as: Sample.Bits.self)
        if isSwapped { bits = bits.byteSwapped }
        let sample = Sample(bits: bits)
        target[n] = isScaled ? Float(sample.double * slope + intercept) : sample.float
      }
    }
    let (inner, channels, outer, total) = (inner, channels, outer, sampleCount)
    return [Float](unsafeUninitializedCapacity: total) { buffer, filled in
      filled = total
      HugePages.advise(UnsafeMutableRawBufferPointer(buffer))
      bytes.withUnsafeBytes { raw in
        nonisolated(unsafe) let source = raw.baseAddress!
        nonisolated(unsafe) let target = buffer.baseAddress!
        let chunk = 1 << 18
        if outer == 1 || channels == 1 {
          workers.forEachRange(of: total, chunk: chunk) { range, _ in
            run(
              source + range.lowerBound * width, width, target + range.lowerBound, range.count)
          }
        } else if inner == 1 {
          workers.forEachRange(of: outer, chunk: chunk) { range, _ in
            for channel in 0..<channels {
              run(
                source + (range.lowerBound * channels + channel) * width, channels * width,
                target + channel * outer + range.lowerBound, range.count)
            }
          }
        } else {
          workers.forEach(outer) { slab, _ in
            for channel in 0..<channels {
              run(
                source + (slab * channels + channel) * inner * width, width,
                target + (channel * outer + slab) * inner, inner)
            }
          }
        }
      }
    }
  }
}

/// A type of samples in files.
private protocol StoredSample: Sendable {
  /// The whole number with the same bytes.
  associatedtype Bits: FixedWidthInteger & BitwiseCopyable & Sendable
  init(bits: Bits)
  var float: Float { get }
  var double: Double { get }
}

extension StoredSample where Self: FixedWidthInteger, Bits == Self {
  init(bits: Self) { self = bits }
  var float: Float { Float(self) }
  var double: Double { Double(self) }
}

extension Int8: StoredSample { typealias Bits = Int8 }
extension UInt8: StoredSample { typealias Bits = UInt8 }
extension Int16: StoredSample { typealias Bits = Int16 }
extension UInt16: StoredSample { typealias Bits = UInt16 }
extension Int32: StoredSample { typealias Bits = Int32 }
extension UInt32: StoredSample { typealias Bits = UInt32 }
extension Int64: StoredSample { typealias Bits = Int64 }
extension UInt64: StoredSample { typealias Bits = UInt64 }

extension Float: StoredSample {
  init(bits: UInt32) { self.init(bitPattern: bits) }
  var float: Float { self }
  var double: Double { Double(self) }
}

extension Double: StoredSample {
  init(bits: UInt64) { self.init(bitPattern: bits) }
  var float: Float { Float(self) }
  var double: Double { self }
}
