import CDeflate

/// Decompression of gzip and zlib streams into buffers whose size the caller knows.
enum Inflater {
  /// The envelope of the deflated data.
  enum Envelope { case gzip, zlib }

  /// How far decompression came.
  enum Outcome {
    /// The stream ended in good order, or the output is full.
    case success
    /// The stream goes on after the output is full.
    case tooLong
    /// The input ended within a stream.
    case truncated
    /// The input is no valid stream.
    case corrupt
  }

  /// The most bytes that `count` compressed bytes can stand for: deflate's ratio is at most 1032.
  static func largestOutput(ofCompressed count: Int) -> Int {
    let (product, overflow) = count.multipliedReportingOverflow(by: 1032)
    return overflow ? Int.max : product
  }

  /// Fills `output` from the start of a stream, as far as it goes, by zlib.
  ///
  /// gzip files of several members read as one stream. Data beyond a full output is not looked at.
  static func inflatePrefix(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer,
    envelope: Envelope
  ) -> (count: Int, outcome: Outcome) {
    var stream = z_stream()
    let windowBits: Int32 = envelope == .gzip ? 15 + 16 : 15
    guard
      inflateInit2_(&stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return (0, .corrupt) }
    defer { inflateEnd(&stream) }
    var read = 0
    var written = 0
    // zlib counts in 32 bits.
    let step = 1 << 30
    while written < output.count {
      let inputStep = min(step, input.count - read)
      let outputStep = min(step, output.count - written)
      // zlib's header takes the input as mutable, but does not write to it.
      stream.next_in = UnsafeMutablePointer(
        mutating: input.baseAddress?.advanced(by: read).assumingMemoryBound(to: UInt8.self))
      stream.avail_in = UInt32(inputStep)
      stream.next_out = output.baseAddress?.advanced(by: written).assumingMemoryBound(
        to: UInt8.self)
      stream.avail_out = UInt32(outputStep)
      let status = inflate(&stream, Z_NO_FLUSH)
      let consumed = inputStep - Int(stream.avail_in)
      let produced = outputStep - Int(stream.avail_out)
      read += consumed
      written += produced
      switch status {
      case Z_STREAM_END:
        guard envelope == .gzip, isGzip(input, at: read) else { return (written, .success) }
        inflateReset(&stream)
      case Z_OK where consumed > 0 || produced > 0:
        continue
      case Z_OK, Z_BUF_ERROR:
        return (written, .truncated)
      default:
        return (written, .corrupt)
      }
    }
    return (written, .success)
  }

  /// Fills `output` from a whole stream, by libdeflate, which checks the stream's check sum.
  ///
  /// Only `success` says that the output is filled; otherwise
  /// ``inflatePrefix(_:into:envelope:)`` finds out how far the stream goes.
  static func inflateWhole(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer,
    envelope: Envelope
  ) -> Outcome {
    guard let decompressor = libdeflate_alloc_decompressor() else { return .corrupt }
    defer { libdeflate_free_decompressor(decompressor) }
    guard let inputStart = input.baseAddress, let outputStart = output.baseAddress else {
      return .truncated
    }
    var read = 0
    var written = 0
    while written < output.count {
      var consumed = 0
      var produced = 0
      let result =
        switch envelope {
        case .gzip:
          libdeflate_gzip_decompress_ex(
            decompressor, inputStart + read, input.count - read, outputStart + written,
            output.count - written, &consumed, &produced)
        case .zlib:
          libdeflate_zlib_decompress_ex(
            decompressor, inputStart + read, input.count - read, outputStart + written,
            output.count - written, &consumed, &produced)
        }
      guard result == LIBDEFLATE_SUCCESS else {
        return result == LIBDEFLATE_INSUFFICIENT_SPACE ? .tooLong : .corrupt
      }
      read += consumed
      written += produced
      guard envelope == .gzip, isGzip(input, at: read) else { break }
    }
    return written == output.count ? .success : .truncated
  }

  /// Whether a gzip member starts at an offset.
  static func isGzip(_ input: UnsafeRawBufferPointer, at offset: Int) -> Bool {
    offset + 1 < input.count && input[offset] == 0x1f && input[offset + 1] == 0x8b
  }
}
