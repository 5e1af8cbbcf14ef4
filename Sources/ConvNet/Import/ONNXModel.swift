/// What an ONNX file says, as far as networks need it (onnx.proto: ModelProto and GraphProto).
struct ONNXModel {
  /// The version of the operators.
  var operatorSet = 0
  var nodes: [ONNXNode] = []
  var initializers: [String: ONNXTensor] = [:]
  var inputs: [ONNXValue] = []
  var outputs: [ONNXValue] = []

  /// - Throws: `malformed` where the bytes are no ONNX model.
  init(_ bytes: ArraySlice<UInt8>, path: String) throws(ConvNetError) {
    var reader = ProtobufReader(bytes, path: path)
    var graph: ArraySlice<UInt8>?
    do {
      while let field = try reader.next() {
        switch (field.number, field.value) {
        case (7, .bytes(let message)): graph = message
        case (8, .bytes(let message)): try readOperatorSet(message, path: path)
        default: break
        }
      }
    } catch {
      // Any file could be given; only the start of a model tells that it is a damaged one.
      throw graph == nil ? Self.notONNX(path) : error
    }
    guard let graph, operatorSet > 0 else { throw Self.notONNX(path) }
    try readGraph(graph, path: path)
  }

  private static func notONNX(_ path: String) -> ConvNetError {
    .malformed(path: path, reason: "it is not a complete ONNX model")
  }

  private mutating func readOperatorSet(
    _ message: ArraySlice<UInt8>, path: String
  ) throws(ConvNetError) {
    var reader = ProtobufReader(message, path: path)
    var domain = ""
    var version = 0
    while let field = try reader.next() {
      switch field.number {
      case 1: domain = field.value.text ?? ""
      case 2: version = field.value.integer ?? 0
      default: break
      }
    }
    if domain.isEmpty || domain == "ai.onnx" { operatorSet = version }
  }

  private mutating func readGraph(
    _ message: ArraySlice<UInt8>, path: String
  ) throws(ConvNetError) {
    var reader = ProtobufReader(message, path: path)
    while let field = try reader.next() {
      guard case .bytes(let message) = field.value else { continue }
      switch field.number {
      case 1: nodes.append(try ONNXNode(message, path: path))
      case 5:
        let tensor = try ONNXTensor(message, path: path)
        initializers[tensor.name] = tensor
      case 11: inputs.append(try ONNXValue(message, path: path))
      case 12: outputs.append(try ONNXValue(message, path: path))
      default: break
      }
    }
  }
}

/// An input or an output of the graph (ValueInfoProto).
struct ONNXValue {
  var name = ""
  /// The extent of each axis, nil where the file leaves it open; nil where it tells no shape.
  var shape: [Int?]?

  init(_ message: ArraySlice<UInt8>, path: String) throws(ConvNetError) {
    var reader = ProtobufReader(message, path: path)
    while let field = try reader.next() {
      switch field.number {
      case 1: name = field.value.text ?? ""
      case 2:
        // TypeProto.tensor_type.shape
        if let type = try Self.part(1, of: field.value.bytes, path: path),
          let shape = try Self.part(2, of: type, path: path)
        {
          self.shape = try Self.shape(shape, path: path)
        }
      default: break
      }
    }
  }

  private static func part(
    _ number: Int, of message: ArraySlice<UInt8>?, path: String
  ) throws(ConvNetError) -> ArraySlice<UInt8>? {
    var reader = ProtobufReader(message ?? [], path: path)
    var part: ArraySlice<UInt8>?
    while let field = try reader.next() {
      if field.number == number { part = field.value.bytes }
    }
    return part
  }

  private static func shape(
    _ message: ArraySlice<UInt8>, path: String
  ) throws(ConvNetError) -> [Int?] {
    var reader = ProtobufReader(message, path: path)
    var shape: [Int?] = []
    while let field = try reader.next() {
      guard field.number == 1, let dimension = field.value.bytes else { continue }
      var inner = ProtobufReader(dimension, path: path)
      var extent: Int?
      while let field = try inner.next() {
        if field.number == 1, let value = field.value.integer, value > 0 { extent = value }
      }
      shape.append(extent)
    }
    return shape
  }
}

/// One operation of the graph (NodeProto).
struct ONNXNode {
  var name = ""
  /// The operator's name.
  var kind = ""
  var domain = ""
  /// The names of the inputs; empty for one that is left out.
  var inputs: [String] = []
  var outputs: [String] = []
  var attributes: [String: ONNXAttribute] = [:]

  init(_ message: ArraySlice<UInt8>, path: String) throws(ConvNetError) {
    var reader = ProtobufReader(message, path: path)
    while let field = try reader.next() {
      guard let bytes = field.value.bytes else { continue }
      switch field.number {
      case 1: inputs.append(field.value.text ?? "")
      case 2: outputs.append(field.value.text ?? "")
      case 3: name = field.value.text ?? ""
      case 4: kind = field.value.text ?? ""
      case 5:
        let (name, attribute) = try ONNXAttribute.read(bytes, path: path)
        attributes[name] = attribute
      case 7: domain = field.value.text ?? ""
      default: break
      }
    }
  }
}

/// A parameter of a node (AttributeProto); graphs and the like are left out.
struct ONNXAttribute {
  var float: Float?
  var integer: Int?
  var text: String?
  var tensor: ONNXTensor?
  var floats: [Float] = []
  var integers: [Int] = []

  static func read(
    _ message: ArraySlice<UInt8>, path: String
  ) throws(ConvNetError) -> (String, ONNXAttribute) {
    var reader = ProtobufReader(message, path: path)
    var name = ""
    var attribute = ONNXAttribute()
    while let field = try reader.next() {
      switch field.number {
      case 1: name = field.value.text ?? ""
      case 2: attribute.float = field.value.float
      case 3: attribute.integer = field.value.integer
      case 4: attribute.text = field.value.text
      case 5:
        attribute.tensor = try field.value.bytes.map { bytes throws(ConvNetError) in
          try ONNXTensor(bytes, path: path)
        }
      case 7: try attribute.floats.append(field: field, path: path)
      case 8: try attribute.integers.append(field: field, path: path)
      default: break
      }
    }
    return (name, attribute)
  }
}

extension [Int] {
  /// Adds the numbers of a repeated field, which may be packed.
  mutating func append(field: ProtobufReader.Field, path: String) throws(ConvNetError) {
    switch field.value {
    case .varint(let bits): append(Int(truncatingIfNeeded: bits))
    case .bytes(let packed):
      var reader = ProtobufReader(packed, path: path)
      while !reader.rest.isEmpty { append(Int(truncatingIfNeeded: try reader.varint())) }
    case .fixed32, .fixed64: throw .malformed(path: path, reason: "a list has the wrong type")
    }
  }
}

extension [Float] {
  /// Adds the numbers of a repeated field, which may be packed.
  mutating func append(field: ProtobufReader.Field, path: String) throws(ConvNetError) {
    switch field.value {
    case .fixed32(let bits): append(Float(bitPattern: bits))
    case .bytes(let packed) where packed.count % 4 == 0:
      append(contentsOf: SafeTensors.ElementType.float32.floats(packed))
    default: throw .malformed(path: path, reason: "a list has the wrong type")
    }
  }
}
