import Foundation

/// Numbers in an ONNX file (TensorProto).
struct ONNXTensor {
  var name = ""
  var shape: [Int] = []
  /// The number of TensorProto.DataType: 1 float, 6 int32, 7 int64, 10 float16, 11 double, ...
  var dataType = 0
  private var raw: ArraySlice<UInt8>?
  private var floats: [Float] = []
  private var integers: [Int] = []
  private var doubles: ArraySlice<UInt8> = []
  /// Where the values are if not here: keys of `external_data`.
  private var external: [String: String] = [:]
  private var isExternal = false

  init(_ message: ArraySlice<UInt8>, path: String) throws(ConvNetError) {
    var reader = ProtobufReader(message, path: path)
    while let field = try reader.next() {
      switch field.number {
      case 1: try shape.append(field: field, path: path)
      case 2: dataType = field.value.integer ?? 0
      case 4: try floats.append(field: field, path: path)
      case 5, 7: try integers.append(field: field, path: path)
      case 8: name = field.value.text ?? ""
      case 9: raw = field.value.bytes
      case 10: doubles = field.value.bytes ?? []
      case 13:
        let (key, value) = try Self.entry(field.value.bytes ?? [], path: path)
        external[key] = value
      case 14: isExternal = field.value.integer == 1
      default: break
      }
    }
    guard elementCount(shape) != nil else {
      throw .malformed(path: path, reason: "the tensor \"\(name)\" has an impossible shape")
    }
  }

  /// A key and a value (StringStringEntryProto).
  private static func entry(
    _ message: ArraySlice<UInt8>, path: String
  ) throws(ConvNetError) -> (String, String) {
    var reader = ProtobufReader(message, path: path)
    var entry = ("", "")
    while let field = try reader.next() {
      if field.number == 1 { entry.0 = field.value.text ?? "" }
      if field.number == 2 { entry.1 = field.value.text ?? "" }
    }
    return entry
  }

  /// The values as a constant of the graph; `folder` is where external values lie, nil where there
  /// are none to be read.
  func constant(path: String, folder: String?) throws(ConvNetError) -> ONNXConstant {
    let bytes = isExternal ? try externalBytes(path: path, folder: folder) : raw
    let values: ONNXConstant.Values
    switch dataType {
    case 1:
      values = .floats(bytes == nil ? floats : try unpack(bytes ?? [], .float32, path))
    case 11: values = .floats(try unpack(bytes ?? doubles, .float64, path))
    case 10, 16:
      let kind = dataType == 10 ? SafeTensors.ElementType.float16 : .bfloat16
      // Without raw bytes, each half sits in the low bits of an int32.
      let packed = integers.flatMap {
        [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)]
      }
      values = .floats(try unpack(bytes ?? packed[...], kind, path))
    case 6: values = .integers(try unpack(bytes, Int32.self, path))
    case 7: values = .integers(try unpack(bytes, Int64.self, path))
    case 9: values = .integers(try unpack(bytes, UInt8.self, path))
    default:
      throw .unsupported(
        path: path, found: "the tensor \"\(name)\" has ONNX's data type \(dataType)",
        remedy: "floating-point numbers and int32, int64 and bool are read")
    }
    guard values.count == elementCount(shape) else {
      throw .malformed(
        path: path,
        reason: "the tensor \"\(name)\" has \(values.count) values, not what its shape needs")
    }
    return ONNXConstant(shape: shape, values: values)
  }

  private func unpack(
    _ bytes: ArraySlice<UInt8>, _ kind: SafeTensors.ElementType, _ path: String
  ) throws(ConvNetError) -> [Float] {
    guard let count = elementCount(shape), kind.byteCount(count) == bytes.count else {
      throw .malformed(
        path: path,
        reason: "the tensor \"\(name)\" has \(bytes.count) bytes, not what its shape needs")
    }
    return kind.floats(bytes)
  }

  private func unpack<Number: FixedWidthInteger>(
    _ bytes: ArraySlice<UInt8>?, _: Number.Type, _ path: String
  ) throws(ConvNetError) -> [Int?] {
    guard let bytes else { return integers }
    let width = Number.bitWidth / 8
    guard bytes.count % width == 0 else {
      throw .malformed(path: path, reason: "the tensor \"\(name)\" ends within a number")
    }
    return stride(from: bytes.startIndex, to: bytes.endIndex, by: width).map {
      Int(Number(littleEndianBytes: bytes[$0..<$0 + width]))
    }
  }

  private func externalBytes(
    path: String, folder: String?
  ) throws(ConvNetError) -> ArraySlice<UInt8> {
    guard let location = external["location"], let folder else {
      throw .unsupported(
        path: path, found: "the values of \"\(name)\" are in another file",
        remedy: "export the model with its weights inside")
    }
    // A model must not make the program read files elsewhere.
    guard !location.isEmpty, !location.hasPrefix("/"), !location.contains("\\"),
      !location.split(separator: "/").contains(".."), !location.utf8.contains(0)
    else {
      throw .unsupported(
        path: path, found: "the values of \"\(name)\" are in \"\(location)\"",
        remedy: "only files beside the model are read")
    }
    let file = folder + "/" + location
    let offset = external["offset"].flatMap { Int($0) } ?? 0
    guard let handle = FileHandle(forReadingAtPath: file) else {
      throw .unreadable(path: file, reason: "it holds the model's weights but cannot be opened")
    }
    defer { try? handle.close() }
    do {
      let size = Int(try handle.seekToEnd())
      guard (0...size).contains(offset),
        case let length = external["length"].flatMap({ Int($0) }) ?? size - offset,
        (0...size - offset).contains(length)
      else {
        throw ConvNetError.malformed(
          path: file, reason: "the values of \"\(name)\" lie beyond its end")
      }
      try handle.seek(toOffset: UInt64(offset))
      return [UInt8](try handle.read(upToCount: length) ?? Data())[...]
    } catch let error as ConvNetError {
      throw error
    } catch {
      throw .unreadable(path: file, reason: "the file system refused it")
    }
  }
}
