import Parallel
import Volumes

/// An image and how it goes on beyond its borders.
struct FilterSpace: Sendable {
  let size: SIMD3<Int>
  let spacing: SIMD3<Double>
  let boundary: Boundary
  /// The whole image.
  let whole: Block<Double>
  let workers: Workers

  init(image: Image, boundary: Boundary, workers: Workers) {
    size = image.geometry.size
    spacing = image.geometry.spacing
    self.boundary = boundary
    whole = Block(box: VoxelBox(image.geometry), voxels: image.intensities)
    self.workers = workers
  }

  /// A box of the image's continuation.
  ///
  /// - Parameter block: holds the image where the box lies within it; the whole extent of the axes along
  ///   which the box reaches beyond it.
  func extended(_ block: Block<Double>, to box: VoxelBox) -> Block<Double> {
    let low = block.box.low
    return Block(of: block.voxels, size: block.box.size, box: box, workers: workers) {
      position, axis in
      boundary.index(of: position, count: size[axis]).map { $0 - low[axis] }
    }
  }

  /// The part of the image that a filter needs for a box: along each axis, the box with the filter's
  /// reach or, where that is beyond the image, the image's extent.
  func needed(for box: VoxelBox, taps: [Taps<Double>]) -> VoxelBox {
    var (low, high) = (box.low, box.high)
    for (axis, taps) in taps.enumerated() {
      low[axis] += taps.reach.lowerBound
      high[axis] += taps.reach.upperBound
    }
    for axis in 0..<3 where low[axis] < 0 || high[axis] > size[axis] {
      (low[axis], high[axis]) = (0, size[axis])
    }
    return VoxelBox(low: low, high: high)!
  }

  /// The filtered image in a box.
  ///
  /// - Parameter taps: the filters along the first axes.
  func filtered(_ block: Block<Double>, by taps: [Taps<Double>], in box: VoxelBox)
    -> Block<Double>
  {
    var (low, high) = (box.low, box.high)
    for (axis, taps) in taps.enumerated() {
      low[axis] += taps.reach.lowerBound
      high[axis] += taps.reach.upperBound
    }
    var result = extended(block, to: VoxelBox(low: low, high: high)!)
    for (axis, taps) in taps.enumerated() {
      result = result.filtered(taps, axis: axis, workers: workers)
    }
    return result
  }
}
