/// The 3D U-Net in the form of nnU-Net (Isensee et al. 2021, "nnU-Net: a self-configuring method for
/// deep learning-based biomedical image segmentation"; residual encoders: Isensee et al. 2024).
public enum UNet {
  /// Everything that the network's shape depends on.
  public struct Configuration: Sendable, Hashable, Codable {
    /// The number of image channels.
    public var inputChannels: Int
    /// The number of classes, background included.
    public var classes: Int
    /// The number of features in each stage, the finest first.
    public var features: [Int]
    /// The kernel of each stage.
    public var kernels: [Triple]
    /// The stride at the beginning of each stage; the first has 1.
    public var strides: [Triple]
    /// The convolutions in each stage of the encoder; the residual blocks of two convolutions where
    /// `residual`.
    public var encoderBlocks: [Int]
    /// The convolutions in each stage of the decoder, the coarsest first.
    public var decoderConvolutions: [Int]
    /// Whether the encoder is made of residual blocks after a first convolution.
    public var residual = false
    /// What is added to the variance in instance normalisation.
    public var normEpsilon: Float = 1e-5
    /// The activation's slope for negative numbers.
    public var slope: Float = 0.01

    /// Makes a configuration with kernels of 3, halving at each stage and two convolutions a stage;
    /// set the rest.
    public init(inputChannels: Int, classes: Int, features: [Int]) {
      self.inputChannels = inputChannels
      self.classes = classes
      self.features = features
      kernels = [Triple](repeating: Triple(repeating: 3), count: features.count)
      strides = features.indices.map { Triple(repeating: $0 == 0 ? 1 : 2) }
      encoderBlocks = [Int](repeating: 2, count: features.count)
      decoderConvolutions = [Int](repeating: 2, count: max(0, features.count - 1))
    }
  }
}

extension UNet.Configuration {
  /// The network. Stage `s` of the encoder has the nodes `encoder.s.b.convolution`, `.norm` and
  /// `.activation` for its convolutions `b`, with residual blocks `encoder.s.b.1.convolution` and so
  /// on, `encoder.s.b.skip...`; stage `s` of the decoder `decoder.s.upsample`, `decoder.s.join` and
  /// `decoder.s.b.convolution` and so on. The result is "probabilities", the softmax of
  /// "classification".
  ///
  /// The image's size must be a multiple of the strides' product along each axis.
  ///
  /// - Throws: ``ConvNetError/invalidNetwork(node:reason:)`` where the lists' lengths contradict each
  ///   other.
  public func description() throws -> NetworkDescription {
    let stages = features.count
    guard stages >= 1, kernels.count == stages, strides.count == stages,
      encoderBlocks.count == stages, decoderConvolutions.count == stages - 1
    else {
      throw ConvNetError.invalidNetwork(
        node: "encoder",
        reason: "\(stages) stages with \(kernels.count) kernels, \(strides.count) strides, "
          + "\(encoderBlocks.count) encoder and \(decoderConvolutions.count) decoder lists")
    }
    guard encoderBlocks.allSatisfy({ $0 >= 1 }), decoderConvolutions.allSatisfy({ $0 >= 1 }),
      kernels.allSatisfy({ kernel in (0..<3).allSatisfy { kernel[$0] % 2 == 1 } })
    else {
      throw ConvNetError.invalidNetwork(
        node: "encoder", reason: "a stage without a convolution or a kernel that is not odd")
    }
    var network = DescriptionBuilder(channels: inputChannels)
    var value = network.input.name
    var skips: [String] = []
    if residual {
      value = addBlock(
        "encoder.stem", value, features[0], kernels[0], .one, to: &network, activate: true)
    }
    for stage in 0..<stages {
      for block in 0..<encoderBlocks[stage] {
        let name = "encoder.\(stage).\(block)"
        let stride = block == 0 ? strides[stage] : .one
        if residual {
          let before = block == 0 ? features[max(0, stage - 1)] : features[stage]
          value = addResidualBlock(
            name, value, from: before, to: features[stage], kernels[stage], stride, to: &network)
        } else {
          value = addBlock(
            name, value, features[stage], kernels[stage], stride, to: &network, activate: true)
        }
      }
      skips.append(value)
    }
    for (step, stage) in (0..<(stages - 1)).reversed().enumerated() {
      let name = "decoder.\(stage)"
      let up = network.add(
        "\(name).upsample",
        .transposedConvolution(
          TransposedConvolution(
            outputChannels: features[stage], kernel: strides[stage + 1],
            stride: strides[stage + 1])),
        value)
      value = network.concatenate("\(name).join", [up, skips[stage]])
      for block in 0..<decoderConvolutions[step] {
        value = addBlock(
          "\(name).\(block)", value, features[stage], kernels[stage], .one, to: &network,
          activate: true)
      }
    }
    value = network.add(
      "classification", .convolution(Convolution(outputChannels: classes, kernel: .one)), value)
    value = network.add("probabilities", .softmax, value)
    return network.description(output: value)
  }

  private func addBlock(
    _ name: String, _ input: String, _ count: Int, _ kernel: Triple, _ stride: Triple,
    to network: inout DescriptionBuilder, activate: Bool, hasBias: Bool = true
  ) -> String {
    var convolution = Convolution(same: count, kernel: kernel, stride: stride)
    convolution.hasBias = hasBias
    let value = network.add("\(name).convolution", .convolution(convolution), input)
    let normed = network.add(
      "\(name).norm", .instanceNorm(epsilon: normEpsilon, affine: true), value)
    return activate
      ? network.add("\(name).activation", .leakyReLU(slope: slope), normed) : normed
  }

  private func addResidualBlock(
    _ name: String, _ input: String, from before: Int, to count: Int, _ kernel: Triple,
    _ stride: Triple, to network: inout DescriptionBuilder
  ) -> String {
    var skip = input
    if stride != .one {
      skip = network.add(
        "\(name).skip.pool", .averagePool(Pool(kernel: stride, stride: stride)), skip)
    }
    if before != count {
      skip = addBlock(
        "\(name).skip", skip, count, .one, .one, to: &network, activate: false, hasBias: false)
    }
    var value = addBlock("\(name).1", input, count, kernel, stride, to: &network, activate: true)
    value = addBlock("\(name).2", value, count, kernel, .one, to: &network, activate: false)
    value = network.add("\(name).sum", .add, value, skip)
    return network.add("\(name).activation", .leakyReLU(slope: slope), value)
  }
}
