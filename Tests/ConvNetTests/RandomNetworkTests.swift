import Basics
import ConvNet
import Parallel
import Testing

/// Networks put together by chance: what is computed as a whole, with its fused layers and shared
/// memory, must be what the nodes give one by one.
@Suite("Random networks give what their nodes give one by one")
struct RandomNetworkTests {
  @Test(arguments: 0..<260)
  func wholeAgainstNodes(seed: UInt64) throws {
    var made = RandomNetwork(seed: seed)
    let description = made.description()
    let json = try description.json()
    let network = try Network(description: description, weights: made.weights(for: description))
    var image = Tensor(channels: 3, size: Triple(7, 8, 6))
    for index in image.values.indices {
      image.values[index] = Float.random(in: -1...1, using: &made.generator)
    }
    let expected = try Self.nodeByNode(network, image)
    for strict in [true, false] {
      let executor = try Executor(network, options: .init(strict: strict))
      let output = try executor.run(image, workers: Workers(count: 2))
      let error = Golden.relativeError(output, expected)
      #expect(error < 2e-5, "strict \(strict): \(error)\n\(json)")
      guard executor.isStreamable else { continue }
      var slabs = output
      for index in slabs.values.indices { slabs.values[index] = .nan }
      try executor.stream(
        inputSize: image.size, slab: 2, workers: Workers(count: 1),
        input: { image.slices($0) }, output: { $0.copy(to: &slabs) { $0 } })
      #expect(Golden.relativeError(slabs, expected) < 2e-5, "\(json)")
    }
  }

  /// Each node computed as a network of its own.
  static func nodeByNode(_ network: Network, _ image: Tensor) throws -> Tensor {
    var values = [network.description.input.name: image]
    for node in network.description.nodes {
      let inputs = node.inputs.compactMap { values[$0] }
      switch node.operation {
      case .concatenate:
        values[node.name] = Tensor(
          channels: inputs.reduce(0) { $0 + $1.channels }, size: inputs[0].size,
          values: inputs.flatMap(\.values))
      case .add: values[node.name] = sum(inputs[0], inputs[1])
      case .cropLike(let centred):
        var result = Tensor(channels: inputs[0].channels, size: inputs[1].size)
        result.fill { inputs[0].centre(of: inputs[1].size, centred, $0, $1, $2, $3) }
        values[node.name] = result
      default:
        let alone = NetworkDescription(
          input: .init(name: node.inputs[0], channels: inputs[0].channels), nodes: [node],
          output: node.name)
        let weights = network.weights.filter { $0.key.hasPrefix(node.name + ".") }
        let executor = try Executor(
          Network(description: alone, weights: weights), options: .init(strict: true))
        values[node.name] = try executor.run(inputs[0])
      }
    }
    return values[network.description.output] ?? image
  }

  private static func sum(_ first: Tensor, _ second: Tensor) -> Tensor {
    var result = first
    result.fill { channel, z, y, x in
      let other =
        channel < second.channels
        ? second.centre(of: first.size, true, channel, z, y, x) : 0
      return first[channel, z, y, x] + other
    }
    return result
  }
}

extension Tensor {
  mutating func fill(_ value: (Int, Int, Int, Int) -> Float) {
    for channel in 0..<channels {
      for z in 0..<size.z {
        for y in 0..<size.y {
          for x in 0..<size.x { self[channel, z, y, x] = value(channel, z, y, x) }
        }
      }
    }
  }

  /// A voxel of the part of a size that lies in the centre, or begins at the first voxel.
  func centre(of part: Triple, _ centred: Bool, _ channel: Int, _ z: Int, _ y: Int, _ x: Int)
    -> Float
  {
    let low = centred ? Triple { (size[$0] - part[$0]) / 2 } : Triple(0, 0, 0)
    return self[channel, z + low.z, y + low.y, x + low.x]
  }
}

/// Draws descriptions and weights.
struct RandomNetwork {
  var generator: SplitMix
  private var nodes: [NetworkDescription.Node] = []
  private var known: [(name: String, channels: Int, size: Triple)] = []

