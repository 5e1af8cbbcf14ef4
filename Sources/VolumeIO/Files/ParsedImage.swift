import Parallel
import Volumes

/// An image whose header has been read and whose voxels have been located, but not read.
struct ParsedImage: Sendable {
  /// How the voxels are written.
  enum Encoding {
    /// As bytes.
    case binary
    /// As decimal numbers with white space between them.
    case text
  }

  let header: ImageHeader
  let layout: SampleLayout
  let encoding: Encoding
  let content: InputContent
  /// Where the voxels start in the content.
  let offset: Int

  init(
    header: ImageHeader, layout: SampleLayout, encoding: Encoding = .binary,
    content: InputContent, offset: Int
  ) {
    self.header = header
    self.layout = layout
    self.encoding = encoding
    self.content = content
    self.offset = offset
  }

  /// Reads the voxels.
  func volume(workers: Workers) throws(VolumeIOError) -> Volume {
    let samples: [Float]
    switch encoding {
    case .binary:
      let (byteCount, overflow) = layout.sampleCount.multipliedReportingOverflow(
        by: layout.type.byteCount)
      let (end, overflow2) = offset.addingReportingOverflow(byteCount)
      guard !overflow, !overflow2 else {
        throw .malformed(
          path: header.path, reason: "\(layout.sampleCount) samples, more than any file holds")
      }
      let bytes = try content.bytes(
        offset..<end, what: "an image of \(layout.sampleCount) \(layout.type) samples")
      samples = layout.decode(bytes, workers: workers)
    case .text:
      let bytes = try TextSamples.parse(
        content, from: offset, count: layout.sampleCount, path: header.path)
      var layout = layout
      layout.type = .float64
      layout.isBigEndian = UInt16(bigEndian: 1) == 1
      samples = layout.decode(bytes[...], workers: workers)
    }
    do {
      return try Volume(geometry: header.geometry, channels: header.channels, samples: samples)
    } catch {
      throw .malformed(path: header.path, reason: error.description)
    }
  }
}
