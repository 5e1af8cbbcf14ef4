internal import ConvNet
internal import Parallel
internal import Volumes

/// Computes a network without padding over the box that holds the mask.
struct StreamedInference {
  let executor: Executor
  let network: ValidNetwork
  /// The box begins at multiples of so many voxels.
  let alignment: Int
  /// The most bytes for feature maps.
  let memory: Int
  let workers: Workers

  init(executor: Executor, alignment: Int, memory: Int, workers: Workers) throws {
    self.executor = executor
    self.alignment = alignment
    self.memory = memory
    self.workers = workers
    network = try ValidNetwork(executor.network.description)
  }

  /// Slices of the output that are computed at once, the best first: thick ones recompute nothing
  /// either, but fill the kernels better.
  private static let slabs = [32, 24, 16, 12, 8, 4]

  /// Streams the box slab by slab, in as few columns as memory allows.
  func run(
    on prepared: PreparedScans, into result: inout ResultGrid, progress: (Double) -> Void
  ) throws {
    guard let box = prepared.mask.boundingBox else { return }
    var low = box.low
    for axis in 0..<3 { low[axis] -= low[axis] % alignment }
    let size = box.high &- low
    let plan = try self.plan(for: size)
    let source = EdgeContinuedImage(channels: prepared.channels)
    let columns = StreamedInference.starts(size.y, plan.column.y).flatMap { y in
      StreamedInference.starts(size.x, plan.column.x).map { x in (x: x, y: y) }
    }
    for (number, column) in columns.enumerated() {
      let first = low &+ SIMD3(column.x, column.y, 0)
      let extent = Triple(
        size.z, min(plan.column.y, size.y - column.y), min(plan.column.x, size.x - column.x))
      func report(_ slices: Int) {
        progress((Double(number) + Double(slices) / Double(size.z)) / Double(columns.count))
      }
      guard executor.isStreamable else {
        let image = source.tensor(for: extent, at: first, network, workers: workers)
        result.write(try executor.run(image, workers: workers), at: first, workers: workers)
        report(size.z)
        continue
      }
      try executor.stream(
        inputSize: network.inputSize(for: extent), slab: plan.slab, workers: workers,
        input: {
          source.tensor(for: extent, at: first, network, slices: $0, workers: workers)
        },
        output: { slab in
          result.write(slab.tensor, at: first &+ SIMD3(0, 0, slab.first), workers: workers)
          report(slab.first + slab.size.z)
        })
    }
  }

  /// Computes tiles by themselves: those that hold some of the mask.
  ///
  /// - Parameter branched: the network cut at its join, by which most of the work is shared between
  ///   tiles where memory allows.
  func runTiles(
    of extent: Int, branched: BranchedNetwork?, on prepared: PreparedScans,
    into result: inout ResultGrid, progress: (Double) -> Void
  ) throws {
    guard let box = prepared.mask.boundingBox else { return }
    var tiles: [SIMD3<Int>] = []
    for k in box.low.z / extent...(box.high.z - 1) / extent {
      for j in box.low.y / extent...(box.high.y - 1) / extent {
        for i in box.low.x / extent...(box.high.x - 1) / extent {
          let low = SIMD3(i, j, k) &* extent
          if let tile = VoxelBox(low: low, high: low &+ extent),
            prepared.mask.hasVoxel(in: tile)
          {
            tiles.append(low)
          }
        }
      }
    }
    let source = EdgeContinuedImage(channels: prepared.channels)
    if let branched, let region = VoxelBox(low: box.low / extent &* extent, high: box.high) {
      let shared = TiledBranches(network: branched, tile: extent, workers: workers)
      if try shared.memory(for: region) <= memory {
        return try shared.run(
          tiles: tiles, region: region, mask: prepared.mask, on: source, into: &result,
          progress: progress)
      }
    }
    let size = Triple(repeating: extent)
    let needed = try executor.runMemory(inputSize: network.inputSize(for: size))
    guard needed <= memory else {
      throw SegmentationError.memory(
        needed: needed, budget: memory, remedy: "choose smaller tiles or raise --memory")
    }
    for (number, low) in tiles.enumerated() {
      let image = source.tensor(for: size, at: low, network, workers: workers)
      result.write(try executor.run(image, workers: workers), at: low, workers: workers)
      progress(Double(number + 1) / Double(tiles.count))
    }
  }

  /// The thickest slab that memory allows for the whole box, or else for half of it, a quarter, ...
  private func plan(for size: SIMD3<Int>) throws -> (column: SIMD2<Int>, slab: Int) {
    var column = SIMD2(size.x, size.y)
    while true {
      let inputSize = network.inputSize(for: Triple(size.z, column.y, column.x))
      var least = Int.max
      for slab in executor.isStreamable ? StreamedInference.slabs : [size.z] {
        let needed =
          try executor.isStreamable
          ? executor.streamMemory(inputSize: inputSize, slab: slab)
          : executor.runMemory(inputSize: inputSize)
        if needed <= memory { return (column, slab) }
        least = min(least, needed)
      }
      // Columns begin at multiples of the alignment too.
      let axis = column.x > column.y ? 0 : 1
      let half = (column[axis] / 2 + alignment - 1) / alignment * alignment
      guard half < column[axis] else {
        throw SegmentationError.memory(
          needed: least, budget: memory, remedy: "raise --memory or take a smaller model")
      }
      column[axis] = half
    }
  }

  private static func starts(_ size: Int, _ step: Int) -> [Int] {
    Array(stride(from: 0, to: size, by: step))
  }
}

extension Mask {
  fileprivate func hasVoxel(in box: VoxelBox) -> Bool {
    guard let box = box.clamped(to: geometry) else { return false }
    for k in box.low.z..<box.high.z {
      for j in box.low.y..<box.high.y {
        let start = geometry.offset(box.low.x, j, k)
        if voxels[start..<start + box.size.x].contains(true) { return true }
      }
    }
    return false
  }
}
