import ConvKernels

extension ck_algorithm {
  /// The algorithm that is the fastest for a layer by a model of measured times.
  ///
  /// Winograd's algorithms compute whole tiles, so that they lose on maps a little larger than some
  /// tiles; and their transforms pay off only over many channels. The times for each voxel, relative
  /// to tiles of 4x4x4, were measured with AVX-512 on 4 to 256 channels: 1.2 for tiles of 2x4x4, 1.5
  /// for 2x2x2, and for the direct method a time that grows with the harmonic mean of the numbers of
  /// channels.
  static func fastest(
    inputs: Int, outputs: Int, kernel: Triple, stride: Triple, dilation: Triple, outputSize: Triple
  ) -> ck_algorithm {
    guard kernel == Triple(repeating: 3), stride == .one, dilation == .one else {
      return CK_DIRECT
    }
    func voxels(_ tile: Triple) -> Double {
      (0..<3).reduce(1.0) {
        $0 * Double((outputSize[$1] + tile[$1] - 1) / tile[$1] * tile[$1])
      }
    }
    let mean = 2 * Double(inputs) * Double(outputs) / Double(inputs + outputs)
    let costs = [
      (CK_WINOGRAD_444, voxels(Triple(4, 4, 4))),
      (CK_WINOGRAD_244, voxels(Triple(2, 4, 4)) * 1.2),
      (CK_WINOGRAD_222, voxels(Triple(2, 2, 2)) * 1.5),
      (CK_DIRECT, voxels(.one) * min(4.5, 0.75 + 0.085 * mean)),
    ]
    return costs.min { $0.1 < $1.1 }?.0 ?? CK_DIRECT
  }
}
