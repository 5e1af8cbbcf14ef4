import Testing
import Volumes

@testable import Segmentation

@Suite struct UncertaintyTests {
  private func segmentation(_ samples: [Float], channels: Int) throws -> Segmentation {
    let geometry = try Geometry(size: [2, 2, 1])
    return Segmentation(
      labels: LabelMap(geometry: geometry),
      probabilities: try Volume(geometry: geometry, channels: channels, samples: samples),
      mask: try Mask(geometry: geometry, voxels: [true, true, true, false]), warnings: [])
  }

  @Test func entropyOfClasses() throws {
    let output = Output(activation: .softmax, decision: .argmax, values: [0, 1, 2, 3])
    let result = try segmentation(
      [1, 0.5, 0.25, 0.25, 0, 0.5, 0.25, 0.25, 0, 0, 0.25, 0.25, 0, 0, 0.25, 0.25], channels: 4)
    #expect(result.uncertainty(output)?.samples == [0, 1, 2, 0])
  }

  @Test func entropyOfRegions() throws {
    let output = Output(
      activation: .sigmoid, decision: .regions, threshold: 0.5, values: [1, 2])
    let result = try segmentation([1, 0.5, 0.25, 0.5, 0, 0, 0.5, 0.5], channels: 2)
    #expect(result.uncertainty(output)?.samples == [0, 1, 1, 0])
  }

  @Test func nothingWithoutProbabilities() throws {
    let output = Output(activation: .softmax, decision: .argmax, values: [0, 1])
    var result = try segmentation([1, 1, 1, 1, 0, 0, 0, 0], channels: 2)
    result.probabilities = nil
    #expect(result.uncertainty(output) == nil)
  }
}
