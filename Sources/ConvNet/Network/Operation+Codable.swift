/// An operation is written as an object with its name under "op" and its fields beside it; fields
/// that have their usual value are left out. `docs/model-format.md` lists them.
extension Operation: Codable {
  private enum Name: String {
    case convolution, transposedConvolution, batchNorm, instanceNorm, prelu, leakyReLU, relu
    case softmax, sigmoid, maxPool, averagePool, upsampleNearest, upsampleTrilinear, subsample
    case crop, cropLike, pad, concatenate, add, scale, dropout
  }

  /// Reads an operation; a name or a field that is not known is an error.
  public init(from decoder: any Decoder) throws {
    let fields = try Fields(decoder)
    let text = try fields.value("op", as: String.self)
    guard let name = Name(rawValue: text) else {
      throw fields.error("unknown operation \"\(text)\"")
    }
    self =
      switch name {
      case .convolution: .convolution(try Convolution(fields))
      case .transposedConvolution: .transposedConvolution(try TransposedConvolution(fields))
      case .batchNorm: .batchNorm(epsilon: try fields.value("epsilon"))
      case .instanceNorm:
        .instanceNorm(
          epsilon: try fields.value("epsilon"), affine: try fields.value("affine", default: true))
      case .prelu: .prelu
      case .leakyReLU: .leakyReLU(slope: try fields.value("slope"))
      case .relu: .relu
      case .softmax: .softmax
      case .sigmoid: .sigmoid
      case .maxPool: .maxPool(try Pool(fields))
      case .averagePool: .averagePool(try Pool(fields))
      case .upsampleNearest: .upsampleNearest(factors: try fields.value("factors"))
      case .upsampleTrilinear:
        .upsampleTrilinear(
          factors: try fields.value("factors"),
          alignCorners: try fields.value("alignCorners", default: false))
      case .subsample: .subsample(factors: try fields.value("factors"))
      case .crop:
        .crop(
          low: try fields.value("low", default: .zero),
          high: try fields.value("high", default: .zero))
      case .cropLike: .cropLike(centred: try fields.value("centred", default: true))
      case .pad:
        .pad(
          low: try fields.value("low", default: .zero),
          high: try fields.value("high", default: .zero),
          mode: try fields.value("mode", default: .zero))
      case .concatenate: .concatenate
      case .add: .add
      case .scale: .scale(factor: try fields.value("factor"))
      case .dropout: .dropout(rate: try fields.value("rate"))
      }
    try fields.finish()
  }

  /// Writes an operation.
  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    func begin(_ name: Name) throws { try fields.write("op", name.rawValue) }
    switch self {
    case .convolution(let shape):
      try begin(.convolution)
      try shape.write(to: &fields)
    case .transposedConvolution(let shape):
      try begin(.transposedConvolution)
      try shape.write(to: &fields)
    case .batchNorm(let epsilon):
      try begin(.batchNorm)
      try fields.write("epsilon", epsilon)
    case .instanceNorm(let epsilon, let affine):
      try begin(.instanceNorm)
      try fields.write("epsilon", epsilon)
      try fields.write("affine", affine, unless: true)
    case .prelu: try begin(.prelu)
    case .leakyReLU(let slope):
      try begin(.leakyReLU)
      try fields.write("slope", slope)
    case .relu: try begin(.relu)
    case .softmax: try begin(.softmax)
    case .sigmoid: try begin(.sigmoid)
    case .maxPool(let pool):
      try begin(.maxPool)
      try pool.write(to: &fields)
    case .averagePool(let pool):
      try begin(.averagePool)
      try pool.write(to: &fields)
    case .upsampleNearest(let factors):
      try begin(.upsampleNearest)
      try fields.write("factors", factors)
    case .upsampleTrilinear(let factors, let alignCorners):
      try begin(.upsampleTrilinear)
      try fields.write("factors", factors)
      try fields.write("alignCorners", alignCorners, unless: false)
    case .subsample(let factors):
      try begin(.subsample)
      try fields.write("factors", factors)
    case .crop(let low, let high):
      try begin(.crop)
      try fields.write("low", low, unless: .zero)
      try fields.write("high", high, unless: .zero)
    case .cropLike(let centred):
      try begin(.cropLike)
      try fields.write("centred", centred, unless: true)
    case .pad(let low, let high, let mode):
      try begin(.pad)
      try fields.write("low", low, unless: .zero)
      try fields.write("high", high, unless: .zero)
      try fields.write("mode", mode, unless: .zero)
    case .concatenate: try begin(.concatenate)
    case .add: try begin(.add)
    case .scale(let factor):
      try begin(.scale)
      try fields.write("factor", factor)
    case .dropout(let rate):
      try begin(.dropout)
      try fields.write("rate", rate)
    }
  }
}

