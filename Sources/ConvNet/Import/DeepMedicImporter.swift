/// Reads networks that DeepMedic (versions 0.7 to 0.8.4) trained: a TensorFlow checkpoint and the
/// `modelConfig` file that describes the network.
public enum DeepMedicImporter {
  /// What the two files hold.
  public struct Result: Sendable {
    /// The network; its spatial axes are (z, y, x), its input's channels in the order of training,
    /// which neither file tells.
    public var network: Network
    /// The network's shape, the sizes of segments, the model's name, and what was not understood.
    public var modelFile: DeepMedicModelFile
  }

  /// Reads a model.
  ///
  /// - Parameters:
  ///   - prefix: The path of the checkpoint without `.index` and `.data-...`.
  ///   - config: The path of the `modelConfig` file.
  /// - Throws: ``ConvNetError`` naming the file, the setting or the tensor that is wrong.
  public static func load(prefix: String, config: String) throws -> Result {
    let modelFile = try DeepMedicModelFile(path: config)
    let checkpoint = try TensorFlowCheckpoint(prefix: prefix)
    return Result(
      network: try network(modelFile, weights: checkpoint), modelFile: modelFile)
  }

  /// The network of a configuration with the weights of a checkpoint.
  ///
  /// - Throws: `missingWeight` or `weightShape` with TensorFlow's name of the tensor.
  public static func network(
    _ modelFile: DeepMedicModelFile, weights checkpoint: TensorFlowCheckpoint
  ) throws -> Network {
    let configuration = modelFile.network
    let description = try configuration.description()
    var variables = Variables(
      checkpoint: checkpoint, configuration: configuration,
      statistics: modelFile.rollingAverageBatches)
    let pathways =
      [("normal", configuration.normal)]
      + configuration.subsampled.enumerated().map { ("subsampled\($0 + 1)", $1.pathway) }
    for (name, pathway) in pathways { try variables.add(pathway, named: name) }
    try variables.addClassifier(
      inputs: pathways.reduce(0) { $0 + ($1.1.featureMaps.last ?? 0) })
    return try Network(description: description, weights: variables.weights)
  }
}

/// Collects weights in the order in which DeepMedic makes its variables.
///
/// TensorFlow names the variables of a kind `W`, `W_1`, `W_2` and so on in that order: the normal
/// pathway, the subsampled ones, the fully connected layers, the bias before the softmax.
private struct Variables {
  let checkpoint: TensorFlowCheckpoint
  let configuration: DeepMedic.Configuration
  /// Over how many batches statistics are stored.
  let statistics: Int
  private(set) var weights: [String: Weight] = [:]
  private var used: [String: Int] = [:]

  init(
    checkpoint: TensorFlowCheckpoint, configuration: DeepMedic.Configuration, statistics: Int
  ) {
    self.checkpoint = checkpoint
    self.configuration = configuration
    self.statistics = statistics
  }

  /// The layers of a pathway, the first of which sees the image.
  mutating func add(_ pathway: DeepMedic.Pathway, named name: String) throws {
    var channels = configuration.inputChannels
    for (index, (maps, kernel)) in zip(pathway.featureMaps, pathway.kernels).enumerated() {
      let layer = "\(name).\(index + 1)"
      if index == 0 {
        // The bias of the image precedes a convolution without padding, so it is one after it too.
        let bias = try next("b", [channels])
        let kernels = try self.kernels(layer, inputs: channels, outputs: maps, kernel: kernel)
        let kept = 1 - (pathway.dropoutRates.first ?? 0)
        weights["\(layer).convolution.bias"] = Self.response(
          of: kernels, to: bias.values.map { $0 * kept })
      } else {
        try addPreActivation(layer, channels: channels)
        _ = try kernels(layer, inputs: channels, outputs: maps, kernel: kernel)
      }
      channels = maps
    }
  }

  /// The fully connected layers after features of so many channels, and the classification.
  mutating func addClassifier(inputs: Int) throws {
    let layers = configuration.fullyConnected
    var channels = inputs
    for (index, maps) in (layers.featureMaps + [configuration.classes]).enumerated() {
      let layer = index == layers.featureMaps.count ? "classification" : "fc.\(index + 1)"
      try addPreActivation(layer, channels: channels)
      _ = try kernels(
        layer, inputs: channels, outputs: maps, kernel: index == 0 ? layers.firstKernel : .one)
      channels = maps
    }
    weights["classification.convolution.bias"] = try next("b", [channels])
  }

  private mutating func addPreActivation(_ layer: String, channels: Int) throws {
    let norm = "\(layer).norm"
    if configuration.batchNorm {
      weights["\(norm).weight"] = try next("gBn", [channels])
      weights["\(norm).bias"] = try next("bBn", [channels])
      weights["\(norm).mean"] = Self.rowMean(
        try next("muBnsForRollingAverage", [statistics, channels]))
      weights["\(norm).variance"] = Self.rowMean(
        try next("varBnsForRollingAverage", [statistics, channels]))
    } else {
      func all(_ value: Float) -> Weight {
        Weight(shape: [channels], values: Array(repeating: value, count: channels))
      }
      weights["\(norm).weight"] = all(1)
      weights["\(norm).bias"] = try next("b", [channels])
      weights["\(norm).mean"] = all(0)
      weights["\(norm).variance"] = all(1)
    }
    if configuration.activation == .prelu {
      weights["\(layer).activation.slope"] = try next("aPrelu", [channels])
    }
  }

  /// The kernels of a layer; DeepMedic's last three axes are x, y and z.
  private mutating func kernels(
    _ layer: String, inputs: Int, outputs: Int, kernel: Triple
  ) throws -> Weight {
    let weight = try next("W", [outputs, inputs, kernel.x, kernel.y, kernel.z])
      .reversingSpatialAxes()
    weights["\(layer).convolution.weight"] = weight
    return weight
  }

  /// The next variable of a kind.
  private mutating func next(_ kind: String, _ shape: [Int]) throws -> Weight {
    let number = used[kind, default: 0]
    used[kind] = number + 1
    return try checkpoint.weight("net/\(kind)" + (number == 0 ? "" : "_\(number)"), shape: shape)
  }

  /// What kernels make of an image that has one value per channel.
  private static func response(of kernels: Weight, to values: [Float]) -> Weight {
    let taps = kernels.shape[2...].reduce(1, *)
    let outputs = (0..<kernels.shape[0]).map { output in
      var sum = 0.0
      for (input, value) in values.enumerated() {
        let start = (output * values.count + input) * taps
        sum += kernels.values[start..<start + taps].reduce(0.0) { $0 + Double($1) } * Double(value)
      }
      return Float(sum)
    }
    return Weight(shape: [outputs.count], values: outputs)
  }

  /// The mean of the rows of a matrix.
  private static func rowMean(_ matrix: Weight) -> Weight {
    let (rows, columns) = (matrix.shape[0], matrix.shape[1])
    let means = (0..<columns).map { column in
      let sum = (0..<rows).reduce(0.0) { $0 + Double(matrix.values[$1 * columns + column]) }
      return Float(sum / Double(rows))
    }
    return Weight(shape: [columns], values: means)
  }
}
