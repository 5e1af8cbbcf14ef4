import Parallel
import Volumes

/// A box of voxels of an image that goes on without end.
///
/// Filters take from it what they need: a filter that reaches `r` voxels gives a block that is by `r`
/// smaller on the sides it reaches to, so the box that is to remain is first made larger.
struct Block<Number: BinaryFloatingPoint & BitwiseCopyable & Sendable>: Sendable {
  /// The place of the first voxel and the one past the last.
  let box: VoxelBox
  /// The voxels; the first axis is fastest.
  let voxels: [Number]

  init(box: VoxelBox, voxels: [Number]) {
    self.box = box
    self.voxels = voxels
  }

  /// The box of an image, which may reach beyond it.
  ///
  /// - Parameters:
  ///   - size: the size of the image in voxels.
  ///   - index: the place within the image that stands for a position along an axis, or nil for 0.
  init<Sample: BinaryFloatingPoint & BitwiseCopyable & Sendable>(
    of voxels: [Sample], size: SIMD3<Int>, box: VoxelBox, workers: Workers,
    index: (_ position: Int, _ axis: Int) -> Int?
  ) {
    let places = (0..<3).map { axis in
      (box.low[axis]..<box.high[axis]).map { index($0, axis) ?? -1 }
    }
    let extent = box.size
    self.box = box
    self.voxels = [Number](unsafeUninitializedCapacity: extent.x * extent.y * extent.z) {
      target, initialized in
      nonisolated(unsafe) let target = target.baseAddress!
      voxels.withUnsafeBufferPointer { source in
        nonisolated(unsafe) let source = source.baseAddress!
        workers.forEach(extent.z) { z, _ in
          for y in 0..<extent.y {
            let row = target + (z * extent.y + y) * extent.x
            let (j, k) = (places[1][y], places[2][z])
            guard j >= 0, k >= 0 else {
              row.initialize(repeating: 0, count: extent.x)
              continue
            }
            let line = source + (k * size.y + j) * size.x
            for x in 0..<extent.x {
              let i = places[0][x]
              (row + x).initialize(to: i >= 0 ? Number(line[i]) : 0)
            }
          }
        }
      }
      initialized = extent.x * extent.y * extent.z
    }
  }

  /// The block after a filter along an axis, smaller by the filter's reach.
  ///
  /// Each sum is formed in the order of the taps, starting from the first product.
  ///
  /// - Parameter period: where not nil, the image repeats itself so along the axis, and the taps that
  ///   reach beyond its end are summed first and in reverse, as PyWavelets does: the same bits.
  func filtered(
    _ taps: Taps<Number>, axis: Int, period: Int? = nil, workers: Workers
  ) -> Block {
    let reach = taps.reach
    var (low, high) = (box.low, box.high)
    low[axis] -= reach.lowerBound
    high[axis] -= reach.upperBound
    guard let rest = VoxelBox(low: low, high: high) else {
      preconditionFailure("a filter reaches beyond the block")
    }
    let (size, result) = (box.size, rest.size)
    // Along x the rows are filtered one by one; along y and z whole rows and planes are summed up.
    let stride = [1, size.x, size.x * size.y][axis]
    let width = axis == 0 ? result.x : stride
    let inner = axis == 0 ? size.y : result[axis]
    let outer = axis == 0 ? size.z : axis == 1 ? size.z : 1
    let outerStep = axis == 0 ? size.x * size.y : axis == 1 ? size.x * size.y : 0
    let innerStep = axis == 0 ? size.x : stride
    // The order of the taps where so many reach beyond the end.
    let orders = (0...(period == nil ? 0 : max(0, taps.offsets.count { $0 >= 0 }))).map { beyond in
      let order = (0..<beyond).reversed() + Array(beyond..<taps.offsets.count)
      return (
        places: order.map { (taps.offsets[$0] - reach.lowerBound) * stride },
        weights: order.map { taps.weights[$0] }
      )
    }
    // The number of taps that reach beyond the end from each place in the result.
    let beyond = (0..<result[axis]).map { place in
      guard let period else { return 0 }
      let position = (rest.low[axis] + place) % period
      return max(0, (position < 0 ? position + period : position) + reach.upperBound - period + 1)
    }
    // Along x, the places of each row whose taps have another order.
    let reordered = axis == 0 ? beyond.indices.filter { beyond[$0] > 1 } : []
    let count = result.x * result.y * result.z
    let filtered = [Number](unsafeUninitializedCapacity: count) { target, initialized in
      nonisolated(unsafe) let target = target.baseAddress!
      voxels.withUnsafeBufferPointer { source in
        nonisolated(unsafe) let source = source.baseAddress!
        let chunk = max(1, 32_768 / width)
        workers.forEachRange(of: outer * inner, chunk: chunk) { lines, _ in
          for line in lines {
            let (far, near) = (line / inner, line % inner)
            let row = source + far * outerStep + near * innerStep
            func sum(_ order: (places: [Int], weights: [Number]), from place: Int, count: Int) {
              order.places.withUnsafeBufferPointer { places in
                order.weights.withUnsafeBufferPointer { weights in
                  weightedSum(
                    of: row + place, at: places, weights: weights,
                    into: target + line * width + place, count: count)
                }
              }
            }
            sum(orders[axis == 0 ? 0 : beyond[near]], from: 0, count: width)
            for place in reordered { sum(orders[beyond[place]], from: place, count: 1) }
          }
        }
      }
      initialized = count
    }
    return Block(box: rest, voxels: filtered)
  }

  /// The part in a box, which lies within the block.
  func cropped(to part: VoxelBox, workers: Workers) -> Block {
    if part == box { return self }
    let low = box.low
    return Block(of: voxels, size: box.size, box: part, workers: workers) { position, axis in
      position - low[axis]
    }
  }
}

/// Sums of rows of numbers, each with a weight.
@inline(__always)
private func weightedSum<Number: BinaryFloatingPoint>(
  of source: UnsafePointer<Number>, at places: UnsafeBufferPointer<Int>,
  weights: UnsafeBufferPointer<Number>, into target: UnsafeMutablePointer<Number>, count: Int
) {
  // Pieces that stay in the first cache while the taps pass over them.
  var start = 0
  while start < count {
    let width = min(512, count - start)
    let (out, rows) = (target + start, source + start)
    let (first, weight) = (rows + places[0], weights[0])
    for x in 0..<width { out[x] = weight * first[x] }
    var tap = 1
    while tap + 4 <= places.count {
      let (a, b) = (rows + places[tap], rows + places[tap + 1])
      let (c, d) = (rows + places[tap + 2], rows + places[tap + 3])
      let (u, v) = (weights[tap], weights[tap + 1])
      let (w, z) = (weights[tap + 2], weights[tap + 3])
      for x in 0..<width {
        out[x] = (((out[x] + u * a[x]) + v * b[x]) + w * c[x]) + z * d[x]
      }
      tap += 4
    }
    while tap < places.count {
      let (row, weight) = (rows + places[tap], weights[tap])
      for x in 0..<width { out[x] += weight * row[x] }
      tap += 1
    }
    start += width
  }
}
