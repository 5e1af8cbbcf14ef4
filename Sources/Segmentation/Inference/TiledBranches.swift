internal import ConvNet
internal import Parallel
internal import Volumes

/// Computes a branched network in tiles: what does not depend on tiles once for the region, the rest
/// for each tile. The result is that of separate tiles.
struct TiledBranches {
  let network: BranchedNetwork
  /// The extent of tiles, which begin at multiples of it.
  let tile: Int
  let workers: Workers

  /// Slices that the streamed pathways compute at once.
  private static let slab = 16

  /// The bytes that ``run(tiles:region:scans:into:progress:)`` holds.
  func memory(for region: VoxelBox) throws -> Int {
    let join = joinSize(region.size)
    let geometry = network.joinGeometry
    let channels = network.parts.reduce(0) {
      if case .streamed(let channels) = $1 { $0 + channels } else { $0 }
    }
    let slices = min(join.z, tile + network.trunkGeometry.shrinkage.z + 2 * TiledBranches.slab)
    let whole = SIMD3(
      min(tile, region.size.x), min(tile, region.size.y), min(tile, region.size.z))
    var bytes = 4 * channels * slices * join.y * join.x
    bytes += try network.streamed.streamMemory(
      inputSize: geometry.inputSize(for: join), slab: TiledBranches.slab)
    bytes += try network.trunk.runMemory(inputSize: joinSize(whole))
    for branch in network.branches {
      bytes += try branch.executor.runMemory(inputSize: sampledSize(branch, join: joinSize(whole)))
    }
    return bytes
  }

  /// - Parameters:
  ///   - tiles: the first voxels of the tiles to compute.
  ///   - region: from the first tile on as far as results are wanted.
  func run(
    tiles: [SIMD3<Int>], region: VoxelBox, on source: EdgeContinuedImage,
    into result: inout ResultGrid, progress: (Double) -> Void
  ) throws {
    let lowest = network.trunkGeometry.low
    let join = joinSize(region.size)
    // The place of the join's first voxel in the image.
    let joinLow = region.low &- SIMD3(lowest.x, lowest.y, lowest.z)
    var layers = Dictionary(grouping: tiles, by: \.z).sorted { $0.key < $1.key }.map(\.value)
    layers.reverse()
    var slabs: [(first: Int, values: Tensor)] = []
    var done = 0
    try network.streamed.stream(
      inputSize: network.joinGeometry.inputSize(for: join), slab: TiledBranches.slab,
      workers: workers,
      input: { slices in
        source.tensor(for: join, at: joinLow, network.joinGeometry, slices: slices)
      },
      output: { first, values in
        slabs.append((first, values))
        while let layer = layers.last {
          let depth = extent(layer[0], 2, region) + network.trunkGeometry.shrinkage.z
          let start = layer[0].z - region.low.z
          guard start + depth <= first + values.size.z else { break }
          for low in layer {
            try compute(
              low,
              size: SIMD3(
                extent(low, 0, region), extent(low, 1, region), extent(low, 2, region)),
              slabs: slabs, joinLow: joinLow, source: source, into: &result)
            done += 1
            progress(Double(done) / Double(tiles.count))
          }
          layers.removeLast()
        }
        // What no later layer reads.
        let next = layers.last.map { $0[0].z - region.low.z } ?? Int.max
        slabs.removeAll { $0.first + $0.values.size.z <= next }
      })
  }

  /// The extent of a tile that lies in the region.
  private func extent(_ low: SIMD3<Int>, _ axis: Int, _ region: VoxelBox) -> Int {
    min(tile, region.high[axis] - low[axis])
  }

  private func joinSize(_ output: SIMD3<Int>) -> Triple {
    network.trunkGeometry.inputSize(for: Triple(output.z, output.y, output.x))
  }

  /// The number of voxels that a branch sees for a part of the join.
  private func sampledSize(_ branch: BranchedNetwork.Branch, join: Triple) -> Triple {
    let image = network.joinGeometry.inputSize(for: join)
    func count(_ axis: Int) -> Int {
      let seen = image[axis] - branch.origin[axis] - branch.unseen[axis]
      return (seen + branch.factor[axis] - 1) / branch.factor[axis]
    }
    return Triple(count(0), count(1), count(2))
  }

  private func compute(
    _ low: SIMD3<Int>, size: SIMD3<Int>, slabs: [(first: Int, values: Tensor)],
    joinLow: SIMD3<Int>, source: EdgeContinuedImage, into result: inout ResultGrid
  ) throws {
    let join = joinSize(size)
    let reach = network.trunkGeometry.low
    let first = low &- SIMD3(reach.x, reach.y, reach.z)
    let offset = first &- joinLow
    let features = try network.branches.map { branch in
      let image = network.joinGeometry.low
      let origin =
        first &- SIMD3(image.x, image.y, image.z)
        &+ SIMD3(branch.origin.x, branch.origin.y, branch.origin.z)
      return try branch.executor.run(
        source.samples(
          from: origin, step: branch.factor, size: sampledSize(branch, join: join)),
        workers: workers)
    }
    let channels = network.trunk.network.description.input.channels
    var joined = Tensor(channels: channels, size: join)
    var channel = 0
    var streamedChannel = 0
    for part in network.parts {
      switch part {
      case .streamed(let count):
        for slab in slabs {
          // Slices of this slab that the tile needs, counted in the tile.
          let from = max(0, slab.first - offset.z)
          let to = min(join.z, slab.first + slab.values.size.z - offset.z)
          guard from < to else { continue }
          joined.copy(
            from: slab.values, channels: streamedChannel..<streamedChannel + count,
            at: Triple(from + offset.z - slab.first, offset.y, offset.x), toChannel: channel,
            at: from, slices: to - from, workers: workers)
        }
        streamedChannel += count
        channel += count
      case .branch(let number):
        let count = network.branches[number].channels
        joined.copy(
          from: features[number], channels: 0..<count, at: Triple(repeating: 0),
          toChannel: channel, at: 0, slices: join.z, workers: workers)
        channel += count
      }
    }
    result.write(try network.trunk.run(joined, workers: workers), at: low, workers: workers)
  }
}

extension Tensor {
  /// Copies some slices of some channels of a larger tensor, from a place on.
  fileprivate mutating func copy(
    from source: Tensor, channels: Range<Int>, at place: Triple, toChannel: Int, at slice: Int,
    slices: Int, workers: Workers
  ) {
    let size = self.size
    values.withUnsafeMutableBufferPointer { target in
      source.values.withUnsafeBufferPointer { values in
        guard let to = target.baseAddress, let from = values.baseAddress else { return }
        nonisolated(unsafe) let (target, values) = (to, from)
        workers.forEach(channels.count * slices) { task, _ in
          let (channel, z) = (task / slices, task % slices)
          for y in 0..<size.y {
            let from =
              (((channels.lowerBound + channel) * source.size.z + place.z + z) * source.size.y
                + place.y + y) * source.size.x + place.x
            let to = (((toChannel + channel) * size.z + slice + z) * size.y + y) * size.x
            (target + to).update(from: values + from, count: size.x)
          }
        }
      }
    }
  }
}
