/// The content of a file from some byte on, decompressed where it is compressed.
struct InputContent: Sendable {
  let file: InputFile
  /// Where in the file the content starts, before decompression.
  let start: Int
  /// The envelope of compressed content, or nil.
  let envelope: Inflater.Envelope?

  init(_ file: InputFile, start: Int, envelope: Inflater.Envelope?) {
    self.file = file
    self.start = min(start, file.count)
    self.envelope = envelope
  }

  /// The whole of a file, decompressed where its first bytes are those of gzip.
  init(_ file: InputFile) throws(VolumeIOError) {
    let isGzip = try file.bytes(0..<2) == [0x1f, 0x8b]
    self.init(file, start: 0, envelope: isGzip ? .gzip : nil)
  }

  /// The most bytes that the content can have; exact where it is not compressed.
  var largestCount: Int {
    let stored = file.count - start
    return envelope == nil ? stored : Inflater.largestOutput(ofCompressed: stored)
  }

  /// The first `count` bytes, or fewer where the content is shorter.
  ///
  /// A damaged stream gives what comes before the damage, so that the kind of file can be told.
  func prefix(_ count: Int) throws(VolumeIOError) -> [UInt8] {
    guard let envelope else {
      return try file.bytes(start..<start + min(count, file.count - start))
    }
    let count = min(count, largestCount)
    // Deflated data is hardly longer than the data; most often this much input suffices.
    var inputCount = min(count + 4096, file.count - start)
    while true {
      let input = try file.bytes(start..<start + inputCount)
      let output = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        input.withUnsafeBytes { input in
          filled =
            Inflater.inflatePrefix(
              input, into: UnsafeMutableRawBufferPointer(buffer), envelope: envelope
            ).count
        }
      }
      if output.count == count || inputCount == file.count - start { return output }
      inputCount = file.count - start
    }
  }

  /// Exactly the bytes of a range.
  ///
  /// - Parameter what: what the bytes are, for the message.
  /// - Throws: ``VolumeIOError/malformed(path:reason:)`` where the content ends before.
  func bytes(_ range: Range<Int>, what: String) throws(VolumeIOError) -> ArraySlice<UInt8> {
    guard range.upperBound <= largestCount else {
      throw tooShort(found: nil, range: range, what: what)
    }
    guard let envelope else {
      let bytes = try file.bytes(start + range.lowerBound..<start + range.upperBound)
      guard bytes.count == range.count else {
        throw tooShort(found: range.lowerBound + bytes.count, range: range, what: what)
      }
      return bytes[...]
    }
    guard !range.isEmpty else { return [] }
    let input = try file.bytes(start..<file.count)
    var whole = Inflater.Outcome.success
    var outcome = Inflater.Outcome.success
    let output = [UInt8](unsafeUninitializedCapacity: range.upperBound) { buffer, filled in
      // The capacity may exceed what was asked for.
      let output = UnsafeMutableRawBufferPointer(
        start: buffer.baseAddress, count: range.upperBound)
      HugePages.advise(output)
      input.withUnsafeBytes { input in
        whole = Inflater.inflateWhole(input, into: output, envelope: envelope)
        filled = output.count
        if whole != .success {
          (filled, outcome) = Inflater.inflatePrefix(input, into: output, envelope: envelope)
        }
      }
    }
    let progress = "\(output.count) of \(range.upperBound) bytes"
    switch (outcome, whole) {
    case (.truncated, _):
      throw .malformed(
        path: file.path,
        reason: "the compressed data stops after \(progress): the file was cut short; copy it again"
      )
    case (.corrupt, _) where output.count < range.upperBound:
      throw .malformed(
        path: file.path,
        reason: "the compressed data is corrupt after \(progress); copy the file again")
    case (.corrupt, _), (_, .corrupt):
      throw .malformed(
        path: file.path,
        reason: "the compressed data ends too early or its check sum is wrong; copy the file again")
    default:
      guard output.count == range.upperBound else {
        throw tooShort(found: output.count, range: range, what: what)
      }
    }
    return output[range]
  }

  private func tooShort(found: Int?, range: Range<Int>, what: String) -> VolumeIOError {
    let present =
      found.map { "holds \($0)" }
      ?? (envelope == nil ? "holds \(largestCount)" : "can hold at most \(largestCount)")
    return .malformed(
      path: file.path,
      reason: "\(what) needs \(range.upperBound) bytes, but the file \(present)")
  }
}
