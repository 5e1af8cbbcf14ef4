import Foundation
import Testing

@Suite struct ModelCommandTests {
  /// A safetensors file of one header text and some bytes of arrays.
  static func file(_ header: String, _ bytes: Int = 0) -> [UInt8] {
    let text = Array(header.utf8)
    let count = UInt64(text.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + text
      + [UInt8](repeating: 0, count: bytes)
  }

  static let damaged: [(name: String, bytes: [UInt8])] = [
    ("empty", []),
    ("short", [1, 2, 3]),
    ("huge header", [UInt8](repeating: 0xFF, count: 8) + [0x7B, 0x7D]),
    ("no JSON", file("not JSON at all")),
    ("text", Array("a text file that was named .safetensors\n".utf8)),
    ("beyond the end", file(#"{"w":{"dtype":"F32","shape":[9],"data_offsets":[0,36]}}"#, 8)),
    ("negative", file(#"{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4)),
    ("no model", file(#"{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 4)),
    ("no network", file(#"{"__metadata__":{"medcnn":"1"}}"#)),
    ("other version", file(#"{"__metadata__":{"medcnn":"99"}}"#)),
  ]

  @Test(arguments: damaged.map(\.name)) func damagedModelsAreErrors(_ name: String) throws {
    let folder = try TemporaryFolder()
    let bytes = try #require(Self.damaged.first { $0.name == name }?.bytes)
    try folder.write(bytes, to: "m.safetensors")
    let run = try Medcnn(["model", "inspect", "m.safetensors"], in: folder.url)
    #expect(run.status == 1)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("error: m.safetensors: "))
    #expect(run.errors.split(separator: "\n").count == 1)
  }

  @Test func missingModelsAndFoldersAreErrors() throws {
    let folder = try TemporaryFolder()
    for name in ["missing.safetensors", "."] {
      let run = try Medcnn(["model", "inspect", name], in: folder.url)
      #expect(run.status == 1)
      #expect(run.errors.hasPrefix("error: \(name): cannot be read: "))
      #expect(run.errors.split(separator: "\n").count == 1)
    }
  }
}
