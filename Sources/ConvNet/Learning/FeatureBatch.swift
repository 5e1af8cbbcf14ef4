import Parallel

/// The feature maps of a batch's images, all of one size, in blocks of 8 channels, each with a border
/// of zeros.
///
/// The lanes beyond the channels of the last block hold zeros.
final class FeatureBatch: @unchecked Sendable {
  /// The number of images.
  let count: Int
  /// The border around each map.
  let low: Triple
  let high: Triple
  private let memory: PooledFloats
  private let first: FeatureView
  private let imageStride: Int

  var channels: Int { first.channels }
  var size: Triple { first.size }
  var blocks: Int { first.blocks }

  /// Maps that hold anything inside of their borders.
  init(
    count: Int, channels: Int, size: Triple, low: Triple = .zero, high: Triple = .zero,
    pool: MemoryPool, workers: Workers
  ) throws {
    let whole = Triple { low[$0] + size[$0] + high[$0] }
    let blocks = (channels + 7) / 8
    let yStride = whole.x * 8
    let zStride = whole.y * yStride
    let blockStride = whole.z * zStride
    memory = try pool.take(count * blocks * blockStride)
    self.count = count
    (self.low, self.high) = (low, high)
    imageStride = blocks * blockStride
    first = FeatureView(
      data: memory.pointer + low.z * zStride + low.y * yStride + low.x * 8, channels: channels,
      size: size, blockStride: blockStride, zStride: zStride, yStride: yStride, xStride: 8)
    guard low != .zero || high != .zero else { return }
    for image in 0..<count {
      Copying.fillBorder(
        of: self[image], low: low, high: high, mode: .zero, slices: 0..<size.z, workers: workers)
    }
  }

  /// Another way of looking at a batch, without borders.
  private init(_ whole: FeatureBatch, _ first: FeatureView) {
    memory = whole.memory
    count = whole.count
    (low, high) = (.zero, .zero)
    imageStride = whole.imageStride
    self.first = first
  }

  /// One image's map without its border.
  subscript(image: Int) -> FeatureView {
    var view = first
    view.data += image * imageStride
    return view
  }

  /// All maps.
  var views: [FeatureView] { (0..<count).map { self[$0] } }

  /// All maps with a part of their borders.
  func views(low: Triple, high: Triple) -> [FeatureView] {
    views.map {
      $0.window(
        offset: Triple { -low[$0] }, size: Triple { low[$0] + size[$0] + high[$0] })
    }
  }

  /// Every step-th voxel from an offset on.
  func window(offset: Triple, step: Triple, size: Triple) -> FeatureBatch {
    FeatureBatch(self, first.window(offset: offset, step: step, size: size))
  }

  /// Sets all voxels inside of the borders to zero.
  func clear(workers: Workers) {
    forEachRow(workers: workers) { image, block, z, y in
      let to = self[image].address(block, z, y)
      for x in 0..<self.size.x { (to + x * self[image].xStride).vector = .zero }
    }
  }

  /// Calls `body` for every row of every block.
  func forEachRow(
    workers: Workers, _ body: @Sendable (_ image: Int, _ block: Int, _ z: Int, _ y: Int) -> Void
  ) {
    let (blocks, size) = (blocks, size)
    workers.forEach(count * blocks * size.z) { task, _ in
      for y in 0..<size.y {
        body(task / size.z / blocks, task / size.z % blocks, task % size.z, y)
      }
    }
  }
}
