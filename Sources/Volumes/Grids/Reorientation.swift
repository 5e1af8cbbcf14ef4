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
  let count = size.x * size.y * size.z
  var start = 0
  var step = SIMD3<Int>.zero
  var extent = SIMD3<Int>.zero
  for (axis, from) in axes.enumerated() {
    let stride = strides[from.axis]
    extent[axis] = size[from.axis]
    step[axis] = from.flipped ? -stride : stride
    if from.flipped { start += stride * (size[from.axis] - 1) }
  }
  return [Element](unsafeUninitializedCapacity: source.count) { result, initialized in
    for channel in 0..<channels {
      copy(
        // A volume has at least one voxel.
        from: source.baseAddress! + channel * count + start, step: step,
        to: result.baseAddress! + channel * count, extent: extent)
    }
    initialized = source.count
  }
}

/// Copies in cubes of this many voxels a side, so that both sides stay in the first cache.
private let copyBlock = 16

private func copy<Element: BitwiseCopyable>(
  from source: UnsafePointer<Element>, step: SIMD3<Int>,
  to result: UnsafeMutablePointer<Element>, extent: SIMD3<Int>
) {
  for firstK in stride(from: 0, to: extent.z, by: copyBlock) {
    for firstJ in stride(from: 0, to: extent.y, by: copyBlock) {
      for firstI in stride(from: 0, to: extent.x, by: copyBlock) {
        let lastI = min(firstI + copyBlock, extent.x)
        for k in firstK..<min(firstK + copyBlock, extent.z) {
          for j in firstJ..<min(firstJ + copyBlock, extent.y) {
            let row = (k * extent.y + j) * extent.x
            let from = k * step.z + j * step.y
            for i in firstI..<lastI {
              (result + row + i).initialize(to: source[from + i * step.x])
            }
          }
        }
      }
    }
  }
}
