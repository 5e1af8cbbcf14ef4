import ConvNet
import Testing

@Suite("Networks: validation, shapes, JSON")
struct NetworkTests {
  /// conv(2 -> 3, 3x3x3) -> prelu -> cropped residual.
  static let small = NetworkDescription(
    input: .init(channels: 2),
    nodes: [
      .init(
        name: "conv",
        operation: .convolution(Convolution(outputChannels: 3, kernel: Triple(3, 3, 3))),
        inputs: ["image"]),
      .init(name: "act", operation: .prelu, inputs: ["conv"]),
      .init(name: "sum", operation: .add, inputs: ["act", "image"]),
    ], output: "sum")

  static let weights = [
    "conv.weight": Weight(shape: [3, 2, 3, 3, 3], values: .init(repeating: 0.1, count: 162)),
    "conv.bias": Weight(shape: [3], values: [1, 2, 3]),
    "act.slope": Weight(shape: [1], values: [0.25]),
  ]

  static func nodes(_ edit: (inout NetworkDescription) -> Void) -> NetworkDescription {
    var description = small
    edit(&description)
    return description
  }

  @Test func acceptsWhatFits() throws {
    let network = try Network(description: Self.small, weights: Self.weights)
    #expect(try network.description.channels(of: "sum") == 3)
    #expect(try network.description.outputSize(for: Triple(9, 8, 7)) == Triple(7, 6, 5))
    #expect(
      try network.description.weightShapes().map(\.name) == [
        "conv.weight", "conv.bias", "act.slope",
      ])
  }

  @Test func missingAndMisshapenWeights() {
    var weights = Self.weights
    weights["conv.bias"] = nil
    #expect(throws: ConvNetError.missingWeight(name: "conv.bias", expected: [3])) {
      try Network(description: Self.small, weights: weights)
    }
    weights["conv.bias"] = Weight(shape: [2], values: [0, 0])
    #expect(throws: ConvNetError.weightShape(name: "conv.bias", found: [2], expected: [3])) {
      try Network(description: Self.small, weights: weights)
    }
    weights = Self.weights
    weights["stray"] = Weight(shape: [1], values: [0])
    #expect(throws: ConvNetError.self) {
      try Network(description: Self.small, weights: weights)
    }
  }

  @Test(
    "contradictions are named",
    arguments: [
      ("act", nodes { $0.nodes[1].inputs = ["sum"] }),
      ("conv", nodes { $0.nodes[1].name = "conv" }),
      ("sum", nodes { $0.nodes[2].inputs = ["act"] }),
      ("nothing", nodes { $0.output = "nothing" }),
      ("act", nodes { $0.nodes[1].operation = .leakyReLU(slope: .nan) }),
      ("act", nodes { $0.nodes[1].operation = .upsampleNearest(factors: Triple(1, 0, 1)) }),
      (
        "act",
        nodes {
          $0.nodes[1].operation = .maxPool(
            {
              var pool = Pool(kernel: Triple(2, 2, 2), stride: Triple(2, 2, 2))
              pool.paddingLow = Triple(0, 2, 0)
              return pool
            }())
        }
      ),
      (
        "conv",
        nodes {
          $0.nodes[0].operation = .convolution(
            {
              var shape = Convolution(outputChannels: 3, kernel: Triple(3, 3, 3))
              shape.groups = 2
              return shape
            }())
        }
      ),
      (
        "conv",
        nodes {
          $0.nodes[0].operation = .convolution(
            Convolution(outputChannels: Int.max, kernel: Triple(3, 3, 3)))
        }
      ),
      ("sum", nodes { $0.nodes[2].inputs = ["image", "act"] }),
    ])
  func contradictions(node: String, description: NetworkDescription) {
    let error = #expect(throws: ConvNetError.self) { try description.weightShapes() }
    guard case .invalidNetwork(let name, _) = error else {
      Issue.record("another error: \(String(describing: error))")
      return
    }
    #expect(name == node)
  }

  @Test func sizesThatDoNotFit() {
    #expect(throws: ConvNetError.self) { try Self.small.outputSize(for: Triple(2, 9, 9)) }
    #expect(throws: ConvNetError.self) { try Self.small.outputSize(for: Triple(0, 9, 9)) }
    #expect(throws: ConvNetError.self) { try Self.small.outputSize(for: Triple(9, 9, .max)) }
  }

  @Test func jsonRoundTrip() throws {
    let description = Self.everyOperation
    let json = try description.json()
    #expect(try NetworkDescription(json: json, path: "here") == description)
    #expect(json.contains(#"{"kernel":[3,3,3],"op":"convolution","outputChannels":3}"#))
  }

  @Test(
    "JSON errors say what and where",
    arguments: [
      (#"{"op":"convolve"}"#, "unknown operation \"convolve\""),
      (#"{"op":"relu","slope":1}"#, "unknown field \"slope\""),
      (#"{"op":"scale"}"#, "the field \"factor\" is missing"),
    ])
  func jsonErrors(operation: String, reason: String) {
    let json = """
      {"input":{"name":"image","channels":1},"output":"a",
       "nodes":[{"name":"a","inputs":["image"],"operation":\(operation)}]}
      """
    let error = #expect(throws: ConvNetError.self) {
      try NetworkDescription(json: json, path: "model")
    }
    #expect(String(describing: error!).contains(reason))
    #expect(String(describing: error!).contains(".nodes[0].operation"))
  }

  /// One node of every kind, with unusual parameters where there are some.
  static var everyOperation: NetworkDescription {
    var full = Convolution(outputChannels: 4, kernel: Triple(1, 2, 3))
    full.stride = Triple(2, 1, 1)
    full.dilation = Triple(1, 2, 1)
    full.paddingLow = Triple(0, 1, 1)
    full.paddingHigh = Triple(0, 0, 1)
    full.paddingMode = .edge
    full.groups = 2
    full.hasBias = false
    var transposed = TransposedConvolution(
      outputChannels: 2, kernel: Triple(2, 2, 2), stride: Triple(2, 2, 2))
    transposed.outputPadding = Triple(1, 0, 0)
    var pool = Pool(kernel: Triple(2, 2, 2), stride: Triple(2, 2, 2))
    pool.paddingHigh = Triple(1, 1, 1)
    let operations: [Operation] = [
      .convolution(Convolution(outputChannels: 3, kernel: Triple(3, 3, 3))), .convolution(full),
      .transposedConvolution(transposed), .batchNorm(epsilon: 1e-5),
      .instanceNorm(epsilon: 1e-5, affine: false), .prelu, .leakyReLU(slope: 0.01), .relu,
      .softmax, .sigmoid, .maxPool(pool), .averagePool(pool),
      .upsampleNearest(factors: Triple(1, 2, 3)),
      .upsampleTrilinear(factors: Triple(2, 2, 2), alignCorners: true),
      .subsample(factors: Triple(3, 3, 3)), .crop(low: Triple(1, 0, 2), high: .zero),
      .cropLike(centred: false), .pad(low: .one, high: .zero, mode: .mirror), .concatenate, .add,
      .scale(factor: 0.7), .dropout(rate: 0.5),
    ]
    return NetworkDescription(
      input: .init(name: "scan", channels: 2),
      nodes: operations.enumerated().map {
        .init(name: "node\($0.offset)", operation: $0.element, inputs: ["scan"])
      }, output: "node0")
  }
}
