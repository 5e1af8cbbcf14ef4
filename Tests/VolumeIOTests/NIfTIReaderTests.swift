import Foundation
import TestSupport
import Testing
import VolumeIO
import Volumes

/// Values that nibabel read; made by Tests/Oracles/volumeio_nifti.py.
let niftiFiles = ReadValues.Table("nifti.json")

@Suite struct NIfTIReaderTests {
  @Test(arguments: niftiFiles.made.keys.sorted())
  func madeFiles(name: String) throws {
    try compare("\(Resources.root)/\(name)", #require(niftiFiles.made[name]))
  }

  @Test(
    .enabled(if: SharedData.root != nil, "the shared scans are absent"),
    arguments: niftiFiles.shared.keys.sorted())
  func sharedFiles(name: String) throws {
    let root = try #require(SharedData.root)
    try compare("\(root)/nifti/\(name)", #require(niftiFiles.shared[name]))
  }

  private func compare(_ path: String, _ expected: ReadValues) throws {
    let file = try ImageFile.read(path)
    expected.compare(file)
    #expect(file.header.storedType.rawValue == expected.type)
    #expect(file.header.nifti?.sformCode == expected.sform)
    #expect(file.header.nifti?.qformCode == expected.qform)
    #expect(file.header.nifti?.extensions.map { Int($0.code) } == expected.extensions)
  }

  @Test(arguments: [
    ("refused_complex.nii", "complex"), ("refused_complex128.nii", "complex"),
    ("refused_rgb.nii", "RGB"), ("refused_rgba.nii", "RGBA"),
    ("refused_7d.nii", "[2, 2, 2, 2, 1, 1, 2]"),
  ])
  func refusedWithTheReason(name: String, reason: String) throws {
    let error = #expect(throws: VolumeIOError.self) {
      try ImageFile.read("\(Resources.root)/\(name)")
    }
    let text = try #require(error).description
    #expect(text.contains(reason) && text.contains(name), "\(text)")
  }

  @Test func labelNamesOfOtherPrograms() throws {
    let header = try ImageFile.readHeader("\(Resources.root)/extensions.nii.gz")
    #expect(
      header.labels.entries == [
        .init(value: 1, name: "necrosis & <core>", color: [255, 128, 0]),
        .init(value: 2, name: "oedema & more", color: [0, 0, 255]),
      ])
  }

  @Test func theNamedFileIsRead() throws {
    // With u.nii.gz and u.nii side by side, libnifti takes the voxels of the one for the other's.
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func copy(_ name: String, _ target: String) throws {
      try FileManager.default.copyItem(
        atPath: "\(Resources.root)/\(name)", toPath: folder.appending(path: target).path)
    }
    try copy("int16.nii", "u.nii")
    try copy("scaled.nii.gz", "u.nii.gz")
    let plain = try ImageFile.read(folder.appending(path: "u.nii").path).volume
    let packed = try ImageFile.read(folder.appending(path: "u.nii.gz").path).volume
    #expect(plain == (try ImageFile.read("\(Resources.root)/int16.nii").volume))
    #expect(packed == (try ImageFile.read("\(Resources.root)/scaled.nii.gz").volume))
    #expect(plain != packed)
  }

  @Test func eitherFileOfAPairIsRead() throws {
    for (header, voxels) in [("pair.hdr", "pair.img"), ("pairgz.hdr.gz", "pairgz.img.gz")] {
      let byHeader = try ImageFile.read("\(Resources.root)/\(header)")
      let byVoxels = try ImageFile.read("\(Resources.root)/\(voxels)")
      #expect(byHeader.volume == byVoxels.volume)
    }
  }
}
