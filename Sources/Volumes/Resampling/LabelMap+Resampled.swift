public import Parallel

extension LabelMap {
  /// The labels on another grid: for each voxel that of the nearest voxel; the background outside.
  public func resampled(to target: Geometry, workers: Workers) -> LabelMap {
    nearest(on: target, workers: workers)
  }

  /// The labels on another grid: for each voxel that label which has the largest share among the
  /// eight voxels around, each weighted as in linear interpolation; the smallest of equals.
  ///
  /// This is the linear interpolation of each label's mask and then the largest, as nnU-Net resamples
  /// segmentations; contours come out smoother than with the nearest voxel.
  public func resampledByMajority(to target: Geometry, workers: Workers) -> LabelMap {
    let map = GridMap(from: target, to: geometry)
    let size = map.source
    let result = [UInt16](unsafeUninitializedCapacity: target.voxelCount) { result, initialized in
      voxels.withUnsafeBufferPointer { voxels in
        nonisolated(unsafe) let source = voxels.baseAddress!
        ObliqueResampling(map: map, workers: workers).forEachRow(
          of: result.baseAddress!, outside: 0
        ) { result, j, k in
          map.forEachInside(j: j, k: k) { i, x, y, z in
            let (x0, x1, u) = GridMap.linear(x, size.x)
            let (y0, y1, v) = GridMap.linear(y, size.y)
            let (z0, z1, w) = GridMap.linear(z, size.z)
            let lowRow = source + (z0 * size.y + y0) * size.x
            let lowNextRow = source + (z0 * size.y + y1) * size.x
            let highRow = source + (z1 * size.y + y0) * size.x
            let highNextRow = source + (z1 * size.y + y1) * size.x
            result[i] = majority(
              SIMD8(
                lowRow[x0], lowRow[x1], lowNextRow[x0], lowNextRow[x1],
                highRow[x0], highRow[x1], highNextRow[x0], highNextRow[x1]),
              SIMD8(1 - u, u, 1 - u, u, 1 - u, u, 1 - u, u)
                * SIMD8(1 - v, 1 - v, v, v, 1 - v, 1 - v, v, v)
                * SIMD8(1 - w, 1 - w, 1 - w, 1 - w, w, w, w, w))
          }
        }
      }
      initialized = target.voxelCount
    }
    return replacing(result, on: target)
  }
}

/// The label with the largest share of the weights; the smallest of equals.
@inline(__always)
private func majority(_ labels: SIMD8<UInt16>, _ weights: SIMD8<Double>) -> UInt16 {
  guard labels != SIMD8(repeating: labels[0]) else { return labels[0] }
  var best = labels[0]
  var bestShare = -1.0
  for candidate in 0..<8 {
    let label = labels[candidate]
    var share = 0.0
    for index in 0..<8 where labels[index] == label { share += weights[index] }
    // Rounding must not decide between equals.
    let isEqual = abs(share - bestShare) <= GridMap.tolerance
    if isEqual ? label < best : share > bestShare { (best, bestShare) = (label, share) }
  }
  return best
}

extension Mask {
  /// The set on another grid: for each voxel whether the nearest voxel belongs to it; none outside.
  public func resampled(to target: Geometry, workers: Workers) -> Mask {
    nearest(on: target, workers: workers)
  }
}

extension Gridded {
  /// The values of the nearest voxels of the only channel; the background outside.
  fileprivate func nearest(on target: Geometry, workers: Workers) -> Self {
    let map = GridMap(from: target, to: geometry)
    let values = [Element](unsafeUninitializedCapacity: target.voxelCount) { result, initialized in
      elements.withUnsafeBufferPointer {
        resampleToNearest(
          $0.baseAddress!, map, into: result.baseAddress!, outside: Self.background,
          workers: workers)
      }
      initialized = target.voxelCount
    }
    return replacing(values, on: target)
  }
}
