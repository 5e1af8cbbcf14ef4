import ConvKernels
import Testing

/// The gradient of weights against double precision.
@Suite struct GradientTests {
  static let winograd = WinogradTests.methods
  static let methods =
    [WinogradTests.Method(algorithm: CK_DIRECT, tolerance: DirectTests.tolerance)] + winograd

  private func check(_ layer: LayerCase, _ method: WinogradTests.Method, images: Int = 2) {
    var gradient = GradientCase(layer: layer, images: images)
    gradient.layer.algorithm = method.algorithm
    for (isa, error) in gradient.errors() {
      #expect(error < method.tolerance, "\(gradient), isa \(isa.rawValue)")
    }
  }

  @Test(arguments: methods, [1, 3, 4, 8, 10, 25, 30, 40, 50])
  func channels(method: WinogradTests.Method, count: Int) {
    check(LayerCase(inChannels: count, outChannels: 5, size: [2, 3, 5]), method)
    check(LayerCase(inChannels: 5, outChannels: count, size: [1, 2, 9]), method)
  }

  @Test(
    arguments: methods,
    [[1, 1, 1], [2, 2, 2], [3, 5, 7], [4, 4, 4], [5, 4, 3], [8, 8, 8], [1, 9, 6]])
  func sizes(method: WinogradTests.Method, size: [Int]) {
    check(LayerCase(inChannels: 9, outChannels: 17, size: size), method)
    check(LayerCase(inChannels: 9, outChannels: 17, size: size, margin: 0), method, images: 3)
  }

  @Test(
    arguments: [[1, 1, 1], [1, 3, 5], [2, 2, 2], [3, 1, 2]], [[1, 1, 1], [2, 2, 2], [1, 2, 3]])
  func kernelsAndStrides(kernel: [Int], stride: [Int]) {
    check(
      LayerCase(inChannels: 9, outChannels: 25, size: [2, 3, 15], kernel: kernel, stride: stride),
      Self.methods[0])
  }

  @Test(arguments: [[1, 1, 2], [2, 2, 2], [3, 1, 4]])
  func dilations(dilation: [Int]) {
    check(
      LayerCase(inChannels: 4, outChannels: 17, size: [2, 3, 16], dilation: dilation),
      Self.methods[0])
    check(
      LayerCase(
        inChannels: 4, outChannels: 17, size: [2, 3, 5], stride: [2, 1, 2], dilation: dilation),
      Self.methods[0])
  }

  @Test(arguments: methods) func stridedMaps(method: WinogradTests.Method) {
    for (inStep, outStep) in [(2, 1), (1, 2), (2, 3)] {
      check(
        LayerCase(
          inChannels: 10, outChannels: 12, size: [2, 2, 15], inStep: inStep, outStep: outStep),
        method)
    }
  }

  /// Rows are divided where they are long.
  @Test(arguments: [127, 128, 129, 300]) func longRows(width: Int) {
    check(
      LayerCase(inChannels: 3, outChannels: 9, size: [1, 2, width], kernel: [1, 1, 3]),
      Self.methods[0])
  }

  /// Sums and transforms that exceed a cache: their tiles are shared between tasks, in several runs.
  @Test(arguments: winograd) func manyChannels(method: WinogradTests.Method) {
    check(LayerCase(inChannels: 130, outChannels: 136, size: [3, 2, 5]), method, images: 1)
  }

  @Test(arguments: winograd) func manyTiles(method: WinogradTests.Method) {
    let edge = method.algorithm == CK_WINOGRAD_222 ? 12 : 20
    var gradient = GradientCase(
      layer: LayerCase(
        inChannels: 97, outChannels: 89, size: [edge, edge, 24], algorithm: method.algorithm))
    // Where the reference would take long, the methods stand for it.
    let operands = gradient.operands()
    let tiles = gradient.weights(ck_best_isa(), operands)
    gradient.layer.algorithm = CK_DIRECT
    let direct = gradient.weights(ck_best_isa(), operands)
    var (error, norm) = (0.0, 0.0)
    for (a, b) in zip(tiles, direct) {
      error += Double(a - b) * Double(a - b)
      norm += Double(b) * Double(b)
    }
    #expect((error / norm).squareRoot() < method.tolerance)
  }

  /// Sums of many terms are sums of short sums.
  @Test(arguments: methods) func manyTerms(method: WinogradTests.Method) {
    check(LayerCase(inChannels: 2, outChannels: 3, size: [20, 21, 40]), method)
  }

  @Test(arguments: methods) func taskOrderDoesNotMatter(method: WinogradTests.Method) {
    for layer in [
      LayerCase(inChannels: 20, outChannels: 40, size: [9, 16, 17], algorithm: method.algorithm),
      LayerCase(inChannels: 100, outChannels: 90, size: [5, 6, 9], algorithm: method.algorithm),
    ] {
      let gradient = GradientCase(layer: layer)
      let operands = gradient.operands()
      for isa in instructionSets {
        #expect(
          gradient.weights(isa, operands) == gradient.weights(isa, operands, reversed: true))
      }
    }
  }

  @Test(arguments: methods) func nothing(method: WinogradTests.Method) {
    let layer = LayerCase(
      inChannels: 8, outChannels: 8, size: [1, 1, 1], algorithm: method.algorithm)
    let gradient = GradientCase(layer: layer, images: 0)
    let weights = gradient.weights(ck_best_isa(), gradient.operands())
    #expect(weights.allSatisfy { $0 == 0 })
  }
}
