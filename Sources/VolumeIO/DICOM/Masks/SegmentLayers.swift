import Parallel
import Volumes

/// Tells which pixels of a slice belong to a segment or ROI.
protocol SlicePainter: Sendable {
  /// Calls `paint` with runs of pixels, each from its first to without its last; a slice's rows
  /// follow each other.
  func forEachRun(
    slice: Int, member: Int, _ paint: (Range<Int>) -> Void
  ) throws(VolumeIOError)
}

/// Segments that are painted slice by slice into as few label maps as hold them.
struct SegmentLayers: Sendable {
  let geometry: Geometry
  /// The voxel axis along which the slices follow each other.
  let axis: Int
  let parts: [MaskSelection.Part]
  /// For each slice which parts have something in it, and which member of theirs: ascending.
  let contents: [[(part: Int, member: Int)]]
  let path: String

  private struct Pair: Hashable {
    let first: Int
    let second: Int
  }

  /// What one slice holds.
  private struct SliceFacts: Sendable {
    /// The parts in the slice and the numbers of their voxels.
    var counts: [(part: Int, voxels: Int)] = []
    var overlaps: [Pair: Int] = [:]
    var failure: VolumeIOError?
  }

  func painted(
    by painter: some SlicePainter, table: LabelTable, warnings: [String], workers: Workers
  ) throws(VolumeIOError) -> SegmentSet {
    var voxels = [[UInt16](repeating: 0, count: geometry.voxelCount)]
    var facts = paint(painter, layers: [], into: &voxels, workers)
    var counts = [Int](repeating: 0, count: parts.count)
    var overlaps: [Pair: Int] = [:]
    for slice in facts {
      if let failure = slice.failure { throw failure }
      for count in slice.counts { counts[count.part] += count.voxels }
      overlaps.merge(slice.overlaps, uniquingKeysWith: +)
    }
    var layers = [Int](repeating: 0, count: parts.count)
    if !overlaps.isEmpty {
      layers = self.layers(overlaps.keys)
      let count = layers.max()! + 1
      guard count * geometry.voxelCount <= max(1 << 31, 4 * geometry.voxelCount) else {
        throw .unsupported(
          path: path, found: "segments that overlap so much that \(count) label maps are needed",
          remedy: "choose some with --roi")
      }
      voxels = [[UInt16]](
        repeating: [UInt16](repeating: 0, count: geometry.voxelCount), count: count)
      facts = paint(painter, layers: layers, into: &voxels, workers)
      if let failure = facts.lazy.compactMap(\.failure).first { throw failure }
    }
    do {
      var maps: [LabelMap] = []
      for (layer, voxels) in voxels.enumerated() {
        let labels = Set(parts.indices.filter { layers[$0] == layer }.map { parts[$0].label })
        maps.append(
          try LabelMap(
            geometry: geometry, voxels: voxels,
            table: LabelTable(table.entries.filter { labels.contains($0.value) })))
      }
      return SegmentSet(
        path: path, geometry: geometry,
        segments: parts.indices.map { index in
          SegmentSet.Segment(
            number: parts[index].number, name: parts[index].name, label: parts[index].label,
            layer: layers[index], voxels: counts[index])
        },
        layers: maps,
        overlaps: overlaps.map { .init(first: $0.first, second: $0.second, voxels: $1) }
          .sorted { ($0.first, $0.second) < ($1.first, $1.second) },
        warnings: warnings)
    } catch {
      throw .malformed(path: path, reason: error.description)
    }
  }

  /// For each part the first layer in which it overlaps with none before it.
  private func layers(_ pairs: some Sequence<Pair>) -> [Int] {
    var neighbours = [[Int]](repeating: [], count: parts.count)
    for pair in pairs { neighbours[pair.second].append(pair.first) }
    var layers = [Int](repeating: 0, count: parts.count)
    for index in parts.indices {
      let taken = Set(neighbours[index].map { layers[$0] })
      while taken.contains(layers[index]) { layers[index] += 1 }
    }
    return layers
  }

