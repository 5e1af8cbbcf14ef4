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
  private static let slab = 8

  /// The bytes that ``run(tiles:region:on:into:progress:)`` holds.
  func memory(for region: VoxelBox) throws -> Int {
    let join = joinSize(region.size)
    let whole = joinSize(
      SIMD3(min(tile, region.size.x), min(tile, region.size.y), min(tile, region.size.z)))
    let joinedChannels = network.trunk.network.description.input.channels
    var perTile = 4 * joinedChannels * whole.z * whole.y * whole.x
    perTile += try network.trunk.runMemory(inputSize: whole)
    perTile +=
      try network.branches.map {
        try $0.executor.runMemory(inputSize: sampledSize($0, join: whole))
      }.max() ?? 0
    return try 4 * streamedChannels * ringDepth * join.y * join.x
      + network.streamed.streamMemory(
        inputSize: network.joinGeometry.inputSize(for: join), slab: TiledBranches.slab)
      + workers.count * perTile
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
    // The slices that the layer of tiles in turn needs: slice s is at s % ringDepth.
    var ring = Tensor(channels: streamedChannels, size: Triple(ringDepth, join.y, join.x))
    var done = 0
    try network.streamed.stream(
      inputSize: network.joinGeometry.inputSize(for: join), slab: TiledBranches.slab,
      workers: workers,
      input: { slices in
        source.tensor(
          for: join, at: joinLow, network.joinGeometry, slices: slices, workers: workers)
      },
      output: { slab in
        slab.copy(to: &ring) { $0 % ringDepth }
        while let layer = layers.last {
          let depth = extent(layer[0], 2, region) + network.trunkGeometry.shrinkage.z
          guard layer[0].z - region.low.z + depth <= slab.first + slab.size.z else { break }
          let outputs = try compute(layer, region, ring, joinLow: joinLow, source)
          for (low, output) in zip(layer, outputs) {
            result.write(output, at: low, workers: workers)
          }
          done += layer.count
          progress(Double(done) / Double(tiles.count))
          layers.removeLast()
        }
      })
  }

  /// Computes tiles, each by one worker.
  private func compute(
    _ tiles: [SIMD3<Int>], _ region: VoxelBox, _ ring: Tensor, joinLow: SIMD3<Int>,
    _ source: EdgeContinuedImage
  ) throws -> [Tensor] {
    try workers.map(tiles.count) { index in
      let low = tiles[index]
      let size = SIMD3(
        extent(low, 0, region), extent(low, 1, region), extent(low, 2, region))
      return try compute(low, size: size, ring, joinLow: joinLow, source)
    }
  }

  /// The channels of the streamed pathways.
  private var streamedChannels: Int {
    network.parts.reduce(0) {
      if case .streamed(let channels) = $1 { $0 + channels } else { $0 }
    }
  }

  /// What a layer of tiles needs, and the slab that completes it.
  private var ringDepth: Int {
    tile + network.trunkGeometry.shrinkage.z + TiledBranches.slab
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
    _ low: SIMD3<Int>, size: SIMD3<Int>, _ ring: Tensor, joinLow: SIMD3<Int>,
    _ source: EdgeContinuedImage
  ) throws -> Tensor {
    let join = joinSize(size)
    let reach = network.trunkGeometry.low
    let first = low &- SIMD3(reach.x, reach.y, reach.z)
    let offset = first &- joinLow
    let image = network.joinGeometry.low
    let alone = Workers(count: 1)
    let features = try network.branches.map { branch in
      let origin =
        first &- SIMD3(image.x, image.y, image.z)
        &+ SIMD3(branch.origin.x, branch.origin.y, branch.origin.z)
      return try branch.executor.run(
        source.samples(
          from: origin, step: branch.factor, size: sampledSize(branch, join: join),
          workers: alone), workers: alone)
    }
    let channels = network.trunk.network.description.input.channels
    let joined = Tensor(channels: channels, size: join) { values in
      var channel = 0
      var streamedChannel = 0
      for part in network.parts {
        switch part {
        case .streamed(let count):
          for _ in 0..<count {
            values.setChannel(
              channel, of: join, from: ring, channel: streamedChannel,
              at: Triple(offset.z, offset.y, offset.x))
            channel += 1
            streamedChannel += 1
          }
        case .branch(let number):
          for own in 0..<network.branches[number].channels {
            values.setChannel(
              channel, of: join, from: features[number], channel: own,
              at: Triple(repeating: 0))
            channel += 1
          }
        }
      }
    }
    return try network.trunk.run(joined, workers: alone)
  }
}

extension UnsafeMutableBufferPointer<Float> {
  /// Sets a channel of a tensor's values to a part of another tensor's channel.
  ///
  /// - Parameters:
  ///   - size: the tensor's extent.
  ///   - place: the part's first voxel; its slices go on at the other's first after its last.
  fileprivate func setChannel(
    _ channel: Int, of size: Triple, from source: Tensor, channel sourceChannel: Int,
    at place: Triple
  ) {
    source.values.withUnsafeBufferPointer { values in
      guard let target = baseAddress, let base = values.baseAddress else { return }
      for z in 0..<size.z {
        let slice = sourceChannel * source.size.z + (place.z + z) % source.size.z
        for y in 0..<size.y {
          let from = (slice * source.size.y + place.y + y) * source.size.x + place.x
          let to = ((channel * size.z + z) * size.y + y) * size.x
          (target + to).update(from: base + from, count: size.x)
        }
      }
    }
  }
}
