import ConvKernels
import Testing

/// Direct convolution against double precision.
@Suite struct DirectTests {
  static let tolerance = 1e-6

  private func check(_ layer: LayerCase) {
    for outcome in layer.outcomes() {
      #expect(outcome.error < Self.tolerance, "\(layer), isa \(outcome.isa.rawValue)")
      #expect(outcome.rawError < Self.tolerance, "\(layer), isa \(outcome.isa.rawValue)")
      #expect(outcome.isIntact, "\(layer), isa \(outcome.isa.rawValue)")
    }
  }

  @Test(arguments: [1, 3, 4, 8, 10, 25, 30, 40, 50, 64])
  func channels(count: Int) {
    check(LayerCase(inChannels: count, outChannels: 5, size: [2, 3, 5]))
    check(LayerCase(inChannels: 5, outChannels: count, size: [1, 2, 31]))
    check(LayerCase(inChannels: 3, outChannels: count, size: [3, 1, 7], kernel: [1, 1, 1]))
  }

  @Test(
    arguments: [[1, 1, 1], [1, 3, 5], [2, 2, 2], [3, 1, 2]], [[1, 1, 1], [2, 2, 2], [1, 2, 3]])
  func kernelsAndStrides(kernel: [Int], stride: [Int]) {
    check(
      LayerCase(inChannels: 9, outChannels: 25, size: [2, 3, 15], kernel: kernel, stride: stride))
  }

  @Test(arguments: [[1, 1, 2], [2, 2, 2], [3, 1, 4]])
  func dilations(dilation: [Int]) {
    check(LayerCase(inChannels: 4, outChannels: 17, size: [2, 3, 16], dilation: dilation))
    check(
      LayerCase(
        inChannels: 4, outChannels: 17, size: [2, 3, 5], stride: [2, 1, 2], dilation: dilation))
  }

  @Test func epilogue() {
    var layer = LayerCase(inChannels: 6, outChannels: 25, size: [2, 3, 14])
    for pieces in 0..<32 {
      layer.bias = pieces & 1 != 0
      layer.residualChannels = pieces & 2 != 0 ? 18 : 0
      layer.keepsRaw = pieces & 4 != 0
      layer.affine = pieces & 8 != 0
      layer.slope = pieces & 16 != 0
      check(layer)
    }
    for residualChannels in [1, 8, 9, 16, 25] {
      layer.residualChannels = residualChannels
      check(layer)
    }
  }

  /// A transposed convolution writes every second voxel of its output.
  @Test func strides() {
    for inStep in [1, 2] {
      for outStep in [1, 2, 3] {
        check(
          LayerCase(
            inChannels: 10, outChannels: 12, size: [2, 2, 15], kernel: [2, 2, 2], bias: true,
            residualChannels: 12, keepsRaw: true, inStep: inStep, outStep: outStep))
      }
    }
  }

  /// Sums of many terms are sums of short sums.
  @Test func manyTerms() {
    check(LayerCase(inChannels: 200, outChannels: 9, size: [2, 2, 3]))
    check(LayerCase(inChannels: 600, outChannels: 9, size: [2, 2, 3], kernel: [1, 1, 1]))
  }

  @Test func exactAllocations() {
    check(LayerCase(inChannels: 9, outChannels: 9, size: [3, 3, 17], margin: 0))
    check(
      LayerCase(inChannels: 40, outChannels: 40, size: [3, 3, 17], kernel: [1, 1, 1], margin: 0))
  }

  @Test func taskOrderDoesNotMatter() {
    let layer = LayerCase(
      inChannels: 64, outChannels: 72, size: [3, 9, 20], bias: true, slope: true)
    for isa in instructionSets {
      #expect(layer.values(isa, reversed: false) == layer.values(isa, reversed: true))
    }
  }

  @Test func emptyOutput() {
    check(LayerCase(inChannels: 8, outChannels: 8, size: [1, 1, 1]))
    let output = FeatureMap(channels: 8, size: [0, 4, 4])
    var view = output.view
    var convolution = ck_convolution()
    convolution.in_channels = 8
    convolution.out_channels = 8
    convolution.kernel = (3, 3, 3)
    convolution.stride = (1, 1, 1)
    convolution.dilation = (1, 1, 1)
    #expect(ck_task_count(&convolution, &view) == 0)
  }
}
