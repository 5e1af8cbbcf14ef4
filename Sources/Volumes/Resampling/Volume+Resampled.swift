public import Parallel

extension Volume {
  /// The volume on another grid.
  ///
  /// Sums are formed in double precision. Where the grids' axes run along each other, one axis is
  /// interpolated after the other, else voxel by voxel. There is no smoothing: where the new grid is
  /// much coarser, smooth first.
  ///
  /// - Parameters:
  ///   - outside: the value of voxels whose centre lies more than half a voxel beyond the outermost
  ///     voxel centres. Within that half voxel the volume goes on as a constant (nearest, linear) or
  ///     as in a mirror (cubic).
  ///   - workers: the result is the same for any number.
  public func resampled(
    to target: Geometry, by interpolation: Interpolation, outside: Float = 0, workers: Workers
  ) -> Volume {
    let map = GridMap(from: target, to: geometry)
    let sourceCount = geometry.voxelCount
    let targetCount = target.voxelCount
    let result = [Float](unsafeUninitializedCapacity: channels * targetCount) {
      result, initialized in
      samples.withUnsafeBufferPointer { samples in
        for channel in 0..<channels {
          let source = samples.baseAddress! + channel * sourceCount
          let result = result.baseAddress! + channel * targetCount
          switch interpolation {
          case .nearest:
            resampleToNearest(source, map, into: result, outside: outside, workers: workers)
          case .linear:
            resampleLinearly(source, map, into: result, outside: outside, workers: workers)
          case .cubic:
            resampleCubically(source, map, into: result, outside: outside, workers: workers)
          }
        }
      }
      initialized = channels * targetCount
    }
    return replacing(result, on: target)
  }
}

/// The nearest voxels of one channel.
func resampleToNearest<Value: BitwiseCopyable & Sendable>(
  _ source: UnsafePointer<Value>, _ map: GridMap, into result: UnsafeMutablePointer<Value>,
  outside: Value, workers: Workers
) {
  guard let axes = map.alignedAxes else {
    ObliqueResampling(map: map, workers: workers).pick(from: source, into: result, outside: outside)
    return
  }
  withOrderedAxes(source, map, axes) { source, map in
    AlignedResampling(map, .nearest).pick(
      from: source, row: map.source.x, plane: map.source.x * map.source.y, into: result,
      outside: outside, workers: workers)
  }
}

private func resampleLinearly(
  _ source: UnsafePointer<Float>, _ map: GridMap, into result: UnsafeMutablePointer<Float>,
  outside: Float, workers: Workers
) {
  guard let axes = map.alignedAxes else {
    ObliqueResampling(map: map, workers: workers).interpolateLinearly(
      from: source, into: result, outside: outside)
    return
  }
  withOrderedAxes(source, map, axes) { source, map in
    AlignedResampling(map, .linear).interpolate(
      from: source, row: map.source.x, plane: map.source.x * map.source.y, into: result,
      outside: outside, workers: workers)
  }
}

private func resampleCubically(
  _ source: UnsafePointer<Float>, _ map: GridMap, into result: UnsafeMutablePointer<Float>,
  outside: Float, workers: Workers
) {
  guard let axes = map.alignedAxes else {
    let spline = SplineCoefficients(source, size: map.source, workers: workers)
    spline.withOrigin { origin in
      ObliqueResampling(map: map, workers: workers).evaluate(
        origin, row: spline.row, plane: spline.plane, into: result, outside: outside)
    }
    return
  }
  withOrderedAxes(source, map, axes) { source, map in
    let spline = SplineCoefficients(source, size: map.source, workers: workers)
    spline.withOrigin { origin in
      AlignedResampling(map, .cubic).interpolate(
        from: origin, row: spline.row, plane: spline.plane, into: result, outside: outside,
        workers: workers)
    }
  }
}

/// Calls `body` with the source's axes in the order in which the target's axes run along them.
///
/// - Parameter axes: for each target axis, the source axis that it runs along.
private func withOrderedAxes<Value: BitwiseCopyable>(
  _ source: UnsafePointer<Value>, _ map: GridMap, _ axes: SIMD3<Int>,
  _ body: (UnsafePointer<Value>, GridMap) -> Void
) {
  guard axes != SIMD3(0, 1, 2) else { return body(source, map) }
  let count = map.source.x * map.source.y * map.source.z
  let order = (0..<3).map { (axis: axes[$0], flipped: false) }
  permuted(
    UnsafeBufferPointer(start: source, count: count), channels: 1, size: map.source, axes: order
  ).withUnsafeBufferPointer { body($0.baseAddress!, map.exchangingSourceAxes(axes)) }
}
