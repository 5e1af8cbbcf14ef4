import Basics
import ConvNet
import Parallel
import Testing

/// Where only some voxels are wanted, they have the bits that they have when all are computed, and
/// nothing that memory held before gets into them.
@Suite("Wanted voxels alone are computed as if all were")
struct WantedVoxelsTests {
  @Test(arguments: 0..<150)
  func randomNetworks(seed: UInt64) throws {
    var made = RandomNetwork(seed: seed)
    let description = made.description()
    let network = try Network(description: description, weights: made.weights(for: description))
    try check(network, size: Triple(7, 8, 6), seed: seed)
  }

  @Test(arguments: 0..<6)
  func deepMedic(seed: UInt64) throws {
    let pathway = DeepMedic.Pathway(
      featureMaps: [6, 9, 12], kernels: [Triple](repeating: Triple(3, 3, 3), count: 3))
    var configuration = DeepMedic.Configuration(
      inputChannels: 3, classes: 3, normal: pathway,
      fullyConnected: DeepMedic.FullyConnected(featureMaps: [10, 7]))
    configuration.subsampled = [.init(factor: Triple(3, 3, 3), pathway: pathway)]
    configuration.fullyConnected.firstKernel = Triple(3, 3, 3)
    configuration.fullyConnected.firstPadding = .valid
    var generator = SplitMix(state: seed)
    let network = try Network(randomized: configuration.description(), using: &generator)
    try check(network, size: Triple(33, 40, 37), seed: seed)
  }

  private func check(_ network: Network, size: Triple, seed: UInt64) throws {
    var generator = SplitMix(state: seed ^ 0xABCD)
    var image = Tensor(channels: 3, size: size)
    for index in image.values.indices {
      image.values[index] = Float.random(in: -1...1, using: &generator)
    }
    let whole = try Executor(network).run(image, workers: Workers(count: 1))
    var wanted = WantedVoxels(none: whole.size)
    for _ in 0..<max(1, whole.size.z * whole.size.y / 3) {
      let first = Int.random(in: 0..<whole.size.x, using: &generator)
      wanted.insert(
        Int.random(in: 0..<whole.size.z, using: &generator),
        Int.random(in: 0..<whole.size.y, using: &generator),
        first..<Int.random(in: first...whole.size.x, using: &generator))
    }
    // The voxels that are not read may be anything, and so may the memory.
    let executor = try Executor(network)
    let nothing = Tensor(channels: 3, size: size, repeating: .nan)
    _ = try executor.run(nothing, workers: Workers(count: 1))
    let read = try executor.wantedInput(size: size, wanted: wanted)
    var seen = nothing
    seen.fill { channel, z, y, x in
      read.columns(z, y..<y + 1).contains(x) ? image[channel, z, y, x] : .nan
    }
    let parts = [
      TensorPart(seen, channels: 0..<1),
      TensorPart(ring(seen), channels: 1..<3, origin: Triple(2, 0, 0)),
    ]
    let output = try executor.run(parts, size: size, wanted: wanted, workers: Workers(count: 2))
    expectSame(output, whole, wanted)

    guard executor.isStreamable else { return }
    let wholeStream = try stream(try Executor(network), image, wanted: nil, like: whole)
    _ = try stream(executor, nothing, wanted: nil, like: whole)
    expectSame(try stream(executor, image, wanted: wanted, like: whole), wholeStream, wanted)
  }

  /// The image's slices, of which the first is two slices further on.
  private func ring(_ image: Tensor) -> Tensor {
    var result = image
    result.fill { channel, z, y, x in
      image[channel, (z + image.size.z - 2 % image.size.z) % image.size.z, y, x]
    }
    return result
  }

  private func stream(
    _ executor: Executor, _ image: Tensor, wanted: WantedVoxels?, like output: Tensor
  ) throws -> Tensor {
    var slabs = Tensor(channels: output.channels, size: output.size, repeating: .nan)
    try executor.stream(
      inputSize: image.size, slab: 3, wanted: wanted, workers: Workers(count: 2),
      input: { image.slices($0) }, output: { $0.copy(to: &slabs) { $0 } })
    return slabs
  }

  private func expectSame(_ output: Tensor, _ whole: Tensor, _ wanted: WantedVoxels) {
    var differing = 0
    for channel in 0..<whole.channels {
      for z in 0..<whole.size.z {
        for y in 0..<whole.size.y {
          for x in wanted.columns(z, y..<y + 1)
          where output[channel, z, y, x] != whole[channel, z, y, x] { differing += 1 }
        }
      }
    }
    #expect(differing == 0)
  }

  @Test func rowsHoldRanges() {
    var wanted = WantedVoxels(none: Triple(2, 3, 10))
    wanted.insert(1, 2, 4..<6)
    wanted.insert(1, 2, 8..<14)
    wanted.insert(5, 0, 0..<3)
    #expect(wanted.columns(1, 2..<3) == 4..<10)
    #expect(wanted.columns(0, 0..<3).isEmpty)
    var union = WantedVoxels(none: Triple(3, 3, 10))
    union.insert(2, 1, 1..<2)
    union.formUnion(wanted, at: Triple(1, -1, -3))
    #expect(union.columns(2, 0..<3) == 1..<7)
  }
}
