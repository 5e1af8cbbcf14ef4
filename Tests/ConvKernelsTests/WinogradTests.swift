import ConvKernels
import Testing

/// Winograd convolution against double precision.
@Suite struct WinogradTests {
  struct Method: CustomTestStringConvertible, Sendable {
    var algorithm: ck_algorithm
    var tolerance: Double
    var testDescription: String { "algorithm \(algorithm.rawValue)" }
  }

  static let methods = [
    Method(algorithm: CK_WINOGRAD_222, tolerance: 1e-6),
    Method(algorithm: CK_WINOGRAD_244, tolerance: 5e-6),
    Method(algorithm: CK_WINOGRAD_444, tolerance: 5e-6),
  ]

  private func check(_ layer: LayerCase, _ method: Method) {
    var layer = layer
    layer.algorithm = method.algorithm
    for outcome in layer.outcomes() {
      #expect(outcome.error < method.tolerance, "\(layer), isa \(outcome.isa.rawValue)")
      #expect(outcome.rawError < method.tolerance, "\(layer), isa \(outcome.isa.rawValue)")
      #expect(outcome.isIntact, "\(layer), isa \(outcome.isa.rawValue)")
    }
  }

  @Test(arguments: methods, [1, 3, 4, 8, 10, 25, 30, 40, 50, 64])
  func channels(method: Method, count: Int) {
    check(LayerCase(inChannels: count, outChannels: 5, size: [2, 3, 5]), method)
    check(LayerCase(inChannels: 5, outChannels: count, size: [1, 2, 9]), method)
  }

  @Test(
    arguments: methods,
    [[1, 1, 1], [2, 2, 2], [3, 5, 7], [4, 4, 4], [5, 4, 3], [8, 8, 8], [1, 9, 6]])
  func sizes(method: Method, size: [Int]) {
    check(LayerCase(inChannels: 9, outChannels: 17, size: size), method)
    check(LayerCase(inChannels: 9, outChannels: 17, size: size, margin: 0), method)
  }

  /// The error does not grow with the channels.
  @Test(arguments: methods) func manyChannels(method: Method) {
    var method = method
    method.tolerance /= 2
    check(LayerCase(inChannels: 300, outChannels: 9, size: [3, 4, 5]), method)
  }

  @Test(arguments: methods) func epilogue(method: Method) {
    var layer = LayerCase(inChannels: 3, outChannels: 25, size: [3, 5, 6])
    for pieces in 0..<32 {
      layer.bias = pieces & 1 != 0
      layer.residualChannels = pieces & 2 != 0 ? 18 : 0
      layer.keepsRaw = pieces & 4 != 0
      layer.affine = pieces & 8 != 0
      layer.slope = pieces & 16 != 0
      check(layer, method)
    }
    for residualChannels in [1, 8, 9, 16, 25] {
      layer.residualChannels = residualChannels
      check(layer, method)
    }
  }

  @Test(arguments: methods) func strides(method: Method) {
    check(
      LayerCase(
        inChannels: 10, outChannels: 12, size: [2, 2, 5], bias: true, residualChannels: 12,
        keepsRaw: true, inStep: 2, outStep: 3), method)
  }

  @Test(arguments: methods) func taskOrderDoesNotMatter(method: Method) {
    let layer = LayerCase(
      inChannels: 2, outChannels: 40, size: [9, 16, 17], bias: true, slope: true,
      algorithm: method.algorithm)
    for isa in instructionSets {
      #expect(layer.values(isa, reversed: false) == layer.values(isa, reversed: true))
    }
  }
}
