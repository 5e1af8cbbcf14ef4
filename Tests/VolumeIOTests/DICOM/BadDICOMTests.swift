import Foundation
import Testing
import VolumeIO
import Volumes

/// DICOM that is incomplete, damaged, or nothing to measure: each is one error that tells why.
@Suite struct BadDICOMTests {
  private func copy(_ name: String) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let source = DICOMVolumeTests.root + name
    for file in try FileManager.default.contentsOfDirectory(atPath: source) {
      try FileManager.default.copyItem(atPath: "\(source)/\(file)", toPath: folder(file))
    }
    return folder
  }

  private func expectError(
    _ path: String, says text: String, dicom: DICOMOptions = DICOMOptions(),
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let error = #expect(throws: VolumeIOError.self, sourceLocation: sourceLocation) {
      try ImageFile.read(path, dicom: dicom)
    }
    let description = error?.description ?? ""
    #expect(
      description.contains(text) && !description.contains("\n"), "\(description)",
      sourceLocation: sourceLocation)
    #expect(!description.contains("Invented") && !description.contains("SECRET"))
  }

  @Test func missingSlices() throws {
    let folder = try copy("int32")
    try FileManager.default.removeItem(atPath: folder("IM0002"))
    try expectError(folder.path, says: "1 slice is missing between")
    let whole = try ImageFile.read(DICOMVolumeTests.root + "int32").volume
    let filled = try ImageFile.read(folder.path, dicom: DICOMOptions(allowMissing: true)).volume
    #expect(filled.geometry.matches(whole.geometry))
    for j in 0..<10 {
      for i in 0..<12 {
        #expect(filled[i, j, 1] == whole[i, j, 1] && filled[i, j, 4] == whole[i, j, 4])
        let between = (whole[i, j, 1] + whole[i, j, 3]) / 2
        #expect(abs(filled[i, j, 2] - between) <= 1e-6 * abs(between) + 1)
      }
    }
    #expect(try #require(try DICOMFolder(folder.path).series.first?.problem).contains("missing"))
  }

  @Test func missingSlicesOfOneChannel() throws {
    let folder = try copy("diffusion")
    try FileManager.default.removeItem(atPath: folder("IM0003"))
    try expectError(folder.path, says: "1 images at")
  }

  @Test func doubles() throws {
    let folder = try copy("int32")
    try FileManager.default.copyItem(atPath: folder("IM0002"), toPath: folder("again"))
    try expectError(folder.path, says: "are the same image")
    let volume = try ImageFile.read(folder.path, dicom: DICOMOptions(allowMissing: true)).volume
    #expect(volume == (try ImageFile.read(DICOMVolumeTests.root + "int32").volume))
  }

  @Test func truncatedFiles() throws {
    let folder = try copy("rescaled")
    let bytes = try Data(contentsOf: URL(filePath: folder("IM0001")))
    for count in [bytes.count - 1, bytes.count - 100, bytes.count / 2, 200, 140] {
      try bytes.prefix(count).write(to: URL(filePath: folder("IM0001")))
      try expectError(folder.path, says: "IM0001")
      try expectError(folder("IM0001"), says: "IM0001")
    }
  }

  @Test(arguments: ["jpeg_extended", "jpeg_ls_near", "jpeg2000", "enhanced_rle", "deflated"])
  func damagedPixels(name: String) throws {
    let folder = try TemporaryFolder()
    let whole = [UInt8](try Data(contentsOf: URL(filePath: "\(DICOMVolumeTests.root)\(name).dcm")))
    // Whatever is damaged there is an error or an image, and nothing else.
    for start in stride(from: 132, to: whole.count - 8, by: max(1, whole.count / 60)) {
      var bytes = whole
      for index in start..<start + 8 { bytes[index] = UInt8(truncatingIfNeeded: index &* 151) }
      _ = try? ImageFile.read(bytes: bytes, name: name)
    }
    try Data(whole.prefix(whole.count * 2 / 3)).write(to: URL(filePath: folder("cut.dcm")))
    try expectError(folder("cut.dcm"), says: "cut.dcm")
  }

  /// Sequences within items, which a parser that calls itself cannot bear.
  @Test(arguments: [90, 101, 50_000]) func deepNesting(depth: Int) throws {
    let whole = [UInt8](try Data(contentsOf: URL(filePath: DICOMVolumeTests.root + "nowhere.dcm")))
    let pixels: [UInt8] = [0xe0, 0x7f, 0x10, 0x00]
    let place = try #require(
      whole.indices.dropLast(4).first { Array(whole[$0..<$0 + 4]) == pixels })
    let open: [UInt8] =
      [0x40, 0x00, 0x75, 0x02, 0x53, 0x51, 0, 0, 0xff, 0xff, 0xff, 0xff]
      + [0xfe, 0xff, 0x00, 0xe0, 0xff, 0xff, 0xff, 0xff]
    let close: [UInt8] =
      [0xfe, 0xff, 0x0d, 0xe0, 0, 0, 0, 0] + [0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]
    var bytes = Array(whole[..<place])
    for _ in 0..<depth { bytes += open }
    for _ in 0..<depth { bytes += close }
    bytes += whole[place...]
    let error = #expect(throws: VolumeIOError.self) {
      try ImageFile.read(bytes: bytes, name: "deep")
    }
    let expected = depth < 100 ? "position in the patient" : "nested more than 100 deep"
    #expect(error?.description.contains(expected) == true)
  }

  /// The meta header is parsed by the same rules as what follows.
  @Test func damagedMetaHeader() throws {
    let whole = MadeDICOM.slice(0).file
    let type = try #require(whole.indices.first { whole[$0...].starts(with: "UI".utf8) })
    // A type with a long length, which is then in the UID: far beyond the end of the file.
    var bytes = whole
    bytes.replaceSubrange(type..<type + 2, with: "UO".utf8)
    var error = #expect(throws: VolumeIOError.self) {
      try ImageFile.read(bytes: bytes, name: "long")
    }
    #expect(error?.description.contains("ends within an element") == true)
    let open: [UInt8] =
      [0x53, 0x51, 0, 0, 0xff, 0xff, 0xff, 0xff] + [0xfe, 0xff, 0x00, 0xe0, 0xff, 0xff, 0xff, 0xff]
    bytes = Array(whole[..<(type - 4)])
    for level in 0..<50_000 {
      bytes += level == 0 ? [0x02, 0x00, 0x99, 0x01] : [0x40, 0x00, 0x75, 0x02]
      bytes += open
    }
    bytes += whole[(type - 4)...]
    error = #expect(throws: VolumeIOError.self) { try ImageFile.read(bytes: bytes, name: "deep") }
    #expect(error?.description.contains("nested more than 100 deep") == true)
  }

  @Test func whatIsNoVolume() throws {
    let root = DICOMVolumeTests.root
    try expectError(root + "colour.dcm", says: "a colour image (RGB)")
    try expectError(root + "nowhere.dcm", says: "position in the patient")
    try expectError(root + "localiser", says: "2 series: 110.1 (MR, Case 110), 110.2")
    try expectError(
      root + "int8", says: "only those of PET", dicom: DICOMOptions(uptake: .bodyWeight))
  }

  @Test func linksInCircles() throws {
    let folder = try copy("int32")
    try FileManager.default.createSymbolicLink(
      atPath: folder("circle"), withDestinationPath: folder.path)
    try FileManager.default.createSymbolicLink(
      atPath: folder("nowhere"), withDestinationPath: folder("absent"))
    #expect(try ImageFile.read(folder.path).volume.geometry.size == [12, 10, 5])
  }
}
