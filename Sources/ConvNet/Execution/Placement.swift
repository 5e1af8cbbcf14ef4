/// A feature map's memory: an image with a border on each side.
struct Buffer {
  var channels: Int
  /// Without the border.
  var size: Triple
  var low = Triple.zero
  var high = Triple.zero
  /// What the border holds.
  var mode = PaddingMode.zero

  var hasBorder: Bool { low != .zero || high != .zero }
  var blocks: Int { (channels + 7) / 8 }
}

/// A value as a part of a buffer: its voxel o is the buffer's voxel origin + o * step, counted from
/// the first voxel inside the border.
struct View: Equatable {
  var buffer: Int
  var firstChannel: Int
  var channels: Int
  var origin: Triple
  var step: Triple
  var size: Triple
}

/// Where each value lives.
///
/// Parts of a join are written straight to their channels of the joined map; layers that treat each
/// voxel by itself overwrite their input where nobody else needs it; a padding is the border of the
/// padded value's buffer.
struct Placement {
  /// The layers in the order of computation.
  private(set) var layers: [Layer]
  private(set) var buffers: [Buffer] = []

  private let graph: Graph
  private var sizes: [Triple]
  private var channels: [Int]
  private var parts: [Int: (joined: Int, channel: Int)] = [:]
  private var overwritten: [Int: Int] = [:]
  private var views: [Int: View] = [:]

  init(_ graph: Graph) {
    self.graph = graph
    layers = graph.layers()
    sizes = graph.values.map(\.size)
    channels = graph.values.map(\.channels)
    var uses = [Int](repeating: 0, count: graph.values.count)
    for layer in layers {
      if let input = layer.input { uses[input] += 1 }
      if let residual = layer.epilogue.residual { uses[residual] += 1 }
    }
    for value in graph.values where value.operation.isArrangement {
      for input in value.inputs { uses[input] += 1 }
    }
    uses[graph.output] += 1
    chainLayers(uses)
    placeParts(uses)
    overwriteInputs(uses)
    placePaddings()
    layers = layers.enumerated().sorted {
      ($0.element.position, $0.offset) < ($1.element.position, $1.offset)
    }.map(\.element)
    for layer in layers {
      for value in layer.values { _ = place(value) }
    }
    _ = place(graph.output)
  }

  /// Where a value that a layer reads or writes lives.
  func view(of value: Int) -> View { views[value]! }

  /// The number of channels of a value.
  func channels(of value: Int) -> Int { channels[value] }

  /// Where the network's output lives.
  var output: View { view(of: graph.output) }

  private func placedByLayer(_ value: Int) -> Bool {
    value >= graph.values.count || !graph.values[value].operation.isArrangement
      || graph.values[value].operation.isJoin
  }

  /// Joins layers that compute each voxel by itself from one another.
  private mutating func chainLayers(_ uses: [Int]) {
    var chained: [Layer] = []
    for var layer in layers {
      if layer.isVoxelwise, let input = layer.input, uses[input] == 1,
        let index = chained.firstIndex(where: { $0.output == input }),
        chained[index].isVoxelwise, chained[index].epilogue.raw == nil
      {
        var first = chained.remove(at: index)
        layer.before = first.before
        first.before = []
        layer.before.append(first)
      }
      chained.append(layer)
    }
    layers = chained
  }

  /// Gives each part of a join its place in the joined map, or copies it there.
  private mutating func placeParts(_ uses: [Int]) {
    for (joined, value) in graph.values.enumerated() where value.operation.isJoin {
      var channel = 0
      for (index, part) in value.inputs.enumerated() {
        let count = channels[part]
        let isAlone = uses[part] == 1
        let isLast = index == value.inputs.count - 1
        let producer = layers.firstIndex { $0.output == part }
        if channel % 8 == 0, count % 8 == 0 || isLast || isAlone, parts[part] == nil,
          placedByLayer(part)
        {
          parts[part] = (joined, channel)
        } else if let producer, isAlone, case .upsampleNearest = layers[producer].kind {
          // Copies can begin at any channel, after whatever shares the block was written.
          parts[part] = (joined, channel)
          layers[producer].position = joined
          layers.append(layers.remove(at: producer))
        } else {
          let copy = sizes.count
          sizes.append(sizes[part])
          channels.append(count)
          parts[copy] = (joined, channel)
          layers.append(
            Layer(
              name: "\(value.name): copy of \(graph.values[part].name)",
              kind: .upsampleNearest(factors: .one, offset: .zero), input: part, output: copy,
              position: joined))
        }
        channel += count
      }
    }
  }

  private mutating func overwriteInputs(_ uses: [Int]) {
    for layer in layers {
      guard layer.before.isEmpty, let input = layer.input, uses[input] == 1, parts[input] == nil,
        placedByLayer(input)
      else { continue }
      switch layer.kind {
      case .pointwise, .instanceNorm, .softmax, .sigmoid: overwritten[input] = layer.output
      default: break
      }
    }
  }

  private mutating func placePaddings() {
    for (padded, value) in graph.values.enumerated() {
      guard case .pad(let low, let high, let mode) = value.operation else { continue }
      let input = value.inputs[0]
      if placedByLayer(input) {
        let view = place(input)
        let buffer = buffers[view.buffer]
        if !buffer.hasBorder || buffer.mode == mode {
          buffers[view.buffer].low = Triple { max(buffer.low[$0], low[$0]) }
          buffers[view.buffer].high = Triple { max(buffer.high[$0], high[$0]) }
          buffers[view.buffer].mode = mode
          var bordered = view
          bordered.origin = Triple { view.origin[$0] - low[$0] }
          bordered.size = value.size
          views[padded] = bordered
          continue
        }
      }
      layers.append(
        Layer(
          name: "\(value.name): padding", kind: .pad(low: low, high: high, mode: mode),
          input: input, output: padded, position: padded))
    }
  }

  private mutating func place(_ value: Int) -> View {
    if let view = views[value] { return view }
    var view: View
    if let part = parts[value] {
      view = place(part.joined)
      view.firstChannel += part.channel
      view.channels = channels[value]
    } else if let result = overwritten[value] {
      view = place(result)
    } else if value < graph.values.count,
      case .window(let offset, let step) = graph.values[value].operation
    {
      let whole = place(graph.values[value].inputs[0])
      view = whole
      view.origin = Triple { whole.origin[$0] + offset[$0] * whole.step[$0] }
      view.step = Triple { whole.step[$0] * step[$0] }
      view.size = sizes[value]
    } else {
      view = View(
        buffer: buffers.count, firstChannel: 0, channels: channels[value], origin: .zero,
        step: .one, size: sizes[value])
      buffers.append(Buffer(channels: channels[value], size: sizes[value]))
    }
    views[value] = view
    return view
  }
}

extension GraphOperation {
  /// Whether it is a way of looking at memory rather than a computation.
  var isArrangement: Bool {
    switch self {
    case .window, .pad, .concatenate: true
    default: false
    }
  }

  var isJoin: Bool {
    if case .concatenate = self { true } else { false }
  }
}
