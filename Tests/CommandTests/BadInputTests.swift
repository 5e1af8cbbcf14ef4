import Foundation
import Testing
import VolumeIO
import Volumes

/// Files that nobody should give, but somebody will: each leads to one clear line and status 1.
@Suite struct BadInputTests {
  /// The bytes of a small valid NIfTI-1 file of int16 samples.
  static func scan() throws -> [UInt8] {
    let folder = try TemporaryFolder()
    let geometry = try Geometry(size: [8, 8, 8])
    try ImageFile.write(
      Volume(geometry: geometry, samples: (0..<512).map { Float($0) }), to: folder.path("s.nii"),
      type: .int16)
    return Array(try Data(contentsOf: URL(fileURLWithPath: folder.path("s.nii"))))
  }

  static func gzipped(_ bytes: [UInt8]) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    try folder.write(bytes, to: "s.nii")
    _ = try Medcnn(["convert", "s.nii", "s.nii.gz"], in: folder.url)
    return Array(try Data(contentsOf: URL(fileURLWithPath: folder.path("s.nii.gz"))))
  }

  static func with(_ value: Int16, at offset: Int) throws -> [UInt8] {
    var bytes = try scan()
    withUnsafeBytes(of: value.littleEndian) { bytes.replaceSubrange(offset..<offset + 2, with: $0) }
    return bytes
  }

  /// Runs `info` on a file of these bytes and returns its one line.
  static func line(_ name: String, _ bytes: [UInt8]) throws -> String {
    let folder = try TemporaryFolder()
    try folder.write(bytes, to: name)
    let run = try Medcnn(["info", name], in: folder.url)
    #expect(run.status == 1, "\(name)")
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("error: \(name): "))
    #expect(run.errors.split(separator: "\n").count == 1)
    return run.errors
  }

  @Test func truncatedGzip() throws {
    let whole = try Self.gzipped(Self.scan())
    #expect(try Self.line("t.nii.gz", Array(whole.prefix(whole.count / 2))).contains("damaged"))
    #expect(try Self.line("t.nii.gz", Array(whole.prefix(12))).contains("damaged"))
  }

  @Test func truncatedVoxels() throws {
    #expect(try Self.line("t.nii", Self.scan().dropLast(100)).contains("damaged"))
  }

  @Test func absurdDimensions() throws {
    // dim[1...3] are int16 at bytes 42, 44 and 46; dim[0] at 40.
    for (value, offset) in [(Int16(-5), 42), (32767, 42), (9, 40), (-1, 40), (0, 44)] {
      _ = try Self.line("d.nii", Self.with(value, at: offset))
    }
    var huge = try Self.scan()
    for offset in [42, 44, 46] { huge.replaceSubrange(offset..<offset + 2, with: [0xFF, 0x7F]) }
    _ = try Self.line("d.nii", huge)
  }

  @Test func otherFiles() throws {
    #expect(try Self.line("e.nii.gz", []).contains("empty"))
    let text = Array("These are my notes on the patient.\n".utf8)
    #expect(try Self.line("notes.nii.gz", text).contains("not a known image format"))
    #expect(try Self.line("notes.nii", text).contains("not a known image format"))
    #expect(try Self.line("notes.nrrd", text).contains("not a known image format"))
  }

  @Test func directoriesAndMissingFiles() throws {
    let folder = try TemporaryFolder()
    for name in ["missing.nii.gz", "."] {
      let run = try Medcnn(["info", name], in: folder.url)
      #expect(run.status == 1)
      #expect(run.errors.hasPrefix("error: \(name): "))
      #expect(run.errors.split(separator: "\n").count == 1)
    }
  }

  @Test func notLabels() throws {
    let folder = try TemporaryFolder()
    let geometry = try Geometry(size: [4, 4, 4])
    try ImageFile.write(
      Volume(geometry: geometry, repeating: 0.5), to: folder.path("p.nii"))
    try ImageFile.write(
      Volume(geometry: geometry, repeating: .nan), to: folder.path("n.nii"))
    try ImageFile.write(LabelMap(geometry: geometry), to: folder.path("t.nii"))
    for name in ["p.nii", "n.nii"] {
      let run = try Medcnn(["evaluate", name, "t.nii"], in: folder.url)
      #expect(run.status == 1)
      #expect(run.errors.hasPrefix("error: \(name): a voxel of"))
    }
    let info = try Medcnn(["info", "n.nii"], in: folder.url)
    #expect(info.status == 0)
    #expect(info.output.contains("none is a number"))
  }
}
