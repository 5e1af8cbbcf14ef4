import Parallel
import Testing

@testable import ConvNet

/// The gradient of weights through the wrapper; Tests/ConvKernelsTests has the kernels' own.
@Suite struct WeightGradientTests {
  /// A batch of feature maps of made numbers.
  private func maps(
    images: Int, channels: Int, _ size: Triple
  ) throws -> (memory: [AlignedFloats], views: [FeatureView]) {
    let voxels = size.z * size.y * size.x
    let blocks = (channels + 7) / 8
    let made = Tensor(made: images * channels, size)
    var memory: [AlignedFloats] = []
    var views: [FeatureView] = []
    for image in 0..<images {
      let floats = try AlignedFloats(count: blocks * voxels * 8)
      floats.pointer.update(repeating: 0, count: floats.count)
      for channel in 0..<channels {
        for voxel in 0..<voxels {
          floats.pointer[(channel / 8 * voxels + voxel) * 8 + channel % 8] =
            made.values[(image * channels + channel) * voxels + voxel]
        }
      }
      memory.append(floats)
      views.append(
        FeatureView(
          data: floats.pointer, channels: channels, size: size, blockStride: voxels * 8,
          zStride: size.y * size.x * 8, yStride: size.x * 8, xStride: 8))
    }
    return (memory, views)
  }

  @Test(arguments: [1, 2, 3, 4], [true, false])
  func groups(groups: Int, strict: Bool) throws {
    let (images, inputs, outputs) = (2, 6 * groups, 4 * groups)
    let (size, read) = (Triple(3, 4, 5), Triple(5, 6, 7))
    let input = try maps(images: images, channels: inputs, read)
    let delta = try maps(images: images, channels: outputs, size)
    let gradient = WeightGradient(
      inputs: inputs, outputs: outputs, kernel: Triple(repeating: 3), stride: .one,
      dilation: .one, groups: groups, options: Executor.Options(strict: strict))
    let found = try gradient.compute(
      inputs: input.views, deltas: delta.views, workers: Workers(count: 1))
    #expect(
      try found
        == gradient.compute(inputs: input.views, deltas: delta.views, workers: Workers(count: 3)))
    try #require(found.count == outputs * 6 * 27)
    var (error, norm) = (0.0, 0.0)
    for (index, value) in found.enumerated() {
      let (out, from, tap) = (index / 27 / 6, index / 27 % 6 + index / 27 / 24 * 6, index % 27)
      var sum = 0.0
      for image in 0..<images {
        for z in 0..<size.z {
          for y in 0..<size.y {
            for x in 0..<size.x {
              let a = input.views[image].address(
                from / 8, z + tap / 9, y + tap / 3 % 3, x + tap % 3)
              let b = delta.views[image].address(out / 8, z, y, x)
              sum += Double(a[from % 8]) * Double(b[out % 8])
            }
          }
        }
      }
      error += (Double(value) - sum) * (Double(value) - sum)
      norm += sum * sum
    }
    #expect((error / norm).squareRoot() < (strict ? 1e-6 : 5e-6))
    withExtendedLifetime((input.memory, delta.memory)) {}
  }
}
