internal import ConvNet

/// A network cut at the place where its pathways join, as DeepMedic's do.
///
/// When a network is computed tile by tile, the voxels that a subsampled pathway sees depend on where
/// the tile begins, unless the tile's extent is a multiple of the pathway's factor. Cut at the join,
/// only the pathways whose voxels do depend on the tile, which are coarse and cheap, are computed for
/// each tile; the others are streamed over the whole region once.
struct BranchedNetwork: Sendable {
  /// A pathway that sees samples of the image.
  struct Branch: Sendable {
    /// The pathway behind the sampling.
    let executor: Executor
    /// The first image voxel that it sees, counted from the first of the whole network's input.
    let origin: Triple
    /// The step between the voxels that it sees.
    let factor: Triple
    /// The voxels of the whole network's input that it leaves out at the end.
    let unseen: Triple
    /// The number of channels that it adds to the join.
    let channels: Int
  }

  /// A part of the joined channels.
  enum Part: Sendable {
    /// So many channels of the streamed pathways.
    case streamed(channels: Int)
    /// Those of a branch, by its number.
    case branch(Int)
  }

  /// The pathways that do not depend on tiles, joined.
  let streamed: Executor
  /// The pathways that do.
  let branches: [Branch]
  /// The order of the joined channels.
  let parts: [Part]
  /// What follows the join.
  let trunk: Executor
  /// How the join lies in the image.
  let joinGeometry: ValidNetwork
  /// How the output lies in the join.
  let trunkGeometry: ValidNetwork

