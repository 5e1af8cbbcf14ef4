extension DeepMedic.Configuration {
  /// The sizes of the paper (Kamnitsas et al. 2017): two pathways, the second by 3, no residuals.
  public static func paper(inputChannels: Int, classes: Int) -> DeepMedic.Configuration {
    let pathway = DeepMedic.Pathway(
      featureMaps: [30, 30, 40, 40, 40, 40, 50, 50],
      kernels: [Triple](repeating: Triple(repeating: 3), count: 8))
    var fullyConnected = DeepMedic.FullyConnected(featureMaps: [150, 150])
    fullyConnected.dropoutRates = [0, 0.5, 0.5]
    var configuration = DeepMedic.Configuration(
      inputChannels: inputChannels, classes: classes, normal: pathway,
      fullyConnected: fullyConnected)
    configuration.subsampled = [.init(factor: Triple(repeating: 3), pathway: pathway)]
    return configuration
  }

  /// The usual sizes of the program's version 0.8.4: pathways by 1, 3 and 5 with residuals.
  public static func wide(inputChannels: Int, classes: Int) -> DeepMedic.Configuration {
    var configuration = paper(inputChannels: inputChannels, classes: classes)
    configuration.normal.residualLayers = [4, 6, 8]
    configuration.subsampled = [3, 5].map {
      .init(factor: Triple(repeating: $0), pathway: configuration.normal)
    }
    configuration.fullyConnected.featureMaps = [250, 250]
    configuration.fullyConnected.firstKernel = Triple(repeating: 3)
    configuration.fullyConnected.firstPadding = .mirror
    configuration.fullyConnected.residualLayers = [2]
    return configuration
  }

  /// How much larger than the output the input must be, both sides together.
  public var margin: Triple {
    let reach = widest
    return Triple {
      2 * reach[$0] + normal.shrinkage[$0]
        + (fullyConnected.firstPadding == .valid ? fullyConnected.firstKernel[$0] - 1 : 0)
    }
  }

  /// The network with the image as its one input, from which the pathways take their parts.
  ///
  /// A layer `l` of the pathway `p` ("normal", "subsampled1", "subsampled2", ..., "fc") has the nodes
  /// `p.l.norm`, `p.l.activation`, `p.l.dropout`, `p.l.keep` (the factor 1 - rate, since the network
  /// is trained without scaling up what dropout leaves), `p.l.convolution` and `p.l.residual`; the
  /// last layer's `p.l` is "classification". The first layer of a pathway sees the image and has a
  /// bias in its convolution instead of the norm. Without batch normalisation, `p.l.norm` is a norm
  /// with mean 0, variance 1 and weight 1, whose bias is the layer's.
  ///
  /// The voxels of a subsampled pathway are those for which the middle of its receptive field
  /// coincides with the normal pathway's at every factor-th output voxel.
  ///
  /// - Throws: ``ConvNetError/invalidNetwork(node:reason:)`` where the configuration contradicts
  ///   itself.
  public func description() throws -> NetworkDescription {
    try check()
    var network = DescriptionBuilder(channels: inputChannels)
    let image = network.input.name
    let reach = widest
    let own =
      reach == .zero ? image : network.add("normal.crop", .crop(low: reach, high: reach), image)
    let normalOutput = add(normal, "normal", from: own, to: &network)
    var joined = [normalOutput]
    for (index, branch) in subsampled.enumerated() {
      let name = "subsampled\(index + 1)"
      let free = Triple { reach[$0] - branch.reach[$0] }
      var value = image
      if free != .zero { value = network.add("\(name).crop", .crop(low: free, high: free), value) }
      value = network.add("\(name).subsample", .subsample(factors: branch.factor), value)
      value = add(branch.pathway, name, from: value, to: &network)
      value = network.add("\(name).upsample", .upsampleNearest(factors: branch.factor), value)
      joined.append(
        network.add("\(name).match", .cropLike(centred: false), value, normalOutput))
    }
    let features = joined.count == 1 ? normalOutput : network.concatenate("joined", joined)
    let probabilities = addClassifier(from: features, to: &network)
    return network.description(output: probabilities)
  }

  private func add(
    _ pathway: DeepMedic.Pathway, _ name: String, from image: String,
    to network: inout DescriptionBuilder
  ) -> String {
    var inputs = [image]
    for (index, maps) in pathway.featureMaps.enumerated() {
      let layer = "\(name).\(index + 1)"
      var convolution = Convolution(outputChannels: maps, kernel: pathway.kernels[index])
      convolution.hasBias = index == 0
      let rate = pathway.dropoutRates.isEmpty ? 0 : pathway.dropoutRates[index]
      var value = inputs[index]
      if index > 0 { value = addPreActivation(layer, value, to: &network) }
      value = addDropout(layer, rate, value, to: &network)
      value = network.add("\(layer).convolution", .convolution(convolution), value)
      if pathway.residualLayers.contains(index + 1) {
        value = network.add("\(layer).residual", .add, value, inputs[index - 1])
      }
      inputs.append(value)
    }
    return inputs[inputs.count - 1]
  }

  private func addClassifier(
    from features: String, to network: inout DescriptionBuilder
  ) -> String {
    var inputs = [features]
    let maps = fullyConnected.featureMaps + [classes]
    for (index, count) in maps.enumerated() {
      let isLast = index == maps.count - 1
      let layer = isLast ? "classification" : "fc.\(index + 1)"
      var convolution = Convolution(
        outputChannels: count, kernel: index == 0 ? fullyConnected.firstKernel : .one)
      convolution.hasBias = isLast
      if index == 0 && fullyConnected.firstPadding == .mirror {
        // Mirrored with the border voxel, of which one voxel is the border voxel itself.
        let kernel = convolution.kernel
        convolution.paddingLow = Triple { (kernel[$0] - 1) / 2 }
        convolution.paddingHigh = Triple { kernel[$0] / 2 }
        convolution.paddingMode = .edge
      }
      let rates = fullyConnected.dropoutRates
      var value = addPreActivation(layer, inputs[index], to: &network)
      value = addDropout(layer, rates.isEmpty ? 0 : rates[index], value, to: &network)
      value = network.add("\(layer).convolution", .convolution(convolution), value)
      if fullyConnected.residualLayers.contains(index + 1) && !isLast {
        value = network.add("\(layer).residual", .add, value, inputs[index - 1])
      }
      inputs.append(value)
    }
    return network.add("probabilities", .softmax, inputs[inputs.count - 1])
  }

  private func addPreActivation(
    _ layer: String, _ value: String, to network: inout DescriptionBuilder
  ) -> String {
    let normed = network.add(
      "\(layer).norm", .batchNorm(epsilon: batchNorm ? batchNormEpsilon : 0), value)
    return switch activation {
    case .linear: normed
    case .relu: network.add("\(layer).activation", .relu, normed)
    case .prelu: network.add("\(layer).activation", .prelu, normed)
    }
  }

  private func addDropout(
    _ layer: String, _ rate: Float, _ value: String, to network: inout DescriptionBuilder
  ) -> String {
    guard rate > 0 else { return value }
    let dropped = network.add("\(layer).dropout", .dropout(rate: rate), value)
    return network.add("\(layer).keep", .scale(factor: 1 - rate), dropped)
  }

  /// How far the widest pathway looks beyond the normal one, on each side.
  private var widest: Triple {
    Triple { axis in subsampled.map { $0.reach[axis] }.max() ?? 0 }
  }

  private func check() throws {
    func fail(_ name: String, _ reason: String) -> ConvNetError {
      .invalidNetwork(node: name, reason: reason)
    }
    func check(
      _ name: String, layers: Int, maps: [Int], residuals: [Int], rates: [Float], rateCount: Int
    ) throws {
      if let layer = residuals.first(where: { !(2...max(2, layers)).contains($0) || $0 > layers }) {
        throw fail(name, "a residual at layer \(layer); expected one of 2 to \(layers)")
      }
      guard rates.isEmpty || rates.count == rateCount else {
        throw fail(name, "\(rates.count) dropout rates for \(rateCount) layers")
      }
    }
    let pathways =
      [("normal", normal)]
      + subsampled.enumerated().map { ("subsampled\($0.offset + 1)", $0.element.pathway) }
    for (name, pathway) in pathways {
      let count = pathway.featureMaps.count
      guard count > 0, pathway.kernels.count == count else {
        throw fail(name, "\(count) layers and \(pathway.kernels.count) kernels")
      }
      for kernel in pathway.kernels
      where (0..<3).contains(where: { !(1...99).contains(kernel[$0]) }) {
        throw fail(name, "a kernel of \(kernel.text); expected 1 to 99")
      }
      try check(
        name, layers: count, maps: pathway.featureMaps, residuals: pathway.residualLayers,
        rates: pathway.dropoutRates, rateCount: count)
      guard pathway.shrinkage == normal.shrinkage else {
        throw fail(name, "its receptive field differs from the normal pathway's")
      }
    }
    for (index, branch) in subsampled.enumerated() {
      for axis in 0..<3 {
        guard (1...99).contains(branch.factor[axis]) else {
          throw fail("subsampled\(index + 1)", "a factor of \(branch.factor.text)")
        }
        guard (branch.factor[axis] - 1) * normal.shrinkage[axis] % 2 == 0 else {
          throw fail(
            "subsampled\(index + 1)",
            "an even factor with an even receptive field has no common middle")
        }
      }
    }
    let layers = fullyConnected.featureMaps.count
    try check(
      "fc", layers: layers, maps: fullyConnected.featureMaps,
      residuals: fullyConnected.residualLayers, rates: fullyConnected.dropoutRates,
      rateCount: layers + 1)
    let kernel = fullyConnected.firstKernel
    let most = fullyConnected.firstPadding == .mirror ? 3 : 99
    guard (0..<3).allSatisfy({ (1...most).contains(kernel[$0]) }) else {
      throw fail("fc", "a first kernel of \(kernel.text); expected 1 to \(most)")
    }
  }
}

extension DeepMedic.Pathway {
  /// How much smaller than its input the output is.
  fileprivate var shrinkage: Triple {
    Triple { axis in kernels.reduce(0) { $0 + $1[axis] - 1 } }
  }
}

extension DeepMedic.SubsampledPathway {
  /// How far the pathway looks beyond the normal one, on each side.
  fileprivate var reach: Triple {
    let shrinkage = pathway.shrinkage
    return Triple { (factor[$0] - 1) * shrinkage[$0] / 2 }
  }
}
