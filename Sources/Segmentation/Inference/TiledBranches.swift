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
  private static let slab = 4

  /// The bytes that ``run(tiles:region:on:into:progress:)`` holds.
  func memory(for region: VoxelBox) throws -> Int {
    let join = joinSize(region.size)
    let whole = joinSize(
      SIMD3(min(tile, region.size.x), min(tile, region.size.y), min(tile, region.size.z)))
    var perTile = try network.trunk.runMemory(inputSize: whole)
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
  ///   - mask: where results are wanted.
  func run(
    tiles: [SIMD3<Int>], region: VoxelBox, mask: Mask, on source: EdgeContinuedImage,
    into result: inout ResultGrid, progress: (Double) -> Void
  ) throws {
    let lowest = network.trunkGeometry.low
    let join = joinSize(region.size)
    // The place of the join's first voxel in the image.
    let joinLow = region.low &- SIMD3(lowest.x, lowest.y, lowest.z)
    let tiles = tiles.map { Tile(low: $0, extent: tile, region: region, mask: mask) }
    var layers = Dictionary(grouping: tiles, by: \.low.z).sorted { $0.key < $1.key }.map(\.value)
    layers.reverse()
    let wanted = try wantedJoin(for: tiles, size: join, at: joinLow)
    // The slices that the layer of tiles in turn needs: slice s is at s % ringDepth.
    // Only what is wanted is ever set.
    var ring = Tensor(
      channels: streamedChannels, size: Triple(ringDepth, join.y, join.x), settingAll: { _ in })
    var done = 0
    try network.streamed.stream(
      inputSize: network.joinGeometry.inputSize(for: join), slab: TiledBranches.slab,
      wanted: wanted, workers: workers,
      input: { slices in
        source.tensor(
          for: join, at: joinLow, network.joinGeometry, slices: slices, workers: workers)
      },
      output: { slab in
        slab.copy(to: &ring) { $0 % ringDepth }
        while let layer = layers.last {
          let depth = layer[0].size.z + network.trunkGeometry.shrinkage.z
          guard layer[0].low.z - region.low.z + depth <= slab.first + slab.size.z else { break }
          let outputs = try workers.map(layer.count) { [ring] index in
            try compute(layer[index], ring, joinLow: joinLow, source)
          }
          for (tile, output) in zip(layer, outputs) {
            result.write(output, at: tile.low, workers: workers)
          }
          done += layer.count
          progress(Double(done) / Double(tiles.count))
          layers.removeLast()
        }
      })
  }

  /// A tile's part of the region.
  private struct Tile {
    let low: SIMD3<Int>
    let size: SIMD3<Int>
    /// The voxels of the mask, and those between them in a row.
    let wanted: WantedVoxels

    init(low: SIMD3<Int>, extent: Int, region: VoxelBox, mask: Mask) {
      self.low = low
      size = pointwiseMin(SIMD3(repeating: extent), region.high &- low)
      var wanted = WantedVoxels(none: Triple(size.z, size.y, size.x))
      for z in 0..<size.z {
        for y in 0..<size.y {
          let start = mask.geometry.offset(low.x, low.y + y, low.z + z)
          let row = mask.voxels[start..<start + size.x]
          guard let first = row.firstIndex(of: true), let last = row.lastIndex(of: true) else {
            continue
          }
          wanted.insert(z, y, first - start..<last - start + 1)
        }
      }
      self.wanted = wanted
    }
  }

  /// What the tiles need of the join.
  ///
  /// - Parameter joinLow: the place of the join's first voxel in the image.
  private func wantedJoin(
    for tiles: [Tile], size: Triple, at joinLow: SIMD3<Int>
  ) throws -> WantedVoxels {
    let parts = try workers.map(tiles.count) { index in
      try network.trunk.wantedInput(
        size: joinSize(tiles[index].size), wanted: tiles[index].wanted,
        workers: Workers(count: 1))
    }
    var wanted = WantedVoxels(none: size)
    for (tile, part) in zip(tiles, parts) {
      wanted.formUnion(part, at: Triple(place(of: tile) &- joinLow))
    }
    return wanted
  }

  /// The place in the image of the first voxel of a tile's part of the join.
  private func place(of tile: Tile) -> SIMD3<Int> {
    let low = network.trunkGeometry.low
    return tile.low &- SIMD3(low.x, low.y, low.z)
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

  /// Computes a tile.
  private func compute(
    _ tile: Tile, _ ring: Tensor, joinLow: SIMD3<Int>, _ source: EdgeContinuedImage
  ) throws -> Tensor {
    let join = joinSize(tile.size)
    let first = place(of: tile)
    let image = network.joinGeometry.low
    let alone = Workers(count: 1)
    var streamedChannel = 0
    let parts = try network.parts.map { part in
      switch part {
      case .streamed(let count):
        streamedChannel += count
        return TensorPart(
          ring, channels: streamedChannel - count..<streamedChannel,
          origin: Triple(first &- joinLow))
      case .branch(let number):
        let branch = network.branches[number]
        let origin =
          first &- SIMD3(image.x, image.y, image.z)
          &+ SIMD3(branch.origin.x, branch.origin.y, branch.origin.z)
        let features = try branch.executor.run(
          source.samples(
            from: origin, step: branch.factor, size: sampledSize(branch, join: join),
            workers: alone), workers: alone)
        return TensorPart(features)
      }
    }
    return try network.trunk.run(parts, size: join, wanted: tile.wanted, workers: alone)
  }
}

extension Triple {
  /// The place of a voxel (i, j, k).
  fileprivate init(_ voxel: SIMD3<Int>) {
    self.init(voxel.z, voxel.y, voxel.x)
  }
}
