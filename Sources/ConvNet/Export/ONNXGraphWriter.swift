/// Writes the nodes of a network as those of an ONNX graph.
struct ONNXGraphWriter {
  /// A parameter of an operator.
  enum Attribute {
    case integer(Int)
    case integers([Int])
    case float(Float)
    case text(String)
  }

  private let network: Network
  private let channels: [String: Int]
  /// The size of every value where the model is for images of one size.
  private let sizes: [String: Triple]?
  /// What the size of each value depends on: values with equal keys have equal sizes.
  private var sizeKeys: [String: String]
  private var usedNames: Set<String>
  private var graph = ProtobufWriter()
  private let inputSize: Triple?

  init(_ network: Network, inputSize: Triple?) throws {
    self.network = network
    self.inputSize = inputSize
    let description = network.description
    channels = try ChannelInference(description).channels
    sizes = try inputSize.map { try description.sizes(for: $0) }
    sizeKeys = [description.input.name: description.input.name]
    usedNames = Set(description.nodes.map(\.name)).union(network.weights.keys)
    usedNames.insert(description.input.name)
  }

  // MARK: Nodes

  /// Adds a node of the network.
  mutating func write(_ node: NetworkDescription.Node) throws {
    sizeKeys[node.name] = sizeKey(node)
    let input = node.inputs[0]
    func weight(_ part: String) -> Weight? { network.weights["\(node.name).\(part)"] }
    switch node.operation {
    case .convolution(let shape): writeConvolution(node, shape)
    case .transposedConvolution(let shape):
      var inputs = [input, tensor(node, "weight")]
      if shape.hasBias { inputs.append(tensor(node, "bias")) }
      emit(
        "ConvTranspose", inputs, node.name,
        [
          "kernel_shape": .integers(shape.kernel.list), "strides": .integers(shape.stride.list),
          "pads": .integers(shape.paddingLow.list + shape.paddingHigh.list),
          "output_padding": .integers(shape.outputPadding.list),
        ])
    case .batchNorm(let epsilon):
      let parts = ["weight", "bias", "mean", "variance"].map { tensor(node, $0) }
      emit("BatchNormalization", [input] + parts, node.name, ["epsilon": .float(epsilon)])
    case .instanceNorm(let epsilon, let affine):
      let count = channels[input] ?? 0
      let parts =
        affine
        ? ["weight", "bias"].map { tensor(node, $0) }
        : [("weight", Float(1)), ("bias", 0)].map { part, value in
          floats("\(node.name).\(part)", [count], Array(repeating: value, count: count))
        }
      emit("InstanceNormalization", [input] + parts, node.name, ["epsilon": .float(epsilon)])
    case .prelu:
      let slope = weight("slope")?.values ?? []
      let name = floats("\(node.name).slope", [slope.count, 1, 1, 1], slope)
      emit("PRelu", [input, name], node.name)
    case .leakyReLU(let slope):
      emit("LeakyRelu", [input], node.name, ["alpha": .float(slope)])
    case .relu: emit("Relu", [input], node.name)
    case .softmax: emit("Softmax", [input], node.name, ["axis": .integer(1)])
    case .sigmoid: emit("Sigmoid", [input], node.name)
    case .maxPool(let pool): writePool("MaxPool", node, pool)
    case .averagePool(let pool): writePool("AveragePool", node, pool)
    case .upsampleNearest(let factors):
      writeResize(
        node, factors,
        [
          "mode": .text("nearest"), "nearest_mode": .text("floor"),
          "coordinate_transformation_mode": .text("asymmetric"),
        ])
    case .upsampleTrilinear(let factors, let alignCorners):
      writeResize(
        node, factors,
        [
          "mode": .text("linear"),
          "coordinate_transformation_mode": .text(alignCorners ? "align_corners" : "half_pixel"),
        ])
    case .subsample(let factors):
      writeSlice(
        input, node.name, starts: [0, 0, 0], ends: [.max, .max, .max], steps: factors.list)
    case .crop(let low, let high):
      writeSlice(
        input, node.name, starts: low.list, ends: high.list.map { $0 == 0 ? .max : -$0 })
    case .cropLike(let centred):
      writeCut(input, like: node.inputs[1], centred: centred, to: node.name)
    case .pad(let low, let high, let mode): writePad(input, low, high, mode, to: node.name)
    case .concatenate: emit("Concat", node.inputs, node.name, ["axis": .integer(1)])
    case .add: writeSum(node)
    case .scale(let factor):
      emit("Mul", [input, floats("\(node.name).factor", [], [factor])], node.name)
    case .dropout: emit("Identity", [input], node.name)
    }
  }

