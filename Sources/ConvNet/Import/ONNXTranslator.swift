/// Turns the nodes of an ONNX graph into those of a network, one after the other.
struct ONNXTranslator {
  /// What a name in the graph stands for.
  enum Value {
    /// The network's input or a node's output.
    case feature(Feature)
    /// Numbers that are known already.
    case constant(ONNXConstant)
  }

  /// A (1, channels, z, y, x) array that is computed from the image.
  struct Feature {
    /// The name of the network's input or node.
    var name: String
    var channels: Int
    /// Nil where the model leaves the size of the image open.
    var size: Triple?
    /// How many of the channels are zeros that follow the node's own. Only a sum can take them: its
    /// second input may have fewer channels than the first.
    var zeroChannels = 0
  }

  let path: String
  let operatorSet: Int
  let axes: ONNXImporter.AxisOrder
  private let folder: String?
  private let initializers: [String: ONNXTensor]
  private var values: [String: Value] = [:]
  private(set) var nodes: [NetworkDescription.Node] = []
  private(set) var weights: [String: Weight] = [:]
  private var usedNames: Set<String>

  init(
    _ model: ONNXModel, image: Feature, axes: ONNXImporter.AxisOrder, path: String, folder: String?
  ) {
    self.path = path
    self.folder = folder
    self.axes = axes
    operatorSet = model.operatorSet
    initializers = model.initializers
    values[image.name] = .feature(image)
    usedNames = [image.name]
  }

  // MARK: Nodes

  /// Adds what a node of the graph computes.
  ///
  /// - Throws: `unsupported` with the operator and the node's name where a network cannot compute it.
  mutating func translate(_ node: ONNXNode) throws {
    guard node.domain.isEmpty || node.domain == "ai.onnx" else {
      throw refusal(node, "the operator \(node.domain).\(node.kind)")
    }
    guard let output = node.outputs.first, !output.isEmpty else {
      throw ConvNetError.malformed(path: path, reason: "\(title(node)) has no output")
    }
    if let constant = try folded(node) {
      values[output] = .constant(constant)
    } else {
      values[output] = .feature(try feature(node))
    }
  }

  /// The feature of a name that must be one, for the graph's output.
  func feature(named name: String) -> Feature? {
    if case .feature(let feature)? = values[name], feature.zeroChannels == 0 {
      feature
    } else {
      nil
    }
  }

  private mutating func folded(_ node: ONNXNode) throws -> ONNXConstant? {
    switch node.kind {
    case "Constant":
      if let tensor = node.attributes["value"]?.tensor {
        return try tensor.constant(path: path, folder: folder)
      }
      if let integer = node.attributes["value_int"]?.integer {
        return ONNXConstant(shape: [], values: .integers([integer]))
      }
      if let float = node.attributes["value_float"]?.float {
        return ONNXConstant(shape: [], values: .floats([float]))
      }
      if let integers = node.attributes["value_ints"]?.integers {
        return ONNXConstant(integers: integers)
      }
      if let floats = node.attributes["value_floats"]?.floats {
        return ONNXConstant(shape: [floats.count], values: .floats(floats))
      }
      throw refusal(node, "a constant of an unknown kind")
    case "Shape":
      guard let name = node.inputs.first, let value = try value(name) else { return nil }
      return slice(shape(value), node)
    case "Size": return nil
    default:
      var inputs: [ONNXConstant?] = []
      for name in node.inputs {
        guard case .constant(let constant)? = try value(name) else {
          // A dropped optional input is no obstacle; anything computed from the image is.
          if name.isEmpty {
            inputs.append(nil)
            continue
          }
          return nil
        }
        inputs.append(constant)
      }
      if node.kind == "ConstantOfShape" {
        inputs.append(
          try node.attributes["value"]?.tensor?.constant(path: path, folder: folder)
            ?? ONNXConstant(shape: [1], values: .floats([0])))
      }
      return ONNXFolding.result(node, inputs)
    }
  }

  private func shape(_ value: Value) -> ONNXConstant {
    switch value {
    case .constant(let constant): return ONNXConstant(integers: constant.shape)
    case .feature(let feature):
      let size: [Int?] = feature.size.map { axes.list($0) } ?? [nil, nil, nil]
      return ONNXConstant(integers: [1, feature.channels] + size)
    }
  }

  /// The part of a shape that the attributes `start` and `end` ask for.
  private func slice(_ shape: ONNXConstant, _ node: ONNXNode) -> ONNXConstant? {
    guard let all = shape.integers else { return nil }
    func place(_ name: String, _ usual: Int) -> Int {
      let place = node.attributes[name]?.integer ?? usual
      return min(max(place < 0 ? place &+ all.count : place, 0), all.count)
    }
    let start = place("start", 0)
    return ONNXConstant(integers: Array(all[start..<max(start, place("end", all.count))]))
  }

  // MARK: Inputs

  /// What a name stands for; nil for an empty name.
  ///
  /// - Throws: `malformed` where nothing before has that name.
  func value(_ name: String) throws -> Value? {
    if name.isEmpty { return nil }
    if let value = values[name] { return value }
    if let tensor = initializers[name] {
      return .constant(try tensor.constant(path: path, folder: folder))
    }
    throw ConvNetError.malformed(
      path: path, reason: "a node uses \"\(name)\", which nothing before it makes")
  }

