import Basics
import ConvNet
import Parallel
import Testing

@Suite("Operations agree with PyTorch")
struct OperationTests {
  @Test(
    "strict and fast, the same bits for any number of threads",
    arguments: Golden.names("layers"))
  func operation(name: String) throws {
    let golden = try Golden.Case("layers/\(name)")
    let description = try NetworkDescription(
      json: golden.metadata["network"] ?? "", path: name)
    let network = try Network(description: description, weights: golden.weights)
    for strict in [true, false] {
      let executor = try Executor(network, options: .init(strict: strict))
      let output = try executor.run(golden.input, workers: Workers(count: 1))
      let error = Golden.relativeError(output, golden.output)
      #expect(error < 1e-5, "strict: \(strict), relative error \(error)")
      for count in [1, 2] {
        #expect(try executor.run(golden.input, workers: Workers(count: count)) == output)
      }
    }
  }

  @Test("layers computed together some rows at a time are those computed one by one")
  func chains() throws {
    var generator = SplitMix(state: 3)
    func convolution(_ name: String, _ count: Int, _ input: String) -> NetworkDescription.Node {
      .init(
        name: name,
        operation: .convolution(Convolution(outputChannels: count, kernel: Triple(1, 1, 1))),
        inputs: [input])
    }
    let nodes = [
      convolution("a", 24, "image"), convolution("b", 20, "a"), convolution("c", 3, "b"),
    ]
    let whole = try Network(
      randomized: NetworkDescription(input: .init(channels: 2), nodes: nodes, output: "c"),
      using: &generator)
    var value = Tensor(channels: 2, size: Triple(2, 100, 61))
    for index in value.values.indices {
      value.values[index] = Float.random(in: -1...1, using: &generator)
    }
    let together = try Executor(whole).run(value, workers: Workers(count: 2))
    for node in nodes {
      let description = NetworkDescription(
        input: .init(name: node.inputs[0], channels: value.channels), nodes: [node],
        output: node.name)
      let weights = whole.weights.filter { $0.key.hasPrefix(node.name + ".") }
      value = try Executor(Network(description: description, weights: weights)).run(value)
    }
    #expect(together == value)
  }

  @Test("every instruction set of this machine", arguments: InstructionSet.allCases)
  func instructionSets(set: InstructionSet) throws {
    guard set <= .best else { return }
    let golden = try Golden.Case("layers/fused_preactivation_residual")
    let description = try NetworkDescription(
      json: golden.metadata["network"] ?? "", path: "golden")
    let network = try Network(description: description, weights: golden.weights)
    let executor = try Executor(network, options: .init(strict: false, instructionSet: set))
    #expect(Golden.relativeError(try executor.run(golden.input), golden.output) < 1e-5)
  }

  @Test func wrongInputs() throws {
    let network = try Network(
      description: NetworkTests.small, weights: NetworkTests.weights)
    let executor = try Executor(network)
    #expect(throws: ConvNetError.self) {
      try executor.run(Tensor(channels: 1, size: Triple(5, 5, 5)))
    }
    #expect(throws: ConvNetError.self) {
      try executor.run(Tensor(channels: 2, size: Triple(5, 2, 5)))
    }
  }
}
