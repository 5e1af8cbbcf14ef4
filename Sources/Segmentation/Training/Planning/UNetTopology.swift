internal import ConvNet

/// The kernels and strides of a U-Net's stages by nnU-Net's rule (Isensee et al. 2021, supplement 4).
///
/// Each stage halves the axes that still have at least twice the smallest edge and whose voxels are less
/// than twice as long as the shortest of those. A kernel has 1 along an axis until its voxels are less
/// than twice as long as the shortest, and 3 from then on. A lone axis is halved only while it has three
/// times the smallest edge.
struct UNetTopology: Sendable, Hashable {
  /// The smallest extent of a feature map (nnU-Net: 4).
  static let smallestEdge = 4.0

  /// The kernel of each stage.
  private(set) var kernels: [Triple] = []
  /// The stride at the beginning of each stage.
  private(set) var strides: [Triple] = [.one]
  /// The product of the strides.
  private(set) var divisor = Triple.one
  /// The patch: the wanted one, made larger so that it is a multiple of ``divisor``.
  private(set) var patch = Triple.one

  /// - Parameters:
  ///   - spacing: the distances between voxels, (z, y, x).
  ///   - wanted: the patch; a median of sizes need not be whole.
  init(spacing: [Double], patch wanted: [Double]) {
    var (spacing, size) = (spacing, wanted)
    var kernel = Triple.one
    while true {
      let large = (0..<3).filter { size[$0] >= 2 * Self.smallestEdge }
      guard let shortest = large.map({ spacing[$0] }).min() else { break }
      let halved = large.filter { spacing[$0] < 2 * shortest }
      if halved.count == 1, size[halved[0]] < 3 * Self.smallestEdge { break }
      let finest = spacing.min() ?? shortest
      kernel = Triple { kernel[$0] == 3 || spacing[$0] < 2 * finest ? 3 : 1 }
      kernels.append(kernel)
      let stride = Triple { halved.contains($0) ? 2 : 1 }
      strides.append(stride)
      let before = divisor
      divisor = Triple { before[$0] * stride[$0] }
      for axis in halved {
        spacing[axis] *= 2
        size[axis] = (size[axis] / 2).rounded(.up)
      }
    }
    kernels.append(Triple(repeating: 3))
    let divisor = divisor
    patch = Triple {
      Int((wanted[$0] / Double(divisor[$0])).rounded(.up)) * divisor[$0]
    }
  }
}

extension UNet.Configuration {
  /// A network of nnU-Net's: 32 features in the first stage, twice as many in each of the next, at most
  /// 320; two convolutions a stage.
  init(inputChannels: Int, classes: Int, topology: UNetTopology) {
    self.init(
      inputChannels: inputChannels, classes: classes,
      features: topology.strides.indices.map { min(320, 32 << min($0, 8)) })
    kernels = topology.kernels
    strides = topology.strides
  }

  /// The number of values that convolutions make of one patch, by which nnU-Net estimates memory.
  func featureMapValues(patch: Triple) -> Double {
    var size = patch
    var values = 0.0
    for stage in features.indices {
      let stride = strides[stage]
      let before = size
      size = Triple { before[$0] / stride[$0] }
      let map = Double(features[stage]) * Double(size.z * size.y * size.x)
      values += map * Double(encoderBlocks[stage])
      guard stage < features.count - 1 else { continue }
      // The decoder's, with what comes up from below.
      values += map * Double(1 + decoderConvolutions[features.count - 2 - stage])
    }
    return values + Double(classes) * Double(patch.z * patch.y * patch.x)
  }
}
