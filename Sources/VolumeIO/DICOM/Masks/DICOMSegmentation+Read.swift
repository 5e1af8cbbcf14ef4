public import Parallel
public import Volumes

extension DICOMSegmentation {
  /// Reads the pixels of all or chosen segments.
  ///
  /// Slices without a frame are background.
  ///
  /// - Parameters:
  ///   - target: the grid that they are to be on; the frames' own where nil. Where the grids have the
  ///     same voxels none is changed, else each gets the label of the nearest.
  /// - Throws: ``VolumeIOError`` for a choice that is not there, frames without a regular grid, two
  ///   frames of one segment at one place, or damaged pixels.
  public func segments(
    _ options: MaskOptions = MaskOptions(), on target: Geometry? = nil, workers: Workers = .all
  ) throws(VolumeIOError) -> SegmentSet {
    let selection = try MaskSelection(
      options, numbers: segments.map(\.number), names: segments.map(\.label), kind: "segment",
      path: path)
    let stack = try stack(like: target)
    let table = LabelTable(
      selection.parts.map { part in
        let segment = segments[part.members[0]]
        return .init(
          value: part.label, name: part.name, color: segment.color, category: segment.category,
          type: segment.type)
      })
    let reader = try FrameReader(self, stack, threshold: options.threshold)
    let result: SegmentSet
    if kind == .labelMap {
      result = try reader.labels(selection.parts, table, workers)
    } else {
      let layers = SegmentLayers(
        geometry: stack.geometry, axis: 2, parts: selection.parts,
        contents: reader.contents(selection.parts), path: path)
      result = try layers.painted(by: reader, table: table, warnings: [], workers: workers)
    }
    return target.map { result.moved(to: $0, workers: workers) } ?? result
  }
}

/// Reads the frames of a segmentation.
struct FrameReader: SlicePainter {
  private let file: SharedFile
  private let segmentation: DICOMSegmentation
  private let stack: FrameStack
  /// For each slice and segment its frame; the segment is 0 in a label map.
  private let frames: [Place: Int]
  /// The least stored value that belongs to a segment.
  private let least: UInt8

  private struct Place: Hashable {
    let slice: Int
    let segment: Int
  }

  init(
    _ segmentation: DICOMSegmentation, _ stack: FrameStack, threshold: Double
  ) throws(VolumeIOError) {
    let path = segmentation.path
    guard threshold > 0, threshold <= 1 else {
      throw .unsupported(
        path: path, found: "a threshold of \(threshold)", remedy: "give one above 0, up to 1")
    }
    self.segmentation = segmentation
    self.stack = stack
    let largest = Double(segmentation.pixels.largestFraction)
    // A fraction that is the threshold but for rounding counts.
    least =
      segmentation.kind == .fractional
      ? UInt8(max(1, (threshold * largest - 1e-9).rounded(.up))) : 1
    var frames: [Place: Int] = [:]
    for (index, slice) in stack.slices.enumerated() {
      let place = Place(slice: slice, segment: segmentation.frames[index].segment ?? 0)
      if let other = frames.updateValue(index, forKey: place) {
        throw .unsupported(
          path: path,
          found:
            "a segmentation whose frames \(other + 1) and \(index + 1) are of one segment at one "
            + "place",
          remedy: "split it by time points, or whatever tells them apart")
      }
    }
    self.frames = frames
    file = try SharedFile(segmentation)
  }

  /// For each slice the parts that have a frame in it.
  func contents(_ parts: [MaskSelection.Part]) -> [[(part: Int, member: Int)]] {
    (0..<stack.geometry.size.z).map { slice in
      parts.enumerated().flatMap { part, description in
        description.members.filter { frames[Place(slice: slice, segment: $0)] != nil }.map {
          (part, $0)
        }
      }
    }
  }

  /// The stored values of whole bytes of a segment in a slice, or nil where it has no frame.
  func bytes(slice: Int, member: Int) throws(VolumeIOError) -> [UInt8]? {
    guard let frame = frames[Place(slice: slice, segment: member)] else { return nil }
    return try file.frame(frame, byteCount: segmentation.pixels.area)
  }

  func forEachRun(
    slice: Int, member: Int, _ paint: (Range<Int>) -> Void
  ) throws(VolumeIOError) {
    guard let frame = frames[Place(slice: slice, segment: member)] else { return }
    let area = segmentation.pixels.area
    if segmentation.pixels.bits == 1 {
      let first = frame * area
      let bytes = try file.bytes(first / 8..<(first + area + 7) / 8)
      forEachRunOfBits(bytes, from: first % 8, count: area, paint)
    } else {
      let bytes = try file.frame(frame, byteCount: area)
      let least = least
      var pixel = 0
      while pixel < area {
        while pixel < area, bytes[pixel] < least { pixel += 1 }
        let start = pixel
        while pixel < area, bytes[pixel] >= least { pixel += 1 }
        if pixel > start { paint(start..<pixel) }
      }
    }
  }