  private mutating func writeConvolution(_ node: NetworkDescription.Node, _ shape: Convolution) {
    var input = node.inputs[0]
    var pads = shape.paddingLow.list + shape.paddingHigh.list
    if shape.paddingMode != .zero && pads.contains(where: { $0 != 0 }) {
      let padded = usedNames.insertUnique("\(node.name).padded")
      writePad(input, shape.paddingLow, shape.paddingHigh, shape.paddingMode, to: padded)
      input = padded
      pads = [0, 0, 0, 0, 0, 0]
    }
    var inputs = [input, tensor(node, "weight")]
    if shape.hasBias { inputs.append(tensor(node, "bias")) }
    emit(
      "Conv", inputs, node.name,
      [
        "kernel_shape": .integers(shape.kernel.list), "strides": .integers(shape.stride.list),
        "dilations": .integers(shape.dilation.list), "group": .integer(shape.groups),
        "pads": .integers(pads),
      ])
  }

  private mutating func writePool(
    _ kind: String, _ node: NetworkDescription.Node, _ pool: Pool
  ) {
    emit(
      kind, [node.inputs[0]], node.name,
      [
        "kernel_shape": .integers(pool.kernel.list), "strides": .integers(pool.stride.list),
        "pads": .integers(pool.paddingLow.list + pool.paddingHigh.list),
      ])
  }

  private mutating func writeResize(
    _ node: NetworkDescription.Node, _ factors: Triple, _ attributes: [String: Attribute]
  ) {
    let scales = floats("\(node.name).scales", [5], [1, 1] + factors.list.map { Float($0) })
    emit("Resize", [node.inputs[0], "", scales], node.name, attributes)
  }

  private mutating func writeSlice(
    _ input: String, _ output: String, starts: [Int], ends: [Int], steps: [Int]? = nil
  ) {
    var inputs = [
      input, integers("\(output).starts", starts), integers("\(output).ends", ends),
      integers("\(output).axes", [2, 3, 4]),
    ]
    if let steps { inputs.append(integers("\(output).steps", steps)) }
    emit("Slice", inputs, output)
  }

  private mutating func writePad(
    _ input: String, _ low: Triple, _ high: Triple, _ mode: PaddingMode, to output: String
  ) {
    let text =
      switch mode {
      case .zero: "constant"
      case .mirror: "reflect"
      case .edge: "edge"
      }
    let pads = integers("\(output).pads", [0, 0] + low.list + [0, 0] + high.list)
    emit("Pad", [input, pads], output, ["mode": .text(text)])
  }

  /// Cuts one value to the size of another.
  private mutating func writeCut(
    _ input: String, like other: String, centred: Bool, to output: String
  ) {
    if let whole = sizes?[input], let part = sizes?[other] {
      let starts = (0..<3).map { centred ? (whole[$0] - part[$0]) / 2 : 0 }
      writeSlice(input, output, starts: starts, ends: zip(starts, part.list).map { $0 + $1 })
      return
    }
    let spatial: [String: Attribute] = ["start": .integer(2), "end": .integer(5)]
    let part = emit("Shape", [other], usedNames.insertUnique("\(output).part"), spatial)
    let starts: String
    var ends = part
    if !centred {
      starts = integers("\(output).starts", [0, 0, 0])
    } else {
      let whole = emit("Shape", [input], usedNames.insertUnique("\(output).whole"), spatial)
      let rest = emit("Sub", [whole, part], usedNames.insertUnique("\(output).rest"))
      let two = integers("\(output).two", [2])
      starts = emit("Div", [rest, two], usedNames.insertUnique("\(output).start"))
      ends = emit("Add", [starts, part], usedNames.insertUnique("\(output).end"))
    }
    emit("Slice", [input, starts, ends, integers("\(output).axes", [2, 3, 4])], output)
  }

  /// A sum whose second term is cut and gets channels of zeros where that is needed.
  private mutating func writeSum(_ node: NetworkDescription.Node) {
    let first = node.inputs[0]
    var second = node.inputs[1]
    let isSame =
      sizes.map { $0[first] == $0[second] } ?? (sizeKeys[first] == sizeKeys[second])
    if !isSame {
      let cut = usedNames.insertUnique("\(node.name).cut")
      writeCut(second, like: first, centred: true, to: cut)
      second = cut
    }
    let missing = (channels[first] ?? 0) - (channels[node.inputs[1]] ?? 0)
    if missing > 0 {
      let padded = usedNames.insertUnique("\(node.name).padded")
      let pads = integers("\(padded).pads", [0, 0, 0, 0, 0, 0, missing, 0, 0, 0])
      second = emit("Pad", [second, pads], padded, ["mode": .text("constant")])
    }
    emit("Add", [first, second], node.name)
  }

