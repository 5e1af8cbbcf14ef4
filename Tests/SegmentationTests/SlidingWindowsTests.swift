import ConvNet
import Parallel
import Testing

@testable import Segmentation

@Suite struct SlidingWindowsTests {
  private struct Row: Decodable {
    var size: [Int]
    var patch: [Int]
    var step: Double
    var gaussian: Double?
    var mirror: [Int]
    var positions: [[Int]]
    var shown: [Int]
    var values: [Double]
  }

  @Test func agreeWithAPlainImplementation() throws {
    var convolution = Convolution(outputChannels: 2, kernel: Triple(repeating: 3))
    convolution.paddingLow = Triple(repeating: 1)
    convolution.paddingHigh = Triple(repeating: 1)
    convolution.hasBias = false
    let network = try Network(
      description: NetworkDescription(
        input: .init(channels: 1),
        nodes: [.init(name: "out", operation: .convolution(convolution), inputs: ["image"])],
        output: "out"),
      weights: [
        "out.weight": Weight(
          shape: [2, 1, 3, 3, 3],
          values: (0..<54).map { (n: Int) -> Float in
            Float(Double((n * 104_729) % 997) / 997 - 0.5)
          })
      ])
    let executor = try Executor(network)
    for row in try golden("windows.json", as: [Row].self) {
      let size = Triple(row.size[0], row.size[1], row.size[2])
      let count = size.z * size.y * size.x
      let image = Tensor(
        channels: 1, size: size,
        values: (0..<count).map { (n: Int) -> Float in
          Float(Double((n * 7919) % 1013) / 500 - 1)
        })
      let windows = SlidingWindows(
        size: size, patch: Triple(row.patch[0], row.patch[1], row.patch[2]), step: row.step,
        gaussian: row.gaussian, mirror: row.mirror)
      #expect(windows.positions == row.positions)
      var done: [Int] = []
      let output = try windows.run(
        on: image, channels: 2, workers: Workers(count: 2), finished: { done.append($0) },
        network: { try executor.run($0, workers: Workers(count: 2)) })
      #expect(done == Array(1...windows.count))
      for (index, expected) in zip(row.shown, row.values) {
        #expect(isClose(Double(output.values[index]), expected, within: 2e-6), "voxel \(index)")
      }
    }
  }

  @Test func positionsAtTheEdges() {
    #expect(SlidingWindows.positions(size: 8, patch: 8, step: 0.5) == [0])
    #expect(SlidingWindows.positions(size: 9, patch: 8, step: 0.5) == [0, 1])
    #expect(SlidingWindows.positions(size: 155, patch: 128, step: 0.5) == [0, 27])
    #expect(SlidingWindows.positions(size: 240, patch: 128, step: 0.5) == [0, 56, 112])
  }

  /// A weight that is too small for a Float is lifted to the smallest that is not.
  @Test func noWeightIsZero() {
    let weights = SlidingWindows.weights(patch: 64, gaussian: 0.02)
    #expect(weights.allSatisfy { $0 > 0 })
    #expect(weights[32] == 1)
  }
}
