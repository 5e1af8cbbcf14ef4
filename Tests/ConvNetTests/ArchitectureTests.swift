import Basics
import ConvNet
import Foundation
import Parallel
import Testing

@Suite("Built-in architectures agree with PyTorch")
struct ArchitectureTests {
  /// A golden network as its built-in architecture describes it.
  static func network(_ golden: Golden.Case) throws -> Network {
    let configuration = Data((golden.metadata["configuration"] ?? "").utf8)
    let decoder = JSONDecoder()
    let description: NetworkDescription =
      switch golden.metadata["architecture"] {
      case "deepmedic":
        try decoder.decode(DeepMedic.Configuration.self, from: configuration).description()
      case "unet": try decoder.decode(UNet.Configuration.self, from: configuration).description()
      default: try decoder.decode(MeshNet.Configuration.self, from: configuration).description()
      }
    return try Network(description: description, weights: golden.weights)
  }

  @Test("whole images, strict and fast", arguments: Golden.names("networks"))
  func whole(name: String) throws {
    let golden = try Golden.Case("networks/\(name)")
    for strict in [true, false] {
      let executor = try Executor(try Self.network(golden), options: .init(strict: strict))
      let output = try executor.run(golden.input, workers: Workers(count: 1))
      let error = Golden.relativeError(output, golden.output)
      #expect(error < 1e-5, "strict: \(strict), relative error \(error)")
      #expect(try executor.run(golden.input, workers: Workers(count: 2)) == output)
    }
  }

  @Test(
    "slabs give the same bits as the whole",
    arguments: ["deepmedic", "deepmedic_plain", "meshnet_valid"], [1, 2, 3, 5, 100])
  func slabs(name: String, slab: Int) throws {
    let golden = try Golden.Case("networks/\(name)")
    let network = try Self.network(golden)
    let executor = try Executor(network, options: .init(strict: true))
    #expect(executor.isStreamable)
    let whole = try executor.run(golden.input)
    var asked = 0
    var output = Tensor(channels: whole.channels, size: whole.size, repeating: .nan)
    try executor.stream(
      inputSize: golden.input.size, slab: slab, workers: Workers(count: 2),
      input: { slices in
        #expect(slices.lowerBound == asked)
        asked = slices.upperBound
        return golden.input.slices(slices)
      }, output: { $0.copy(to: &output) { $0 } })
    #expect(output == whole)
    #expect(Golden.relativeError(output, golden.output) < 1e-5)
  }

  @Test func slabsTakeLessMemory() throws {
    var generator = SplitMix(state: 1)
    let configuration = DeepMedic.Configuration.paper(inputChannels: 1, classes: 2)
    let network = try Network(randomized: configuration.description(), using: &generator)
    let executor = try Executor(network)
    let size = Triple { axis in (axis == 0 ? 160 : 40) + configuration.margin[axis] }
    let whole = try executor.runMemory(inputSize: size)
    let slabs = try executor.streamMemory(inputSize: size, slab: 4)
    #expect(slabs < whole / 3, "\(slabs) bytes against \(whole)")
  }

  @Test func deepMedicSizes() throws {
    // Segment 25 to 9 in the paper, and 660,330 weights for 4 channels and 5 classes.
    let paper = DeepMedic.Configuration.paper(inputChannels: 4, classes: 5)
    #expect(paper.margin == Triple(repeating: 16 + 32))
    #expect(try Self.trained(paper.description()) == 660_330)
    let wide = DeepMedic.Configuration.wide(inputChannels: 4, classes: 5)
    #expect(wide.margin == Triple(repeating: 16 + 64))
    #expect(try Self.trained(wide.description()) == 2_009_370)
    #expect(
      try wide.description().outputSize(for: Triple(repeating: 29 + 80)) == Triple(repeating: 29))
  }

  /// The number of trained weights by the convention of the paper's authors.
  static func trained(_ description: NetworkDescription) throws -> Int {
    try description.weightShapes().filter { need in
      need.shape.count == 5
    }.reduce(0) { $0 + $1.shape.reduce(1, *) }
  }

  @Test("contradicting configurations are refused")
  func contradictions() {
    var configuration = DeepMedic.Configuration.paper(inputChannels: 4, classes: 5)
    configuration.normal.residualLayers = [1]
    #expect(throws: ConvNetError.self) { try configuration.description() }
    configuration.normal.residualLayers = []
    configuration.subsampled[0].pathway.kernels[0] = Triple(5, 3, 3)
    #expect(throws: ConvNetError.self) { try configuration.description() }
    var unet = UNet.Configuration(inputChannels: 1, classes: 2, features: [8, 16])
    unet.strides = []
    #expect(throws: ConvNetError.self) { try unet.description() }
  }

  @Test func notStreamable() throws {
    let golden = try Golden.Case("networks/unet")
    let executor = try Executor(try Self.network(golden))
    #expect(!executor.isStreamable)
    #expect(throws: ConvNetError.self) {
      try executor.streamMemory(inputSize: golden.input.size, slab: 2)
    }
  }
}

extension Tensor {
  /// Some of the slices.
  func slices(_ range: Range<Int>) -> Tensor {
    let plane = size.y * size.x
    var part: [Float] = []
    for channel in 0..<channels {
      let start = channel * size.z * plane
      part += values[(start + range.lowerBound * plane)..<(start + range.upperBound * plane)]
    }
    return Tensor(channels: channels, size: Triple(range.count, size.y, size.x), values: part)
  }
}

extension Triple {
  init(_ value: (Int) -> Int) {
    self.init(value(0), value(1), value(2))
  }
}
