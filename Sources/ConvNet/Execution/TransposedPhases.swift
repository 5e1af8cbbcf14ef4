/// A transposed convolution seen as ordinary ones: the output voxels that leave the same rest when
/// divided by the stride (a phase) are a convolution of the input with every stride-th tap.
struct TransposedPhases {
  /// A phase along one axis.
  struct Phase {
    /// The first output voxel.
    var output: Int
    /// The number of output voxels.
    var count: Int
    /// The first input voxel that the first output voxel reads; may lie before the input.
    var input: Int
    /// The taps of the transposed kernel, in the order of the input voxels; nil for a zero.
    var taps: [Int?]
  }

  /// The phases by axis.
  private(set) var axes: [[Phase]] = []
  /// The zeros that are needed before the input.
  private(set) var low = Triple.zero
  /// The zeros that are needed after the input.
  private(set) var high = Triple.zero

  init(_ shape: TransposedConvolution, inputSize: Triple, outputSize: Triple) {
    var margins: [(low: Int, high: Int)] = []
    for axis in 0..<3 {
      let stride = shape.stride[axis]
      let kernel = shape.kernel[axis]
      var phases: [Phase] = []
      var margin = (low: 0, high: 0)
      for first in 0..<min(stride, outputSize[axis]) {
        // o + padding = stride * q + rest; tap rest + stride * j meets input voxel q - j.
        let rest = (first + shape.paddingLow[axis]) % stride
        let q = (first + shape.paddingLow[axis]) / stride
        let taps = rest < kernel ? (kernel - rest + stride - 1) / stride : 0
        let phase = Phase(
          output: first, count: (outputSize[axis] - first + stride - 1) / stride,
          input: q - max(0, taps - 1),
          taps: taps == 0 ? [nil] : (0..<taps).reversed().map { rest + stride * $0 })
        margin.low = max(margin.low, -phase.input)
        margin.high = max(
          margin.high, phase.input + phase.count - 1 + phase.taps.count - inputSize[axis])
        phases.append(phase)
      }
      axes.append(phases)
      margins.append(margin)
    }
    low = Triple { margins[$0].low }
    high = Triple { margins[$0].high }
  }

  /// All combinations of the axes' phases.
  var combinations: [(z: Phase, y: Phase, x: Phase)] {
    axes[0].flatMap { z in axes[1].flatMap { y in axes[2].map { x in (z, y, x) } } }
  }
}
