internal import ConvNet
internal import Parallel
internal import Volumes

/// Scans that go on beyond their border with their edge values.
struct EdgeContinuedImage {
  /// One scan a channel, all on one grid.
  let channels: [Volume]

  /// What a network needs for a box of its output, or some slices of that.
  func tensor(
    for output: Triple, at low: SIMD3<Int>, _ network: ValidNetwork, slices: Range<Int>? = nil,
    workers: Workers
  ) -> Tensor {
    let whole = network.inputSize(for: output)
    let slices = slices ?? 0..<whole.z
    return samples(
      from: low &- SIMD3(network.low.x, network.low.y, network.low.z - slices.lowerBound),
      step: Triple(repeating: 1), size: Triple(slices.count, whole.y, whole.x), workers: workers)
  }

  /// Every n-th voxel of a box.
  func samples(
    from first: SIMD3<Int>, step: Triple, size: Triple, workers: Workers
  ) -> Tensor {
    let geometry = channels[0].geometry
    let last = geometry.size &- 1
    let columns = (0..<size.x).map { min(max(first.x + $0 * step.x, 0), last.x) }
    return Tensor(channels: channels.count, size: size) { values in
      guard let base = values.baseAddress else { return }
      nonisolated(unsafe) let target = base
      workers.forEach(channels.count * size.z) { task, _ in
        let k = min(max(first.z + task % size.z * step.z, 0), last.z)
        channels[task / size.z].samples.withUnsafeBufferPointer { samples in
          columns.withUnsafeBufferPointer { columns in
            for y in 0..<size.y {
              let j = min(max(first.y + y * step.y, 0), last.y)
              let source = geometry.offset(0, j, k)
              let row = target + (task * size.y + y) * size.x
              for x in 0..<size.x { row[x] = samples[source + columns[x]] }
            }
          }
        }
      }
    }
  }
}
