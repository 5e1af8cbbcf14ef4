internal import ConvNet
internal import Parallel
internal import Volumes

/// Computes a network in overlapping windows over the box that holds the mask.
struct WindowedInference {
  let executor: Executor
  /// The window's extent.
  let patch: Triple
  /// The largest step between windows as a fraction of the patch.
  let step: Double
  /// The standard deviation of the weights as a fraction of the patch; nil for equal weights.
  let gaussian: Double?
  /// The axes along which windows are also seen mirrored.
  let mirror: [Int]
  /// The most bytes for feature maps.
  let memory: Int
  let workers: Workers

  func run(
    on prepared: PreparedScans, into result: inout ResultGrid, progress: (Double) -> Void
  ) throws {
    guard let box = prepared.mask.boundingBox else { return }
    let needed = try executor.runMemory(inputSize: patch)
    guard needed <= memory else {
      throw SegmentationError.memory(
        needed: needed, budget: memory,
        remedy: "raise --memory; the model needs it for one window")
    }
    // A box that is smaller than the patch is padded with zeros, the odd voxel at the end.
    let least = SIMD3(patch.x, patch.y, patch.z)
    let lacking = (least &- box.size).replacing(with: 0, where: least .< box.size)
    let low = box.low &- SIMD3(lacking.x / 2, lacking.y / 2, lacking.z / 2)
    guard let padded = VoxelBox(low: low, high: low &+ box.size &+ lacking) else { return }
    let channels = try workers.map(prepared.channels.count) { index in
      let part = try prepared.channels[index].cropped(to: box)
      return try part.cropped(
        to: VoxelBox(low: low &- box.low, high: padded.high &- box.low)
          ?? VoxelBox(part.geometry)
      ).samples
    }
    let image = Tensor(
      channels: channels.count, size: Triple(padded.size.z, padded.size.y, padded.size.x),
      values: Array(channels.joined()))
    let windows = SlidingWindows(
      size: image.size, patch: patch, step: step, gaussian: gaussian, mirror: mirror)
    let output = try windows.run(
      on: image, channels: result.output.values.count, workers: workers,
      finished: { progress(Double($0) / Double(windows.count)) },
      network: { try executor.run($0, workers: workers) })
    result.write(output, at: low, workers: workers)
  }
}
