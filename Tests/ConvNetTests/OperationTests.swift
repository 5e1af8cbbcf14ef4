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
