extension Geometry {
  /// The same voxels with their axes exchanged and flipped so that they run in given directions.
  ///
  /// No voxel moves in space. An oblique grid stays oblique: each axis runs to that side to which
  /// its world axis is nearest.
  public func reoriented(to orientation: Orientation) -> Geometry {
    let axes = self.axes(for: orientation)
    var size = SIMD3<Int>.zero
    var affine = self.affine
    for (axis, source) in axes.enumerated() {
      size[axis] = self.size[source.axis]
      let step = self.affine[source.axis]
      // Subtracted from zero, since the negative of zero would print as "-0.0".
      affine[axis] = source.flipped ? 0 - step : step
      if source.flipped { affine.origin += step * Double(self.size[source.axis] - 1) }
    }
    return Geometry(size: size, unchecked: affine)
  }

  /// For each axis of the reoriented grid, the axis of this one that it is and whether it runs
  /// against it.
  func axes(for orientation: Orientation) -> [(axis: Int, flipped: Bool)] {
    let own = self.orientation
    return (0..<3).map { axis in
      // Both orientations hold each world axis once.
      let source = (0..<3).first { own.worldAxis[$0] == orientation.worldAxis[axis] }!
      return (source, own.flipped[source] != orientation.flipped[axis])
    }
  }
}

extension Gridded {
  /// The same values with the voxel axes exchanged and flipped so that they run in given
  /// directions, such as ``Orientation/ras``.
  ///
  /// Exact: no value changes and none moves in space.
  public func reoriented(to orientation: Orientation) -> Self {
    guard orientation != geometry.orientation else { return self }
    let axes = geometry.axes(for: orientation)
    return replacing(
      elements.withUnsafeBufferPointer {
        permuted($0, channels: channels, size: geometry.size, axes: axes)
      }, on: geometry.reoriented(to: orientation))
  }

  /// The way back from ``reoriented(to:)``: the same values on a grid that holds the same voxels in
  /// another order, with that grid's affine to the last bit.
  ///
  /// - Throws: ``VolumeError/geometryMismatch(first:_:second:_:)`` where the grid has other voxels.
  public func reoriented(like original: Geometry) throws(VolumeError) -> Self {
    let result = reoriented(to: original.orientation)
    try requireMatch(of: "the reoriented volume", result.geometry, "the original", original)
    return result.replacing(result.elements, on: original)
  }
}

/// Exchanges and flips the axes of channels of values.
///
/// - Parameters:
///   - size: of the source.
///   - axes: for each axis of the result, the axis of the source and whether it runs against it.
func permuted<Element: BitwiseCopyable>(
  _ source: UnsafeBufferPointer<Element>, channels: Int, size: SIMD3<Int>,
  axes: [(axis: Int, flipped: Bool)]
) -> [Element] {
  let strides = [1, size.x, size.x * size.y]
  var start = 0
  var step = SIMD3<Int>.zero
  var extent = SIMD3<Int>.zero
  for (axis, from) in axes.enumerated() {
    let stride = strides[from.axis]
    extent[axis] = size[from.axis]
    step[axis] = from.flipped ? -stride : stride
    if from.flipped { start += stride * (size[from.axis] - 1) }
  }
  let move = AxisMove(channels: channels, start: start, step: step, extent: extent)
  return [Element](unsafeUninitializedCapacity: source.count) { result, initialized in
    // As words of the same width, for which the compiler makes specialised code.
    switch MemoryLayout<Element>.stride {
    case 1: move.copy(source, result, as: UInt8.self)
    case 2: move.copy(source, result, as: UInt16.self)
    case 4: move.copy(source, result, as: UInt32.self)
    default: move.copy(source, result, as: Element.self)
    }
    initialized = source.count
  }
}

/// Where the values of a result lie in the memory of a source.
private struct AxisMove {
  let channels: Int
  /// The place of the first value of a channel.
  let start: Int
  /// The distances along the result's axes.
  let step: SIMD3<Int>
  /// The size of the result.
  let extent: SIMD3<Int>

  /// Copies in cubes of this many voxels a side, so that both sides stay in the first cache.
  private static let block = 16

  func copy<Element, Word: BitwiseCopyable>(
    _ source: UnsafeBufferPointer<Element>, _ result: UnsafeMutableBufferPointer<Element>,
    as _: Word.Type
  ) {
    let count = extent.x * extent.y * extent.z
    source.withMemoryRebound(to: Word.self) { source in
      result.withMemoryRebound(to: Word.self) { result in
        for channel in 0..<channels {
          // A volume has at least one voxel.
          copy(
            from: source.baseAddress! + channel * count + start,
            to: result.baseAddress! + channel * count)
        }
      }
    }
  }

  private func copy<Word: BitwiseCopyable>(
    from source: UnsafePointer<Word>, to result: UnsafeMutablePointer<Word>
  ) {
    // Rows that remain rows need no cubes.
    let blockI = abs(step.x) == 1 ? extent.x : Self.block
    for firstK in stride(from: 0, to: extent.z, by: Self.block) {
      for firstJ in stride(from: 0, to: extent.y, by: Self.block) {
        for firstI in stride(from: 0, to: extent.x, by: blockI) {
          let count = min(blockI, extent.x - firstI)
          for k in firstK..<min(firstK + Self.block, extent.z) {
            for j in firstJ..<min(firstJ + Self.block, extent.y) {
              let to = result + ((k * extent.y + j) * extent.x + firstI)
              let from = source + (k * step.z + j * step.y + firstI * step.x)
              switch step.x {
              case 1: to.initialize(from: from, count: count)
              case -1: for i in 0..<count { to[i] = from[0 &- i] }
              default: for i in 0..<count { to[i] = from[i &* step.x] }
              }
            }
          }
        }
      }
    }
  }
}
