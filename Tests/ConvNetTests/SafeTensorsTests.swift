import ConvNet
import Foundation
import Testing

@Suite("safetensors files")
struct SafeTensorsTests {
  /// A file from its header and the bytes after it.
  static func file(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian, Array.init) + Array(header.utf8)
      + data
  }

  @Test func roundTrip() throws {
    let weights = [
      "b": Weight(shape: [2, 3], values: [1, -2, 3, .infinity, .leastNonzeroMagnitude, 6]),
      "a/\"quoted\"": Weight(shape: [], values: [7]),
      "empty": Weight(shape: [0, 4], values: []),
    ]
    let path = NSTemporaryDirectory() + "safetensors-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try SafeTensors.write(weights, metadata: ["note": "größer"], to: path)
    let file = try SafeTensors(path: path)
    #expect(try file.weights() == weights)
    #expect(file.metadata == ["note": "größer"])
  }

  @Test(
    "every element type",
    arguments: [
      ("F64", [0, 0, 0, 0, 0, 0, 0xF8, 0xBF], Float(-1.5)), ("F32", [0, 0, 0xC0, 0xBF], -1.5),
      ("F16", [0, 0xBE], -1.5), ("BF16", [0xC0, 0xBF], -1.5),
      ("I64", [0xFE, 255, 255, 255, 255, 255, 255, 255], -2), ("I32", [0xFE, 255, 255, 255], -2),
      ("I16", [0xFE, 255], -2), ("I8", [0xFE], -2), ("U64", [9, 1, 0, 0, 0, 0, 0, 0], 265),
      ("U32", [9, 1, 0, 0], 265), ("U16", [9, 1], 265), ("U8", [200], 200), ("BOOL", [1], 1),
    ] as [(String, [UInt8], Float)])
  func elementTypes(name: String, bytes: [UInt8], value: Float) throws {
    let header = #"{"x":{"dtype":"\#(name)","shape":[1],"data_offsets":[0,\#(bytes.count)]}}"#
    let file = try SafeTensors(bytes: Self.file(header, bytes))
    #expect(try file.weight("x").values == [value])
  }

  @Test(
    "broken files are refused",
    arguments: [
      [], [1, 2, 3], Array(repeating: 255, count: 16), file("{", []), file("[1]", []),
      file(#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
      file(#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, [0, 0, 0]),
      file(#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, [0, 0, 0, 0, 0]),
      file(#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}"#, [0, 0, 0, 0, 0]),
      file(#"{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
      file(#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, [0, 0, 0, 0]),
      file(#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, [0, 0, 0, 0]),
      file(
        #"{"x":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#, []),
      file(
        #"{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"#
          + #""y":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#, [0, 0, 0]),
      file(#"{"x":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
      file(#"{"__metadata__":{"a":1}}"#, []),
      file(#"{"x":{"dtype":"F32","shape":[1e30],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
    ] as [[UInt8]])
  func broken(bytes: [UInt8]) {
    #expect(throws: ConvNetError.self) { try SafeTensors(bytes: bytes) }
  }

  @Test func missingFile() {
    #expect(throws: ConvNetError.self) { try SafeTensors(path: "/does/not/exist") }
  }
}