  /// Paints all slices.
  ///
  /// - Parameter layers: the layer of each part. Where it is empty all are painted into the first,
  ///   earlier parts over later ones, and overlaps are looked for.
  private func paint(
    _ painter: some SlicePainter, layers: [Int], into voxels: inout [[UInt16]], _ workers: Workers
  ) -> [SliceFacts] {
    let grid = SliceGrid(geometry, axis: axis)
    let count = geometry.voxelCount
    // Laid out one after the other, since arrays in an array cannot be written by several threads.
    var joined = voxels.count == 1 ? voxels.removeFirst() : Array(voxels.joined())
    let facts = joined.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let target = buffer.baseAddress!
      return workers.map(contents.count) { slice -> SliceFacts in
        var facts = SliceFacts()
        var hasOverlap = false
        do throws(VolumeIOError) {
          for (part, member) in contents[slice] {
            let label = parts[part].label
            let start = target + (layers.isEmpty ? 0 : layers[part] * count)
            var painted = 0
            try painter.forEachRun(slice: slice, member: member) { run in
              grid.forEachVoxel(slice: slice, run) { offset in
                if start[offset] == 0 {
                  start[offset] = label
                  painted += 1
                } else if start[offset] != label {
                  hasOverlap = true
                }
              }
            }
            facts.counts.append((part, painted))
          }
          if hasOverlap { try findOverlaps(painter, slice, area: grid.area, in: &facts) }
        } catch {
          facts.failure = error
        }
        return facts
      }
    }
    if voxels.isEmpty {
      voxels = [joined]
    } else {
      for layer in voxels.indices {
        voxels[layer] = Array(joined[layer * count..<(layer + 1) * count])
      }
    }
    return facts
  }

  /// Counts the voxels of each part and of each pair in a slice where parts overlap.
  private func findOverlaps(
    _ painter: some SlicePainter, _ slice: Int, area: Int, in facts: inout SliceFacts
  ) throws(VolumeIOError) {
    // Each pixel has the number of the set of parts that it belongs to.
    var sets: [[Int]] = [[]]
    var numbers: [Pair: Int] = [:]
    var pixels = [Int32](repeating: 0, count: area)
    for (part, member) in contents[slice] {
      try painter.forEachRun(slice: slice, member: member) { run in
        for pixel in run {
          let old = Int(pixels[pixel])
          if sets[old].last == part { continue }
          let step = Pair(first: old, second: part)
          if numbers[step] == nil {
            numbers[step] = sets.count
            sets.append(sets[old] + [part])
          }
          pixels[pixel] = Int32(numbers[step]!)
        }
      }
    }
    var sizes = [Int](repeating: 0, count: sets.count)
    for pixel in pixels { sizes[Int(pixel)] += 1 }
    var counts: [Int: Int] = [:]
    for (set, size) in zip(sets, sizes) where size > 0 {
      for (place, second) in set.enumerated() {
        counts[second, default: 0] += size
        for first in set[..<place] {
          facts.overlaps[Pair(first: first, second: second), default: 0] += size
        }
      }
    }
    facts.counts = counts.keys.sorted().map { ($0, counts[$0]!) }
  }
}

/// Where the pixels of slices across one of the voxel axes are in memory.
struct SliceGrid: Sendable {
  /// The axes within a slice, the faster one first.
  let inPlane: (Int, Int)
  /// The number of pixels along both.
  let size: SIMD2<Int>
  private let strides: SIMD2<Int>
  private let sliceStride: Int

  init(_ geometry: Geometry, axis: Int) {
    let steps = SIMD3(1, geometry.size.x, geometry.size.x * geometry.size.y)
    inPlane = axis == 0 ? (1, 2) : axis == 1 ? (0, 2) : (0, 1)
    size = SIMD2(geometry.size[inPlane.0], geometry.size[inPlane.1])
    strides = SIMD2(steps[inPlane.0], steps[inPlane.1])
    sliceStride = steps[axis]
  }

  /// The number of pixels of a slice.
  var area: Int { size.x * size.y }

  /// Calls `visit` with the place in memory of each pixel of a run.
  @inline(__always)
  func forEachVoxel(slice: Int, _ run: Range<Int>, _ visit: (Int) -> Void) {
    if strides.y == size.x * strides.x {
      let start = slice * sliceStride
      for pixel in run { visit(start + pixel * strides.x) }
    } else {
      for pixel in run {
        let (row, column) = pixel.quotientAndRemainder(dividingBy: size.x)
        visit(slice * sliceStride + row * strides.y + column * strides.x)
      }
    }
  }
}
