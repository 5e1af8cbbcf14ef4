import Foundation
import Testing
import VolumeIO
import Volumes

/// Values that nibabel read; made by Tests/Oracles/volumeio_nifti.py.
struct NIfTIGolden: Decodable {
  struct File: Decodable {
    let shape: [Int]
    let affine: [Double]
    let type: String
    let sform: Int
    let qform: Int
    let sum: Double
    let min: Double
    let max: Double
    let indices: [Int]
    let values: [Double]
    let extensions: [Int]
  }
  let made: [String: File]
  let shared: [String: File]

  static let table: NIfTIGolden = {
    do {
      let data = try Data(contentsOf: URL(filePath: "\(Resources.root)/nifti.json"))
      return try JSONDecoder().decode(NIfTIGolden.self, from: data)
    } catch {
      fatalError("nifti.json: \(error)")
    }
  }()
}

@Suite struct NIfTIReaderTests {
  @Test(arguments: NIfTIGolden.table.made.keys.sorted())
  func madeFiles(name: String) throws {
    try compare("\(Resources.root)/\(name)", #require(NIfTIGolden.table.made[name]))
  }

  @Test(
    .enabled(if: SharedData.root != nil, "the shared scans are absent"),
    arguments: NIfTIGolden.table.shared.keys.sorted())
  func sharedFiles(name: String) throws {
    let root = try #require(SharedData.root)
    try compare("\(root)/nifti/\(name)", #require(NIfTIGolden.table.shared[name]))
  }

  private func compare(_ path: String, _ expected: NIfTIGolden.File) throws {
    let file = try ImageFile.read(path)
    let header = file.header
    let volume = file.volume
    let size = volume.geometry.size
    #expect([size.x, size.y, size.z, volume.channels] == expected.shape)
    let affine = volume.geometry.affine
    for row in 0..<3 {
      let found = [affine.i[row], affine.j[row], affine.k[row], affine.origin[row]]
      for column in 0..<4 {
        let difference = abs(found[column] - expected.affine[row * 4 + column])
        #expect(difference <= 1e-6, "affine row \(row) column \(column): \(difference)")
      }
    }
    #expect(header.storedType.rawValue == expected.type)
    #expect(header.nifti?.sformCode == expected.sform)
    #expect(header.nifti?.qformCode == expected.qform)
    #expect(header.nifti?.extensions.map { Int($0.code) } == expected.extensions)
    for (index, value) in zip(expected.indices, expected.values) {
      #expect(volume.samples[index] == Float(value))
    }
    guard volume.samples.count < 1 << 20 else { return }
    #expect(volume.samples.min() == Float(expected.min))
    #expect(volume.samples.max() == Float(expected.max))
    let sum = volume.samples.reduce(0.0) { $0 + Double($1) }
    let scale = volume.samples.reduce(0.0) { $0 + abs(Double($1)) }
    #expect(abs(sum - expected.sum) <= 1e-7 * scale)
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
