import ConvKernels
import Parallel

/// Between tensors and feature maps, and the borders of feature maps.
enum Copying {
  /// Puts some slices of an image into blocks of channels.
  ///
  /// - Parameter first: the number of the tensor's first slice in the image.
  static func pack(
    _ tensor: Tensor, from first: Int, into output: FeatureView, slices: Range<Int>,
    workers: Workers
  ) {
    let size = output.size
    let plane = size.y * size.x
    let depth = tensor.size.z
    tensor.values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return }
      nonisolated(unsafe) let source = base
      workers.forEach(output.blocks * slices.count) { task, _ in
        let block = task / slices.count
        let z = slices.lowerBound + task % slices.count
        let count = min(8, output.channels - block * 8)
        for y in 0..<size.y {
          let start = (block * 8 * depth + z - first) * plane + y * size.x
          ck_interleave(
            source + start, depth * plane, Int32(count), Int32(size.x),
            output.address(block, z, y), output.xStride)
        }
      }
    }
  }

  /// Takes a tensor's values out of blocks of channels.
  ///
  /// - Parameters:
  ///   - depth: the number of slices of the tensor; those of the input where nil.
  ///   - places: the slice of the tensor for each slice of the input; the same where nil.
  static func unpack(
    _ input: FeatureView, to values: UnsafeMutableBufferPointer<Float>, depth: Int? = nil,
    places: [Int]? = nil, workers: Workers
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
        let start = (block * 8 * depth + place) * plane + y * size.x
        ck_deinterleave(
          input.address(block, z, y), input.xStride, Int32(min(8, input.channels - block * 8)),
          Int32(size.x), target + start, depth * plane)
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