extension Convolution {
  fileprivate init(_ fields: Fields) throws {
    self.init(
      outputChannels: try fields.value("outputChannels"), kernel: try fields.value("kernel"))
    stride = try fields.value("stride", default: stride)
    dilation = try fields.value("dilation", default: dilation)
    paddingLow = try fields.value("paddingLow", default: paddingLow)
    paddingHigh = try fields.value("paddingHigh", default: paddingHigh)
    paddingMode = try fields.value("paddingMode", default: paddingMode)
    groups = try fields.value("groups", default: groups)
    hasBias = try fields.value("hasBias", default: hasBias)
  }

  fileprivate func write(to fields: inout FieldWriter) throws {
    let usual = Convolution(outputChannels: outputChannels, kernel: kernel)
    try fields.write("outputChannels", outputChannels)
    try fields.write("kernel", kernel)
    try fields.write("stride", stride, unless: usual.stride)
    try fields.write("dilation", dilation, unless: usual.dilation)
    try fields.write("paddingLow", paddingLow, unless: usual.paddingLow)
    try fields.write("paddingHigh", paddingHigh, unless: usual.paddingHigh)
    try fields.write("paddingMode", paddingMode, unless: usual.paddingMode)
    try fields.write("groups", groups, unless: usual.groups)
    try fields.write("hasBias", hasBias, unless: usual.hasBias)
  }
}

extension TransposedConvolution {
  fileprivate init(_ fields: Fields) throws {
    self.init(
      outputChannels: try fields.value("outputChannels"), kernel: try fields.value("kernel"),
      stride: try fields.value("stride"))
    paddingLow = try fields.value("paddingLow", default: paddingLow)
    paddingHigh = try fields.value("paddingHigh", default: paddingHigh)
    outputPadding = try fields.value("outputPadding", default: outputPadding)
    hasBias = try fields.value("hasBias", default: hasBias)
  }

  fileprivate func write(to fields: inout FieldWriter) throws {
    try fields.write("outputChannels", outputChannels)
    try fields.write("kernel", kernel)
    try fields.write("stride", stride)
    try fields.write("paddingLow", paddingLow, unless: .zero)
    try fields.write("paddingHigh", paddingHigh, unless: .zero)
    try fields.write("outputPadding", outputPadding, unless: .zero)
    try fields.write("hasBias", hasBias, unless: true)
  }
}

extension Pool {
  fileprivate init(_ fields: Fields) throws {
    self.init(kernel: try fields.value("kernel"), stride: try fields.value("stride"))
    paddingLow = try fields.value("paddingLow", default: paddingLow)
    paddingHigh = try fields.value("paddingHigh", default: paddingHigh)
  }

  fileprivate func write(to fields: inout FieldWriter) throws {
    try fields.write("kernel", kernel)
    try fields.write("stride", stride)
    try fields.write("paddingLow", paddingLow, unless: .zero)
    try fields.write("paddingHigh", paddingHigh, unless: .zero)
  }
}