  /// Reads a label map, in which segments cannot overlap.
  func labels(
    _ parts: [MaskSelection.Part], _ table: LabelTable, _ workers: Workers
  ) throws(VolumeIOError) -> SegmentSet {
    var labels = [UInt16](repeating: 0, count: Int(UInt16.max) + 1)
    for part in parts {
      for member in part.members { labels[segmentation.segments[member].number] = part.label }
    }
    let (area, width) = (segmentation.pixels.area, segmentation.pixels.bits / 8)
    let slices = Dictionary(uniqueKeysWithValues: frames.map { ($0.key.slice, $0.value) })
    let failures = Locked<[Int: VolumeIOError]>([:])
    let voxels = [UInt16](unsafeUninitializedCapacity: stack.geometry.voxelCount) {
      [labels] buffer, filled in
      buffer.initialize(repeating: 0)
      nonisolated(unsafe) let target = buffer.baseAddress!
      workers.forEach(stack.geometry.size.z) { slice, _ in
        guard let frame = slices[slice] else { return }
        do throws(VolumeIOError) {
          let bytes = try file.frame(frame, byteCount: area * width)
          let start = target + slice * area
          for pixel in 0..<area {
            let value =
              width == 1
              ? Int(bytes[pixel]) : Int(bytes[2 * pixel]) | Int(bytes[2 * pixel + 1]) << 8
            start[pixel] = labels[value]
          }
        } catch {
          failures.withLock { $0[slice] = error }
        }
      }
      filled = buffer.count
    }
    if let first = failures.withLock({ $0.min { $0.key < $1.key } }) { throw first.value }
    var counts = [Int](repeating: 0, count: labels.count)
    for voxel in voxels { counts[Int(voxel)] += 1 }
    do {
      return SegmentSet(
        path: segmentation.path, geometry: stack.geometry,
        segments: parts.map {
          SegmentSet.Segment(
            number: $0.number, name: $0.name, label: $0.label, layer: 0,
            voxels: counts[Int($0.label)])
        },
        layers: [try LabelMap(geometry: stack.geometry, voxels: voxels, table: table)],
        overlaps: [], warnings: [])
    } catch {
      throw .malformed(path: segmentation.path, reason: error.description)
    }
  }
}

/// A file that several threads read, one at a time.
private final class SharedFile: Sendable {
  private let file: Locked<DICOMFile>

  init(_ segmentation: DICOMSegmentation) throws(VolumeIOError) {
    let file = try DICOMFile(segmentation.source)
    let pixels = segmentation.pixels
    let (count, overflow) = pixels.area.multipliedReportingOverflow(
      by: segmentation.frames.count)
    let (bits, overflow2) = count.multipliedReportingOverflow(by: pixels.bits)
    let needed = overflow || overflow2 ? Int.max : (bits - 1) / 8 + 1
    if let found = file.pixelByteCount {
      guard found >= needed else {
        throw .malformed(
          path: file.path,
          reason:
            "\(segmentation.frames.count) frames of \(pixels.columns)x\(pixels.rows) pixels of "
            + "\(pixels.bits) bits, but only \(found) bytes; copy it again")
      }
    } else if pixels.bits == 1 {
      throw .unsupported(
        path: file.path, found: "a segmentation of compressed bits",
        remedy: "decompress it first, as with \"gdcmconv --raw\"")
    }
    self.file = Locked(file)
  }

  /// Bytes of pixels that are not compressed.
  func bytes(_ range: Range<Int>) throws(VolumeIOError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: range.count)
    try read { (file) throws(VolumeIOError) in
      try bytes.withUnsafeMutableBufferPointer { (target) throws(VolumeIOError) in
        try file.readPixelBytes(
          from: range.lowerBound, into: UnsafeMutableRawBufferPointer(target))
      }
    }
    return bytes
  }

  /// A frame of whole bytes.
  func frame(_ frame: Int, byteCount: Int) throws(VolumeIOError) -> [UInt8] {
    // A decoder may need an even number.
    var bytes = [UInt8](repeating: 0, count: byteCount + byteCount % 2)
    try read { (file) throws(VolumeIOError) in
      try bytes.withUnsafeMutableBufferPointer { (target) throws(VolumeIOError) in
        try file.readFrame(
          frame, byteCount: byteCount, into: UnsafeMutableRawBufferPointer(target))
      }
    }
    return bytes
  }

  private func read(
    _ body: (DICOMFile) throws(VolumeIOError) -> Void
  ) throws(VolumeIOError) {
    try file.withLock { (file) throws(VolumeIOError) in try body(file) }
  }
}

/// Calls `paint` with runs of bits that are set; the least significant bit of a byte is first.
private func forEachRunOfBits(
  _ bytes: [UInt8], from first: Int, count: Int, _ paint: (Range<Int>) -> Void
) {
  bytes.withUnsafeBufferPointer { bytes in
    var bit = 0
    /// Moves on to the next bit of a value, or the end; whole bytes at once.
    func skip(while value: UInt8) {
      let whole: UInt8 = value == 0 ? 0 : 0xff
      while bit < count {
        let place = first + bit
        if place % 8 == 0, bit + 8 <= count, bytes[place / 8] == whole {
          bit += 8
        } else if bytes[place / 8] >> UInt8(place % 8) & 1 == value {
          bit += 1
        } else {
          return
        }
      }
    }
    while bit < count {
      skip(while: 0)
      let start = bit
      skip(while: 1)
      if bit > start { paint(start..<bit) }
    }
  }
}
