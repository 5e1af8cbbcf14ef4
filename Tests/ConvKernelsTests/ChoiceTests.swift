import ConvKernels
import Testing

/// Which algorithm is chosen by shape.
@Suite struct ChoiceTests {
  private func choice(
    _ inChannels: Int32, _ outChannels: Int32, edge: Int32, kernel: Int32 = 3, stride: Int32 = 1,
    dilation: Int32 = 1
  ) -> ck_algorithm {
    var convolution = ck_convolution()
    convolution.in_channels = inChannels
    convolution.out_channels = outChannels
    convolution.kernel = (kernel, kernel, kernel)
    convolution.stride = (stride, stride, stride)
    convolution.dilation = (dilation, dilation, dilation)
    return ck_choose(&convolution, edge, edge, edge)
  }

  @Test func onlyPlainKernelsOfThreeTakeWinograd() {
    #expect(choice(32, 32, edge: 64, kernel: 1) == CK_DIRECT)
    #expect(choice(32, 32, edge: 64, kernel: 5) == CK_DIRECT)
    #expect(choice(32, 32, edge: 64, stride: 2) == CK_DIRECT)
    #expect(choice(32, 32, edge: 64, dilation: 2) == CK_DIRECT)
    #expect(choice(32, 32, edge: 64) == CK_WINOGRAD_444)
  }

  /// Few channels do not pay for their transforms, few voxels not for more weights.
  @Test func smallShapes() {
    #expect(choice(1, 30, edge: 60) == CK_DIRECT)
    #expect(choice(320, 320, edge: 4) == CK_WINOGRAD_222)
    #expect(choice(320, 320, edge: 1) == CK_DIRECT)
  }
}
