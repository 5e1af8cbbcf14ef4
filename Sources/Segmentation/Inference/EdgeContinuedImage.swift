internal import ConvNet
internal import Volumes

/// A scan that goes on beyond its border with its edge values.
struct EdgeContinuedImage {
  let scans: Volume

  /// What a network needs for a box of its output, or some slices of that.
  func tensor(
    for output: Triple, at low: SIMD3<Int>, _ network: ValidNetwork, slices: Range<Int>? = nil
  ) -> Tensor {
    let whole = network.inputSize(for: output)
    let slices = slices ?? 0..<whole.z
    return samples(
      from: low &- SIMD3(network.low.x, network.low.y, network.low.z - slices.lowerBound),
      step: Triple(repeating: 1), size: Triple(slices.count, whole.y, whole.x))
  }

  /// Every n-th voxel of a box.
  func samples(from first: SIMD3<Int>, step: Triple, size: Triple) -> Tensor {
    let last = scans.geometry.size &- 1
    let count = scans.geometry.voxelCount
    let columns = (0..<size.x).map { min(max(first.x + $0 * step.x, 0), last.x) }
    var tensor = Tensor(channels: scans.channels, size: size)
    tensor.values.withUnsafeMutableBufferPointer { values in
      scans.samples.withUnsafeBufferPointer { samples in
        columns.withUnsafeBufferPointer { columns in
          var row = 0
          for channel in 0..<scans.channels {
            for z in 0..<size.z {
              let k = min(max(first.z + z * step.z, 0), last.z)
              for y in 0..<size.y {
                let j = min(max(first.y + y * step.y, 0), last.y)
                let source = channel * count + scans.geometry.offset(0, j, k)
                for x in 0..<size.x { values[row + x] = samples[source + columns[x]] }
                row += size.x
              }
            }
          }
        }
      }
    }
    return tensor
  }
}
