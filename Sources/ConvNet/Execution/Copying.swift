import ConvKernels
import Parallel

/// Between tensors and feature maps, and the borders of feature maps.
enum Copying {
  /// Puts some slices of an image into blocks of channels.
  ///
  /// - Parameters:
  ///   - parts: whose channels together are the image's.
  ///   - wanted: the voxels to be set; all where nil.
  static func pack(
    _ parts: [TensorPart], into output: FeatureView, slices: Range<Int>,
    wanted: WantedVoxels? = nil, workers: Workers
  ) {
    let size = output.size
    var runs = [[(part: TensorPart, first: Int, count: Int)]](repeating: [], count: output.blocks)
    var channel = 0
    for part in parts {
      var taken = 0
      while taken < part.channels.count {
        let count = min(8 - channel % 8, part.channels.count - taken)
        runs[channel / 8].append((part, part.channels.lowerBound + taken, count))
        taken += count
        channel += count
      }
    }
    precondition(channel == output.channels)
    workers.forEach(output.blocks * slices.count) { [runs] task, _ in
      let z = slices.lowerBound + task % slices.count
      let run = runs[task / slices.count]
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 8 * size.x) { gathered in
        for y in 0..<size.y {
          let columns = wanted?.columns(z, y..<y + 1) ?? 0..<size.x
          guard !columns.isEmpty, let rows = gathered.baseAddress else { continue }
          let to = output.address(task / slices.count, z, y, columns.lowerBound)
          if run.count == 1 {
            run[0].part.withRow(run[0].first, z, y, columns.lowerBound) { source, stride in
              ck_interleave(
                source, stride, Int32(run[0].count), Int32(columns.count), to, output.xStride)
            }
            continue
          }
          // Channels of several parts: brought together first.
          var row = 0
          for (part, first, count) in run {
            for channel in first..<first + count {
              part.withRow(channel, z, y, columns.lowerBound) { source, _ in
                (rows + row * size.x).update(from: source, count: columns.count)
              }
              row += 1
            }
          }
          ck_interleave(rows, size.x, Int32(row), Int32(columns.count), to, output.xStride)
        }
      }
    }
  }

  /// Takes a tensor's values out of blocks of channels.
  ///
  /// - Parameters:
  ///   - depth: the number of slices of the tensor; those of the input where nil.
  ///   - places: the slice of the tensor for each slice of the input; the same where nil.
  ///   - columns: the part of row (z, y) of the input that is taken.
  static func unpack(
    _ input: FeatureView, to values: UnsafeMutableBufferPointer<Float>, depth: Int? = nil,
    places: [Int]? = nil, columns: (@Sendable (_ z: Int, _ y: Int) -> Range<Int>)? = nil,
    workers: Workers
  ) {
    let size = input.size
    let plane = size.y * size.x
    let depth = depth ?? size.z
    guard let base = values.baseAddress else { return }
    nonisolated(unsafe) let target = base
    workers.forEach(input.blocks * size.z) { task, _ in
      let block = task / size.z
      let z = task % size.z
      let place = places?[z] ?? z
      for y in 0..<size.y {
        let columns = columns?(z, y) ?? 0..<size.x
        guard !columns.isEmpty else { continue }
        let start = (block * 8 * depth + place) * plane + y * size.x + columns.lowerBound
        ck_deinterleave(
          input.address(block, z, y, columns.lowerBound), input.xStride,
          Int32(min(8, input.channels - block * 8)), Int32(columns.count), target + start,
          depth * plane)
      }
    }
  }

  /// Output slices of a copy with a border.
  static func pad(
    low: Triple, mode: PaddingMode, input: FeatureView, output: FeatureView, slices: Range<Int>,
    workers: Workers
  ) {
    let sources = (0..<3).map { axis in
      (0..<output.size[axis]).map { mode.source($0 - low[axis], of: input.size[axis]) }
    }
    let size = output.size
    workers.forEach(output.blocks * slices.count) { task, _ in
      let block = task / slices.count
      let z = slices.lowerBound + task % slices.count
      for y in 0..<size.y {
        for x in 0..<size.x {
          let to = output.address(block, z, y, x)
          if let inZ = sources[0][z], let inY = sources[1][y], let inX = sources[2][x] {
            to.vector = input.address(block, inZ, inY, inX).vector
          } else {
            to.vector = .zero
          }
        }
      }
    }
  }

  /// Fills the border of a map's slices.
  ///
  /// - Parameters:
  ///   - map: the inside of the map.
  ///   - slices: the slices that are there. The border before the first slice of the map and the one
  ///     after the last are filled where these are among them.
  static func fillBorder(
    of map: FeatureView, low: Triple, high: Triple, mode: PaddingMode, slices: Range<Int>,
    workers: Workers
  ) {
    let size = map.size
    let bytes = (low.x + size.x + high.x) * MemoryLayout<Vector>.size
    @Sendable func copyVoxel(_ block: Int, _ z: Int, _ y: Int, _ x: Int) {
      map.address(block, z, y, x).vector =
        mode.source(x, of: size.x).map { map.address(block, z, y, $0).vector } ?? .zero
    }
    @Sendable func copyRow(_ block: Int, _ z: Int, _ y: Int) {
      let to = UnsafeMutableRawPointer(map.address(block, z, y, -low.x))
      if let source = mode.source(y, of: size.y) {
        to.copyMemory(from: map.address(block, z, source, -low.x), byteCount: bytes)
      } else {
        to.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
      }
    }
    workers.forEach(map.blocks * slices.count) { task, _ in
      let block = task / slices.count
      let z = slices.lowerBound + task % slices.count
      for y in 0..<size.y {
        for x in -low.x..<0 { copyVoxel(block, z, y, x) }
        for x in size.x..<(size.x + high.x) { copyVoxel(block, z, y, x) }
      }
      for y in -low.y..<0 { copyRow(block, z, y) }
      for y in size.y..<(size.y + high.y) { copyRow(block, z, y) }
    }
    let outside =
      (slices.lowerBound == 0 ? Array(-low.z..<0) : [])
      + (slices.upperBound == size.z ? Array(size.z..<(size.z + high.z)) : [])
    workers.forEach(outside.isEmpty ? 0 : map.blocks * outside.count) { task, _ in
      let block = task / outside.count
      let z = outside[task % outside.count]
      let rows = low.y + size.y + high.y
      let to = UnsafeMutableRawPointer(map.address(block, z, -low.y, -low.x))
      if let source = mode.source(z, of: size.z) {
        to.copyMemory(from: map.address(block, source, -low.y, -low.x), byteCount: rows * bytes)
      } else {
        to.initializeMemory(as: UInt8.self, repeating: 0, count: rows * bytes)
      }
    }
  }
}

extension PaddingMode {
  /// The voxel that is shown at an index, which may lie outside `0..<count`; nil for zero.
  func source(_ index: Int, of count: Int) -> Int? {
    if (0..<count).contains(index) { return index }
    switch self {
    case .zero: return nil
    case .edge: return index < 0 ? 0 : count - 1
    case .mirror: return index < 0 ? -index : 2 * (count - 1) - index
    }
  }
}
