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
    case .int8:
      decode(bytes, as: Int8.self, workers) {
        Float($0)
      } _: {
        Double($0)
      }
    case .uint8:
      decode(bytes, as: UInt8.self, workers) {
        Float($0)
      } _: {
        Double($0)
      }
    case .int16:
      decode(bytes, as: Int16.self, workers) {
        Float($0)
      } _: {
        Double($0)
      }
    case .uint16:
      decode(bytes, as: UInt16.self, workers) {
        Float($0)
      } _: {
        Double($0)
      }
    case .int32:
      decode(bytes, as: Int32.self, workers) {
        Float($0)
      } _: {
        Double($0)
      }
    case .uint32:
      decode(bytes, as: UInt32.self, workers) {
        Float($0)
      } _: {
        Double($0)
      }
    case .int64:
      decode(bytes, as: Int64.self, workers) {
        Float($0)
      } _: {
        Double($0)
      }
    case .uint64:
      decode(bytes, as: UInt64.self, workers) {
        Float($0)
      } _: {
        Double($0)
      }
    case .float32:
      decode(bytes, as: UInt32.self, workers) {
        Float(bitPattern: $0)
      } _: {
        Double(Float(bitPattern: $0))
      }
    case .float64:
      decode(bytes, as: UInt64.self, workers) {
        Float(Double(bitPattern: $0))
      } _: {
        Double(bitPattern: $0)
      }
    }
  }

  @inline(__always)
  private func decode<Bits: FixedWidthInteger & Sendable>(
    _ bytes: ArraySlice<UInt8>, as: Bits.Type, _ workers: Workers,
    float: @escaping @Sendable (Bits) -> Float, _ double: @escaping @Sendable (Bits) -> Double
  ) -> [Float] {
    let isScaled = slope != 1 || intercept != 0
    let isSwapped = isBigEndian != (UInt16(bigEndian: 1) == 1) && Bits.bitWidth > 8
    let (slope, intercept) = (slope, intercept)
    let width = MemoryLayout<Bits>.size
    /// Converts `count` samples, `stride` bytes apart.
    @Sendable func run(
      _ source: UnsafeRawPointer, _ stride: Int, _ target: UnsafeMutablePointer<Float>, _ count: Int
    ) {
      if stride == width, !isScaled, !isSwapped {
        for n in 0..<count {
          target[n] = float(source.loadUnaligned(fromByteOffset: n * width, as: Bits.self))
        }
        return
      }
      for n in 0..<count {
        var bits = source.loadUnaligned(fromByteOffset: n * stride, as: Bits.self)
        if isSwapped { bits = bits.byteSwapped }
        target[n] = isScaled ? Float(double(bits) * slope + intercept) : float(bits)
      }
    }
    let (inner, channels, outer, total) = (inner, channels, outer, sampleCount)
    return [Float](unsafeUninitializedCapacity: total) { buffer, filled in
      filled = total
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
