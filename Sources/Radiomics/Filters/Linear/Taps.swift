/// A filter along one axis: the sum of neighbours, each with a weight.
struct Taps<Number: BinaryFloatingPoint & Sendable>: Sendable, Hashable {
  /// How far from the voxel each neighbour lies.
  let offsets: [Int]
  /// The weight of each neighbour.
  let weights: [Number]

  /// The convolution with a kernel whose middle is at `kernel.count / 2`: the first weight is for the
  /// neighbour that lies farthest up the axis.
  ///
  /// - Parameter step: the distance of neighbours that follow each other ("à trous" for 2 and more).
  init(convolving kernel: [Number], step: Int = 1) {
    offsets = kernel.indices.map { step * (kernel.count / 2 - $0) }
    weights = kernel
  }

  /// The reach below the voxel, at most 0, and above it, at least 0.
  var reach: ClosedRange<Int> { min(0, offsets.min() ?? 0)...max(0, offsets.max() ?? 0) }

  /// The mirror image: the neighbour below has the weight of the one above.
  var reversed: Taps { Taps(offsets: offsets.map { -$0 }, weights: weights) }

  /// The same filter with its neighbours in order, by which equal filters are found.
  var sorted: Taps {
    let order = offsets.indices.filter { weights[$0] != 0 }.sorted { offsets[$0] < offsets[$1] }
    return Taps(offsets: order.map { offsets[$0] }, weights: order.map { weights[$0] })
  }

  private init(offsets: [Int], weights: [Number]) {
    self.offsets = offsets
    self.weights = weights
  }
}
