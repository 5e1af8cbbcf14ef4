/// DeepMedic's `modelConfig` file: the network's shape, and the sizes of the segments it is fed.
///
/// The keys are those of DeepMedic 0.7 to 0.8.4, with its defaults. Sizes in the file are ordered as
/// the axes of the NIfTI image, (x, y, z); here, as everywhere, they are (z, y, x).
public struct DeepMedicModelFile: Sendable, Equatable {
  /// The name that the file gives the model.
  public var name = "deepmedic"
  /// The network.
  public var network: DeepMedic.Configuration
  /// The size of the segments in training.
  public var trainingSegment: Triple
  /// The size of the segments in validation.
  public var validationSegment: Triple
  /// The size of the segments at inference.
  public var inferenceSegment: Triple
  /// Over how many batches the statistics of batch normalisation are kept.
  public var rollingAverageBatches: Int
  /// What in the file was not understood, one line each.
  public var warnings: [String] = []

  /// Reads the file at a path.
  ///
  /// - Throws: ``ConvNetError``: see ``init(text:path:)``.
  public init(path: String) throws {
    try self.init(text: String(decoding: fileBytes(path), as: UTF8.self), path: path)
  }

  /// Reads the text of such a file; `path` is what errors speak of.
  ///
  /// - Throws: `malformed` where a required key is missing, or a value is of the wrong kind or
  ///   contradicts another; `unsupported` for what the program cannot compute: layers of lower rank,
  ///   padded pathways, the activations "elu" and "selu".
  public init(text: String, path: String) throws {
    var keys = try DeepMedicKeys(PythonAssignments(text, path: path), path: path)
    name = try keys.string("modelName") ?? "deepmedic"
    let channels = try keys.required("numberOfInputChannels", keys.count("numberOfInputChannels"))
    let classes = try keys.required("numberOfOutputClasses", keys.count("numberOfOutputClasses"))

    var normal = DeepMedic.Pathway(
      featureMaps: try keys.required(
        "numberFMsPerLayerNormal", keys.counts("numberFMsPerLayerNormal")),
      kernels: try keys.required("kernelDimPerLayerNormal", keys.triples("kernelDimPerLayerNormal"))
    )
    normal.residualLayers = try keys.counts("layersWithResidualConnNormal") ?? []
    normal.dropoutRates = try keys.rates("dropoutRatesNormal") ?? []
    try keys.refuseLowerRank("lowerRankLayersNormal")
    try keys.refusePadding("padTypePerLayerNormal")

    network = DeepMedic.Configuration(
      inputChannels: channels, classes: classes, normal: normal,
      fullyConnected: try Self.fullyConnected(&keys))
    network.subsampled = try Self.subsampled(&keys, normal: normal)
    network.activation = try Self.activation(&keys)
    rollingAverageBatches = try keys.integer("rollAverageForBNOverThatManyBatches") ?? 60
    network.batchNorm = rollingAverageBatches > 0

    trainingSegment = try keys.required("segmentsDimTrain", keys.triple("segmentsDimTrain"))
    validationSegment =
      try keys.triple("segmentsDimVal")
      ?? normal.kernels.reduce(Triple(repeating: 1)) {
        Triple($0.z + $1.z - 1, $0.y + $1.y - 1, $0.x + $1.x - 1)
      }
    inferenceSegment = try keys.triple("segmentsDimInference") ?? trainingSegment
    warnings = keys.unused()
  }