  /// The feature that a node has as an input.
  func featureInput(_ node: ONNXNode, _ index: Int) throws -> Feature {
    guard index < node.inputs.count, case .feature(let feature)? = try value(node.inputs[index])
    else { throw refusal(node, "\(node.kind) without an image as input \(index)") }
    guard feature.zeroChannels == 0 else {
      throw refusal(node, "\(node.kind) of a feature with added channels")
    }
    return feature
  }

  /// The constant that a node has as an input; nil where the input is left out.
  func constantInput(_ node: ONNXNode, _ index: Int) throws -> ONNXConstant? {
    guard index < node.inputs.count, let value = try value(node.inputs[index]) else { return nil }
    guard case .constant(let constant) = value else {
      throw refusal(node, "\(node.kind) whose input \(index) is computed from the image")
    }
    return constant
  }

  /// The constant as integers, each of which must be known.
  func integerInput(_ node: ONNXNode, _ index: Int) throws -> [Int]? {
    guard let constant = try constantInput(node, index) else { return nil }
    guard let integers = constant.integers else {
      throw refusal(node, "\(node.kind) whose input \(index) is not made of integers")
    }
    return try integers.map { integer in
      guard let integer else {
        throw ConvNetError.unsupported(
          path: path, found: "\(title(node)) depends on the size of the image",
          remedy: "export the model for images of a fixed size")
      }
      return integer
    }
  }

  /// The constant as single-precision numbers, in the shape it has.
  func floatInput(_ node: ONNXNode, _ index: Int) throws -> (shape: [Int], values: [Float])? {
    guard let constant = try constantInput(node, index) else { return nil }
    guard let floats = constant.floats else {
      throw refusal(node, "\(node.kind) whose input \(index) depends on the size of the image")
    }
    return (constant.shape, floats)
  }

  /// A constant that must have one value per channel.
  func channelInput(_ node: ONNXNode, _ index: Int, _ part: String, _ channels: Int) throws
    -> Weight
  {
    let name = "\(title(node)).\(part)"
    guard let (shape, values) = try floatInput(node, index) else {
      throw ConvNetError.missingWeight(name: name, expected: [channels])
    }
    guard shape == [channels] else {
      throw ConvNetError.weightShape(name: name, found: shape, expected: [channels])
    }
    return Weight(shape: shape, values: values)
  }

  // MARK: Results

  /// Adds an operation on features; its weights are named by their part.
  mutating func add(
    _ node: ONNXNode, _ operation: Operation, _ inputs: [Feature], channels: Int? = nil,
    weights parts: [String: Weight] = [:]
  ) throws -> Feature {
    let name = usedNames.insertUnique(node.outputs[0])
    if let fault = operation.fault { throw refusal(node, "\(node.kind): \(fault)") }
    nodes.append(.init(name: name, operation: operation, inputs: inputs.map(\.name)))
    for (part, weight) in parts { weights["\(name).\(part)"] = weight }
    let sizes = inputs.compactMap(\.size)
    var size: Triple?
    if sizes.count == inputs.count {
      guard case .success(let found) = operation.outputSize(sizes),
        (0..<3).allSatisfy({ (1...ChannelInference.limit).contains(found[$0]) })
      else { throw refusal(node, "\(node.kind) with inputs of sizes that do not fit") }
      size = found
    }
    return Feature(name: name, channels: channels ?? inputs[0].channels, size: size)
  }

  // MARK: Errors

  /// How errors speak of a node.
  func title(_ node: ONNXNode) -> String {
    "the node \"\(node.name.isEmpty ? node.outputs.first ?? "" : node.name)\""
  }

  /// An error about something that a network cannot compute.
  func refusal(_ node: ONNXNode, _ what: String) -> ConvNetError {
    .unsupported(
      path: path, found: "\(title(node)) needs \(what)",
      remedy: "networks for images of three axes made of the usual layers are read")
  }

  // MARK: Attributes

  /// A list with one number for each spatial axis.
  func triple(_ node: ONNXNode, _ name: String, default usual: Triple) throws -> Triple {
    guard let list = node.attributes[name]?.integers, !list.isEmpty else { return usual }
    guard list.count == 3 else {
      throw refusal(node, "\(node.kind) along \(list.count) axes")
    }
    return axes.triple(list)
  }

  /// The attribute `pads`: three numbers for the low ends of the axes, three for the high ends.
  func pads(_ node: ONNXNode) throws -> (low: Triple, high: Triple) {
    guard let list = node.attributes["pads"]?.integers, !list.isEmpty else {
      return (.zero, .zero)
    }
    guard list.count == 6 else {
      throw refusal(node, "\(node.kind) along \(list.count / 2) axes")
    }
    return (axes.triple(Array(list[..<3])), axes.triple(Array(list[3...])))
  }

  /// Refuses an attribute that has another value than the usual one.
  func require(_ node: ONNXNode, _ name: String, _ usual: Int) throws {
    guard let found = node.attributes[name]?.integer, found != usual else { return }
    throw refusal(node, "\(node.kind) with \(name) \(found)")
  }

  /// Refuses automatic padding, except where it means none.
  func requireExplicitPadding(_ node: ONNXNode) throws {
    let mode = node.attributes["auto_pad"]?.text ?? "NOTSET"
    guard ["", "NOTSET", "VALID"].contains(mode) else {
      throw refusal(node, "\(node.kind) with auto_pad \(mode)")
    }
  }
}
