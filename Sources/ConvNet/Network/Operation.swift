/// What a node of a network computes.
///
/// Triples are ordered (z, y, x), as the axes of a ``Tensor``. Weights are named after the node:
/// for a node `n`, `weight` below means the tensor `"n.weight"`.
public enum Operation: Sendable, Hashable {
  /// Cross-correlation with a kernel. `weight`: (out, in / groups, kz, ky, kx); `bias`: (out), where
  /// the convolution has one.
  case convolution(Convolution)
  /// The adjoint of a strided convolution. `weight`: (in, out, kz, ky, kx); `bias`: (out).
  case transposedConvolution(TransposedConvolution)
  /// y = (x - mean) / sqrt(variance + epsilon) * weight + bias for each channel, with stored `mean`,
  /// `variance`, `weight` and `bias`: (channels).
  case batchNorm(epsilon: Float)
  /// The same with the mean and the (biased) variance of each channel over the whole input.
  /// `weight` and `bias`: (channels), where `affine`.
  case instanceNorm(epsilon: Float, affine: Bool)
  /// y = max(x, 0) + slope min(x, 0). `slope`: (channels) or (1).
  case prelu
  /// y = max(x, 0) + slope min(x, 0).
  case leakyReLU(slope: Float)
  /// y = max(x, 0).
  case relu
  /// exp(x) over its sum over the channels.
  case softmax
  /// 1 / (1 + exp(-x)).
  case sigmoid
  /// The largest value under a window; padding counts as minus infinity.
  case maxPool(Pool)
  /// The mean under a window; padding is not counted.
  case averagePool(Pool)
  /// Each voxel repeated.
  case upsampleNearest(factors: Triple)
  /// Linear interpolation; `alignCorners` as in PyTorch.
  case upsampleTrilinear(factors: Triple, alignCorners: Bool)
  /// Every n-th voxel, from the first: size ceil(n / factor).
  case subsample(factors: Triple)
  /// Voxels removed at both ends of each axis.
  case crop(low: Triple, high: Triple)
  /// The first input cut to the size of the second: the centre, or from the first voxel on.
  case cropLike(centred: Bool)
  /// Voxels added at both ends of each axis.
  case pad(low: Triple, high: Triple, mode: PaddingMode)
  /// The channels of all inputs, one after the other.
  case concatenate
  /// The sum of two inputs. The second is cut to the centre of the first where it is larger, and
  /// gets channels of zeros where it has fewer (Kamnitsas 2017's residual connections).
  case add
  /// y = factor x.
  case scale(factor: Float)
  /// Nothing at inference.
  case dropout(rate: Float)
}

/// Three numbers for the axes z, y and x.
public struct Triple: Sendable, Hashable {
  /// Along the slowest axis.
  public var z: Int
  /// Along the middle axis.
  public var y: Int
  /// Along the fastest axis.
  public var x: Int

  /// Makes a triple.
  public init(_ z: Int, _ y: Int, _ x: Int) {
    self.z = z
    self.y = y
    self.x = x
  }

  /// The same number thrice.
  public init(repeating value: Int) {
    self.init(value, value, value)
  }

  /// By axis: 0 for z, 1 for y, 2 for x.
  public subscript(axis: Int) -> Int { axis == 0 ? z : axis == 1 ? y : x }

  /// Nothing along each axis.
  public static let zero = Triple(repeating: 0)
  /// One along each axis.
  public static let one = Triple(repeating: 1)
}

/// What is beyond the border.
public enum PaddingMode: String, Sendable, Hashable, Codable {
  /// Zeros.
  case zero
  /// The image mirrored at its border voxel, which is not repeated (PyTorch's "reflect").
  case mirror
  /// The border voxel repeated.
  case edge
}

/// The shape of a convolution.
public struct Convolution: Sendable, Hashable {
  /// The number of output channels.
  public var outputChannels: Int
  /// The extent of the kernel.
  public var kernel: Triple
  /// The step between output voxels.
  public var stride = Triple(repeating: 1)
  /// The step between the kernel's taps.
  public var dilation = Triple(repeating: 1)
  /// Voxels added at the low end of each axis; zeros make a valid convolution.
  public var paddingLow = Triple(repeating: 0)
  /// Voxels added at the high end of each axis.
  public var paddingHigh = Triple(repeating: 0)
  /// What the added voxels hold.
  public var paddingMode = PaddingMode.zero
  /// Input and output channels are split into so many independent groups.
  public var groups = 1
  /// Whether there is a bias.
  public var hasBias = true

  /// A convolution of stride and dilation 1 without padding; set the rest.
  public init(outputChannels: Int, kernel: Triple) {
    self.outputChannels = outputChannels
    self.kernel = kernel
  }
}

/// The shape of a transposed convolution; the output has size
/// (n - 1) stride - paddingLow - paddingHigh + dilation (kernel - 1) + outputPadding + 1.
public struct TransposedConvolution: Sendable, Hashable {
  /// The number of output channels.
  public var outputChannels: Int
  /// The extent of the kernel.
  public var kernel: Triple
  /// The step in the output for each input voxel.
  public var stride: Triple
  /// Voxels removed at the low end of the output.
  public var paddingLow = Triple(repeating: 0)
  /// Voxels removed at the high end of the output.
  public var paddingHigh = Triple(repeating: 0)
  /// Voxels added at the high end of the output.
  public var outputPadding = Triple(repeating: 0)
  /// Whether there is a bias.
  public var hasBias = true

  /// A transposed convolution without padding; set the rest.
  public init(outputChannels: Int, kernel: Triple, stride: Triple) {
    self.outputChannels = outputChannels
    self.kernel = kernel
    self.stride = stride
  }
}

/// The shape of a pooling window.
public struct Pool: Sendable, Hashable {
  /// The extent of the window.
  public var kernel: Triple
  /// The step between output voxels.
  public var stride: Triple
  /// Voxels added at the low end of each axis.
  public var paddingLow = Triple(repeating: 0)
  /// Voxels added at the high end of each axis.
  public var paddingHigh = Triple(repeating: 0)

  /// A window without padding; set the rest.
  public init(kernel: Triple, stride: Triple) {
    self.kernel = kernel
    self.stride = stride
  }
}
