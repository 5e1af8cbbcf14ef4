import Testing
import Volumes

@testable import Segmentation

@Suite struct MarginsTests {
  /// Four voxels, three channels.
  private func segmentation(_ samples: [Float]) throws -> Segmentation {
    let geometry = try Geometry(size: [4, 1, 1])
    let probabilities = try Volume(geometry: geometry, channels: 3, samples: samples)
    return Segmentation(
      labels: LabelMap(geometry: geometry), probabilities: probabilities,
      mask: Mask(geometry: geometry), warnings: [])
  }

  @Test func classes() throws {
    let result = try segmentation([0.5, 0.1, 0.2, 0, 0.3, 0.6, 0.2, 0, 0.2, 0.3, 0.6, 1])
    let margins = result.margins(
      Output(activation: .softmax, decision: .argmax, values: [0, 1, 2]))
    #expect(Set(margins.keys) == [1, 2])
    expect(margins[1], [-0.2, 0.3, -0.4, -1])
    expect(margins[2], [-0.3, -0.3, 0.4, 1])
    // Two channels of one label are one.
    let same = result.margins(Output(activation: .softmax, decision: .argmax, values: [0, 4, 4]))
    expect(same[4], [-0.2, 0.5, 0.4, 1])
  }

  /// A later region takes its voxels from an earlier one.
  @Test func regions() throws {
    let result = try segmentation([0.9, 0.6, 0.4, 0.9, 0.1, 0.7, 0.1, 0.4, 0, 0, 0, 0.95])
    let margins = result.margins(
      Output(activation: .sigmoid, decision: .regions, threshold: 0.5, values: [2, 1, 3]))
    expect(margins[2], [0.4, -0.2, -0.1, -0.45])
    expect(margins[1], [-0.4, 0.2, -0.4, -0.45])
    expect(margins[3], [-0.5, -0.5, -0.5, 0.45])
  }

  @Test func withoutProbabilities() throws {
    var result = try segmentation([Float](repeating: 0, count: 12))
    result.probabilities = nil
    let output = Output(activation: .softmax, decision: .argmax, values: [0, 1, 2])
    #expect(result.margins(output).isEmpty)
  }

  private func expect(_ volume: Volume?, _ values: [Float]) {
    #expect(volume.map { zip($0.samples, values).allSatisfy { abs($0 - $1) < 1e-6 } } == true)
  }
}
