internal import ConvNet

/// Chooses a U-Net, its patch and its batch from a data set's fingerprint and a budget of memory, as
/// nnU-Net does (Isensee et al. 2021, supplement 4; version 2's numbers).
struct UNetPlanner {
  /// The network.
  let network: UNet.Configuration
  /// The extent of a patch.
  let patch: Triple
  /// The number of patches of a step.
  let batch: Int

  /// The bytes of memory that a training step takes for each value of a feature map: the value and
  /// what normalisation and activation make of it, kept for the backward pass, and gradients.
  static let bytesPerValue = 11.0
  /// The values of the feature maps of a patch that nnU-Net allows for its 8 GB.
  static let referenceValues = 560e6

  /// - Parameters:
  ///   - spacing: the distances between voxels, (z, y, x).
  ///   - medianShape: the median extents of the cases at this spacing, (z, y, x).
  ///   - cases: the number of cases.
  ///   - values: the most values of feature maps of one patch, with two patches in a batch.
  init(
    spacing: [Double], medianShape: [Double], cases: Int, inputChannels: Int, classes: Int,
    values budget: Double
  ) {
    func network(_ topology: UNetTopology) -> UNet.Configuration {
      UNet.Configuration(inputChannels: inputChannels, classes: classes, topology: topology)
    }
    // As many millimetres along each axis, of the volume of 256^3, but not larger than a case.
    let volume = spacing.reduce(1) { $0 / $1 }
    let scale = root(256 * 256 * 256 / volume)
    let first = (0..<3).map { axis in
      min((scale / spacing[axis]).rounded(.toNearestOrEven), medianShape[axis])
    }
    var topology = UNetTopology(spacing: spacing, patch: first)
    var estimate = network(topology).featureMapValues(patch: topology.patch)
    while estimate > budget {
      let patch = topology.patch
      let parts = (0..<3).map { Double(patch[$0]) / medianShape[$0] }
      // The axis along which the patch shows most of a case, if it can be made smaller.
      let axes = (0..<3).filter { patch[$0] > topology.divisor[$0] }
      guard let axis = axes.max(by: { parts[$0] <= parts[$1] && $0 < $1 || parts[$0] < parts[$1] })
      else { break }
      // Smaller by what the smaller patch must be a multiple of: 256 goes to 224 rather than 192.
      func smaller(by step: Int) -> [Double] {
        (0..<3).map { Double(patch[$0] - ($0 == axis ? step : 0)) }
      }
      let step = UNetTopology(spacing: spacing, patch: smaller(by: topology.divisor[axis]))
        .divisor[axis]
      topology = UNetTopology(spacing: spacing, patch: smaller(by: step))
      estimate = network(topology).featureMapValues(patch: topology.patch)
    }
    patch = topology.patch
    self.network = network(topology)
    // As many patches as memory allows, which show at most a twentieth of all voxels, but two.
    let fitting = (2 * budget / estimate).rounded(.toNearestOrEven)
    let voxels = medianShape.reduce(Double(cases), *)
    let twentieth = (voxels * 0.05 / Double(patch.z * patch.y * patch.x))
      .rounded(.toNearestOrEven)
    batch = Int(max(2, min(fitting, twentieth, 1000)))
  }
}

/// The cube root, by Newton's method: the same bits everywhere.
private func root(_ cube: Double) -> Double {
  var value = max(1, cube)
  for _ in 0..<200 { value -= (value * value * value - cube) / (3 * value * value) }
  return value
}