  private static func fullyConnected(
    _ keys: inout DeepMedicKeys
  ) throws -> DeepMedic.FullyConnected {
    let maps = try keys.counts("numberFMsPerLayerFC") ?? []
    var layers = DeepMedic.FullyConnected(featureMaps: maps)
    layers.residualLayers = try keys.counts("layersWithResidualConnFC") ?? []
    // The default of DeepMedic: none at the first layer, half at the others.
    layers.dropoutRates =
      try keys.rates("dropoutRatesFc")
      ?? (maps.isEmpty ? [0.5] : [0] + [Float](repeating: 0.5, count: maps.count))
    // Up to 0.8.1 one kernel is given. DeepMedic mirrors the features at a segment's border then;
    // here they are computed from the image beyond it, so that tiles of any size agree.
    layers.firstKernel = try keys.triple("kernelDimFor1stFcLayer") ?? Triple(repeating: 1)
    if let kernels = try keys.triples("kernelDimPerLayerFC") {
      guard kernels.count == maps.count + 1 else {
        throw keys.wrong("kernelDimPerLayerFC", "\(maps.count + 1) kernels")
      }
      guard kernels.dropFirst().allSatisfy({ $0 == Triple(repeating: 1) }) else {
        throw keys.unsupported(
          "\"kernelDimPerLayerFC\" has large kernels after the first layer",
          remedy: "only the first may differ from [1,1,1]")
      }
      layers.firstKernel = kernels[0]
    }
    if let padding = try keys.padding("padTypePerLayerFC") {
      guard padding.count == maps.count + 1 else {
        throw keys.wrong("padTypePerLayerFC", "\(maps.count + 1) entries")
      }
      switch padding[0] {
      case nil, "VALID": break
      case "MIRROR": layers.firstPadding = .mirror
      case let other?:
        throw keys.unsupported(
          "\"padTypePerLayerFC\" has the padding \"\(other)\"", remedy: "VALID and MIRROR are known"
        )
      }
    }
    return layers
  }

  private static func subsampled(
    _ keys: inout DeepMedicKeys, normal: DeepMedic.Pathway
  ) throws -> [DeepMedic.SubsampledPathway] {
    // Read in any case, so that they are known keys.
    var maps = try keys.countLists("numberFMsPerLayerSubsampled") ?? [normal.featureMaps]
    let kernels = try keys.triples("kernelDimPerLayerSubsampled")
    var factors = try keys.tripleOrTriples("subsampleFactor") ?? [Triple(repeating: 3)]
    let residualLayers = try keys.counts("layersWithResidualConnSubsampled")
    let dropoutRates = try keys.rates("dropoutRatesSubsampled") ?? []
    guard try keys.boolean("useSubsampledPathway") ?? false else {
      keys.ignore(["lowerRankLayersSubsampled", "padTypePerLayerSubsampled"])
      return []
    }
    try keys.refuseLowerRank("lowerRankLayersSubsampled")
    try keys.refusePadding("padTypePerLayerSubsampled")
    guard let lastMaps = maps.last, let lastFactor = factors.last else {
      throw keys.wrong("subsampleFactor", "at least one factor")
    }
    // Where fewer are given of the one than of the other, the last continues.
    let count = max(maps.count, factors.count)
    maps += Array(repeating: lastMaps, count: count - maps.count)
    factors += (factors.count..<count).map { [known = factors.count] index in
      let more = 2 * (index - known + 1)
      return Triple(lastFactor.z + more, lastFactor.y + more, lastFactor.x + more)
    }
    return try zip(maps, factors).map { maps, factor in
      guard kernels != nil || maps.count == normal.featureMaps.count else {
        throw keys.wrong(
          "numberFMsPerLayerSubsampled",
          "\(normal.featureMaps.count) layers as \"kernelDimPerLayerSubsampled\" is not given")
      }
      var pathway = DeepMedic.Pathway(featureMaps: maps, kernels: kernels ?? normal.kernels)
      pathway.residualLayers = residualLayers ?? normal.residualLayers
      pathway.dropoutRates = dropoutRates
      return DeepMedic.SubsampledPathway(factor: factor, pathway: pathway)
    }
  }

  private static func activation(
    _ keys: inout DeepMedicKeys
  ) throws -> DeepMedic.Activation {
    // The key of the first releases.
    let old = try keys.integer("relu0orPrelu1").map { $0 == 0 ? "relu" : "prelu" }
    let name = try keys.string("activationFunction") ?? old ?? "prelu"
    guard let activation = DeepMedic.Activation(rawValue: name) else {
      throw keys.unsupported(
        "the activation function is \"\(name)\"", remedy: "linear, relu and prelu are known")
    }
    return activation
  }
}
