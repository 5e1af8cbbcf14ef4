import Basics
import ConvNet
import Parallel
import Phantoms
import Testing
import Volumes

@testable import Segmentation

@Suite struct BranchedNetworkTests {
  private func configuration(
    firstKernel: Int = 3, padding: DeepMedic.Padding = .valid
  ) -> DeepMedic.Configuration {
    let pathway = DeepMedic.Pathway(
      featureMaps: [4, 3], kernels: [Triple(repeating: 3), Triple(repeating: 3)])
    var configuration = DeepMedic.Configuration(
      inputChannels: 2, classes: 3, normal: pathway,
      fullyConnected: DeepMedic.FullyConnected(featureMaps: [5]))
    configuration.subsampled = [3, 5].map { .init(factor: Triple(repeating: $0), pathway: pathway) }
    configuration.fullyConnected.firstKernel = Triple(repeating: firstKernel)
    configuration.fullyConnected.firstPadding = padding
    return configuration
  }

  private func network(_ configuration: DeepMedic.Configuration) throws -> Network {
    var generator = SplitMix(state: 7)
    return try Network(randomized: configuration.description(), using: &generator)
  }

  @Test(arguments: [1, 3], [6, 9])
  func sharedWorkGivesWhatSeparateTilesGive(firstKernel: Int, tile: Int) throws {
    let configuration = configuration(firstKernel: firstKernel)
    let network = try network(configuration)
    let model = try Model.deepMedic(
      network, configuration: configuration, channels: ["T1", "T2"], labels: LabelTable(),
      card: ModelCard(name: "test", version: "1", description: "Random weights."))
    var generator = SplitMix(state: 3)
    let geometry = try Geometry(size: [23, 25, 28])
    var scan = Volume(geometry: geometry, channels: 2)
    for index in scan.samples.indices {
      let i = index % geometry.size.x
      scan.samples[index] = i < 3 ? 0 : Float.random(in: 1...2, using: &generator)
    }
    let workers = Workers(count: 2)
    let prepared = try PreparedScans([scan], mask: nil, model: model, workers: workers)
    let executor = try Executor(network, options: .init(strict: true))
    let inference = try StreamedInference(
      executor: executor, alignment: 15, memory: 1 << 30, workers: workers)
    let branched = try #require(
      try BranchedNetwork(network, tile: tile, options: .init(strict: true)))
    #expect(branched.branches.map(\.factor.x) == [5])
    var results: [ResultGrid] = []
    for network in [nil, branched] {
      var result = try ResultGrid(
        output: model.output, labels: model.labels, mask: prepared.mask, keepsProbabilities: true)
      var progress: [Double] = []
      try inference.runTiles(of: tile, branched: network, on: prepared, into: &result) {
        progress.append($0)
      }
      #expect(progress == progress.sorted())
      #expect(progress.last == 1)
      results.append(result)
    }
    let (separate, shared) = (
      try #require(results[0].probabilities), try #require(results[1].probabilities)
    )
    let difference = zip(separate.samples, shared.samples).map { abs($0 - $1) }.max() ?? 1
    #expect(difference < 1e-6)
    // In one stream, the phases of the pathway by 5 are others.
    var streamed = try ResultGrid(
      output: model.output, labels: model.labels, mask: prepared.mask, keepsProbabilities: true)
    try inference.run(on: prepared, into: &streamed) { _ in }
    #expect(streamed.probabilities != separate)
  }

  /// Padding inside of the network happens at the border of each tile.
  @Test func paddedNetworksAreNotCut() throws {
    let network = try network(configuration(padding: .mirror))
    #expect(try BranchedNetwork(network, tile: 9, options: .init()) == nil)
  }

  @Test func networksWithoutAJoinAreNotCut() throws {
    #expect(try BranchedNetwork(smallModel(kernel: 3).network, tile: 9, options: .init()) == nil)
  }
}