  /// - Parameter tile: the extent of tiles.
  /// - Returns: nil where the network has no such shape, or nothing would be gained.
  init?(_ network: Network, tile: Int, options: Executor.Options) throws {
    let description = network.description
    let image = description.input.name
    let nodes = Dictionary(
      description.nodes.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    // What is padded depends on where tiles end, not only on where they begin.
    guard !description.nodes.contains(where: \.operation.pads),
      let join = BranchedNetwork.join(of: description, nodes)
    else { return nil }

    var branches: [Branch] = []
    var parts: [Part] = []
    var streamedInputs: [String] = []
    for input in join.inputs {
      let factors = description.nodes.filter {
        BranchedNetwork.ancestors(of: input, nodes).contains($0.name)
      }.compactMap { node -> Triple? in
        if case .subsample(let factors) = node.operation { factors } else { nil }
      }
      let isAligned = factors.allSatisfy { factor in
        (0..<3).allSatisfy { tile % factor[$0] == 0 }
      }
      let channels = try description.channels(of: input)
      if isAligned {
        streamedInputs.append(input)
        parts.append(.streamed(channels: channels))
      } else {
        guard
          let branch = try BranchedNetwork.branch(
            input, of: network, nodes, channels: channels, options: options)
        else { return nil }
        parts.append(.branch(branches.count))
        branches.append(branch)
      }
    }
    guard !streamedInputs.isEmpty else { return nil }
    self.branches = branches
    self.parts = parts

    let joined = NetworkDescription(
      input: description.input,
      nodes: BranchedNetwork.needed(for: [join.name], of: description, nodes), output: join.name)
    joinGeometry = try ValidNetwork(joined)
    var streamed = NetworkDescription(
      input: description.input,
      nodes: BranchedNetwork.needed(for: streamedInputs, of: description, nodes),
      output: streamedInputs[0])
    if streamedInputs.count > 1 {
      streamed.nodes.append(
        .init(name: join.name, operation: .concatenate, inputs: streamedInputs))
      streamed.output = join.name
    }
    self.streamed = try Executor(network.part(streamed), options: options)
    guard self.streamed.isStreamable else { return nil }

    let before = BranchedNetwork.ancestors(of: join.name, nodes)
    let after = BranchedNetwork.ancestors(of: description.output, nodes).subtracting(before)
    let trunk = NetworkDescription(
      input: .init(name: join.name, channels: try description.channels(of: join.name)),
      nodes: description.nodes.filter { after.contains($0.name) }, output: description.output)
    guard image != join.name, !trunk.nodes.isEmpty else { return nil }
    self.trunk = try Executor(network.part(trunk), options: options)
    trunkGeometry = try ValidNetwork(trunk)
  }

  /// The concatenation that everything after it depends on alone.
  private static func join(
    of description: NetworkDescription, _ nodes: [String: NetworkDescription.Node]
  ) -> NetworkDescription.Node? {
    let needed = ancestors(of: description.output, nodes)
    return description.nodes.last { node in
      guard case .concatenate = node.operation, needed.contains(node.name) else { return false }
      let before = ancestors(of: node.name, nodes)
      let after = needed.subtracting(before)
      return after.allSatisfy { name in
        nodes[name]?.inputs.allSatisfy { $0 == node.name || after.contains($0) } ?? false
      }
    }
  }

  /// The nodes that a value depends on, itself included.
  private static func ancestors(
    of name: String, _ nodes: [String: NetworkDescription.Node]
  ) -> Set<String> {
    var found: Set<String> = []
    var pending = [name]
    while let next = pending.popLast() {
      guard let node = nodes[next], found.insert(next).inserted else { continue }
      pending += node.inputs
    }
    return found
  }

  private static func needed(
    for names: [String], of description: NetworkDescription,
    _ nodes: [String: NetworkDescription.Node]
  ) -> [NetworkDescription.Node] {
    let wanted = names.reduce(into: Set<String>()) { $0.formUnion(ancestors(of: $1, nodes)) }
    return description.nodes.filter { wanted.contains($0.name) }
  }

  /// The pathway of a chain that begins with a crop (or not) and a sampling of the image.
  private static func branch(
    _ input: String, of network: Network, _ nodes: [String: NetworkDescription.Node],
    channels: Int, options: Executor.Options
  ) throws -> Branch? {
    let description = network.description
    var output = input
    // Its first voxels are those of the join; how many there are is known anyway.
    if let node = nodes[input], node.operation == .cropLike(centred: false) {
      output = node.inputs[0]
    }
    let own = ancestors(of: output, nodes)
    var origin = Triple(repeating: 0)
    var unseen = Triple(repeating: 0)
    var source = description.input.name
    var removed: Set<String> = []
    while true {
      let readers = description.nodes.filter {
        own.contains($0.name) && $0.inputs.contains(source)
      }
      guard readers.count == 1, let node = readers.first, node.inputs.count == 1 else { return nil }
      removed.insert(node.name)
      source = node.name
      if case .crop(let low, let high) = node.operation {
        origin = Triple(origin.z + low.z, origin.y + low.y, origin.x + low.x)
        unseen = Triple(unseen.z + high.z, unseen.y + high.y, unseen.x + high.x)
      } else if case .subsample(let factor) = node.operation {
        let pathway = NetworkDescription(
          input: .init(name: source, channels: description.input.channels),
          nodes: description.nodes.filter {
            own.contains($0.name) && !removed.contains($0.name)
          }, output: output)
        return Branch(
          executor: try Executor(network.part(pathway), options: options), origin: origin,
          factor: factor, unseen: unseen, channels: channels)
      } else {
        return nil
      }
    }
  }
}

extension ConvNet.Operation {
  /// Whether it adds voxels at the border.
  fileprivate var pads: Bool {
    let none = Triple(repeating: 0)
    return switch self {
    case .pad: true
    case .convolution(let shape): shape.paddingLow != none || shape.paddingHigh != none
    case .maxPool(let pool), .averagePool(let pool):
      pool.paddingLow != none || pool.paddingHigh != none
    default: false
    }
  }
}

extension Network {
  /// A part of the network with the weights that it needs.
  fileprivate func part(_ description: NetworkDescription) throws -> Network {
    let names = Set(try description.weightShapes().map(\.name))
    return try Network(
      description: description, weights: weights.filter { names.contains($0.key) })
  }
}