  private func sizeKey(_ node: NetworkDescription.Node) -> String {
    let keys = node.inputs.map { sizeKeys[$0] ?? $0 }
    switch node.operation {
    case .cropLike: return keys[1]
    case .convolution(let shape):
      let isSame = (0..<3).allSatisfy {
        shape.stride[$0] == 1
          && shape.paddingLow[$0] + shape.paddingHigh[$0]
            == (shape.kernel[$0] - 1) * shape.dilation[$0]
      }
      return isSame ? keys[0] : node.name
    case .transposedConvolution, .maxPool, .averagePool, .upsampleNearest, .upsampleTrilinear,
      .subsample, .crop, .pad:
      return node.name
    case .batchNorm, .instanceNorm, .prelu, .leakyReLU, .relu, .softmax, .sigmoid, .concatenate,
      .add, .scale, .dropout:
      return keys[0]
    }
  }

  // MARK: The graph

  /// The graph with its input and output.
  mutating func finish() -> ProtobufWriter {
    let description = network.description
    var output = description.output
    if output == description.input.name {
      // A graph's input cannot be its output as well.
      output = emit("Identity", [output], usedNames.insertUnique("\(output).output"))
    }
    graph.write(2, "network")
    graph.write(
      11, value(description.input.name, description.input.channels, inputSize, prefix: "in"))
    graph.write(
      12,
      value(
        output, channels[description.output] ?? 0, sizes?[description.output], prefix: "out"))
    return graph
  }

  /// A value of the graph with its type and shape (ValueInfoProto).
  private func value(
    _ name: String, _ channels: Int, _ size: Triple?, prefix: String
  ) -> ProtobufWriter {
    var shape = ProtobufWriter()
    for extent in [1, channels] + (size?.list ?? []) {
      var dimension = ProtobufWriter()
      dimension.write(1, extent)
      shape.write(1, dimension)
    }
    if size == nil {
      for axis in ["z", "y", "x"] {
        var dimension = ProtobufWriter()
        dimension.write(2, "\(prefix)_\(axis)")
        shape.write(1, dimension)
      }
    }
    var array = ProtobufWriter()
    array.write(1, 1)
    array.write(2, shape)
    var type = ProtobufWriter()
    type.write(1, array)
    var value = ProtobufWriter()
    value.write(1, name)
    value.write(2, type)
    return value
  }

  /// Adds an operator and returns the name of its output.
  @discardableResult
  private mutating func emit(
    _ kind: String, _ inputs: [String], _ output: String, _ attributes: [String: Attribute] = [:]
  ) -> String {
    var node = ProtobufWriter()
    for input in inputs { node.write(1, input) }
    node.write(2, output)
    node.write(3, output)
    node.write(4, kind)
    for (name, attribute) in attributes.sorted(by: { $0.key < $1.key }) {
      node.write(5, Self.message(name, attribute))
    }
    graph.write(1, node)
    return output
  }

  private static func message(_ name: String, _ attribute: Attribute) -> ProtobufWriter {
    var message = ProtobufWriter()
    message.write(1, name)
    // The last field tells which of the others counts (AttributeProto.AttributeType).
    switch attribute {
    case .float(let value):
      message.write(2, value)
      message.write(20, 1)
    case .integer(let value):
      message.write(3, value)
      message.write(20, 2)
    case .text(let value):
      message.write(4, value)
      message.write(20, 3)
    case .integers(let values):
      for value in values { message.write(8, value) }
      message.write(20, 7)
    }
    return message
  }

  /// Adds a weight of the network and returns its name.
  private mutating func tensor(_ node: NetworkDescription.Node, _ part: String) -> String {
    let name = "\(node.name).\(part)"
    if let weight = network.weights[name] {
      addTensor(name, weight.shape, type: 1, weight.values.map(\.bitPattern))
    }
    return name
  }

  private mutating func floats(_ wanted: String, _ shape: [Int], _ values: [Float]) -> String {
    // A weight that is written in another shape keeps its name.
    let name = network.weights[wanted] == nil ? usedNames.insertUnique(wanted) : wanted
    addTensor(name, shape, type: 1, values.map(\.bitPattern))
    return name
  }

  private mutating func integers(_ wanted: String, _ values: [Int]) -> String {
    let name = usedNames.insertUnique(wanted)
    addTensor(name, [values.count], type: 7, values.map { Int64($0) })
    return name
  }

  private mutating func addTensor<Bits: FixedWidthInteger>(
    _ name: String, _ shape: [Int], type: Int, _ values: [Bits]
  ) {
    var tensor = ProtobufWriter()
    for extent in shape { tensor.write(1, extent) }
    tensor.write(2, type)
    tensor.write(8, name)
    tensor.write(9, values.map(\.littleEndian).withUnsafeBytes { [UInt8]($0) })
    graph.write(5, tensor)
  }
}

extension Triple {
  /// The numbers of the axes z, y and x.
  fileprivate var list: [Int] { [z, y, x] }
}