  init(seed: UInt64) {
    generator = SplitMix(state: seed)
  }

  private mutating func pick(_ range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &generator)
  }

  mutating func description() -> NetworkDescription {
    known = [("image", 3, Triple(7, 8, 6))]
    while nodes.count < 11 {
      // Mostly what was made last, now and then something older.
      let source = known[pick(0...2) > 0 ? known.count - 1 : pick(0...(known.count - 1))]
      let other = known[pick(0...(known.count - 1))]
      var inputs = [source.name]
      let operation = draw(source.channels)
      switch operation {
      case .concatenate, .add, .cropLike: inputs.append(other.name)
      default: break
      }
      let node = NetworkDescription.Node(
        name: "n\(nodes.count)", operation: operation, inputs: inputs)
      let description = NetworkDescription(
        input: .init(channels: 3), nodes: nodes + [node], output: node.name)
      // What does not fit is drawn again.
      guard let size = try? description.outputSize(for: known[0].size),
        let channels = try? description.channels(of: node.name), channels < 60,
        size.z * size.y * size.x < 3000
      else { continue }
      nodes.append(node)
      known.append((node.name, channels, size))
    }
    return NetworkDescription(input: .init(channels: 3), nodes: nodes, output: nodes[10].name)
  }

  private mutating func draw(_ channels: Int) -> Operation {
    switch pick(0...16) {
    case 0...3:
      var shape = Convolution(
        outputChannels: [3, 8, 9, 16][pick(0...3)],
        kernel: [Triple(3, 3, 3), Triple(1, 1, 1), Triple(2, 1, 3)][pick(0...2)])
      shape.hasBias = pick(0...1) == 0
      if pick(0...1) == 0 {
        shape.paddingLow = Triple(pick(0...1), 1, 1)
        shape.paddingHigh = Triple(shape.paddingLow.z, 1, 1)
        shape.paddingMode = [.zero, .zero, .mirror, .edge][pick(0...3)]
      }
      return .convolution(shape)
    case 4: return .batchNorm(epsilon: 1e-3)
    case 5: return .prelu
    case 6: return .leakyReLU(slope: 0.1)
    case 7: return .scale(factor: [0.7, -1.2][pick(0...1)])
    case 8, 9: return .concatenate
    case 10, 11: return .add
    case 12: return .cropLike(centred: pick(0...1) == 0)
    case 13: return .crop(low: Triple(pick(0...1), 0, 1), high: Triple(0, 1, 0))
    case 14: return .upsampleNearest(factors: Triple(pick(1...2), 2, 1))
    case 15: return .subsample(factors: Triple(pick(1...2), 1, 2))
    default:
      switch pick(0...4) {
      case 0: return .instanceNorm(epsilon: 1e-2, affine: true)
      case 1: return .maxPool(Pool(kernel: Triple(2, 2, 2), stride: Triple(1, 2, 2)))
      case 2: return .sigmoid
      case 3:
        return .pad(low: Triple(0, 1, 0), high: Triple(pick(0...1), 0, 2), mode: .edge)
      default:
        return .transposedConvolution(
          TransposedConvolution(
            outputChannels: 5, kernel: Triple(2, 3, 2), stride: Triple(2, 2, 2)))
      }
    }
  }

  mutating func weights(for description: NetworkDescription) throws -> [String: Weight] {
    try Self.weights(for: description, using: &generator)
  }

  static func weights(
    for description: NetworkDescription, using generator: inout SplitMix
  ) throws -> [String: Weight] {
    var weights: [String: Weight] = [:]
    for need in try description.weightShapes() {
      let count = need.shape.reduce(1, *)
      let isVariance = need.name.hasSuffix("variance")
      let width = need.shape.count == 5 ? 0.4 : 1
      weights[need.name] = Weight(
        shape: need.shape,
        values: (0..<count).map { _ in
          isVariance
            ? Float.random(in: 0.5...1.5, using: &generator)
            : Float(Double.random(in: -width...width, using: &generator))
        })
    }
    return weights
  }
}
