import Foundation
import Testing
import VolumeIO
import Volumes

/// Values that SimpleITK read; made by Tests/Oracles/volumeio_itk.py.
struct ITKGolden: Decodable {
  struct File: Decodable {
    let shape: [Int]
    let affine: [Double]
    let sum: Double
    let indices: [Int]
    let values: [Double]
  }
  let made: [String: File]
  let shared: [String: File]

  static let table: ITKGolden = {
    do {
      let data = try Data(contentsOf: URL(filePath: "\(Resources.root)/itk.json"))
      return try JSONDecoder().decode(ITKGolden.self, from: data)
    } catch {
      fatalError("itk.json: \(error)")
    }
  }()
}

@Suite struct NRRDAndMetaImageTests {
  @Test(arguments: ITKGolden.table.made.keys.sorted())
  func madeFiles(name: String) throws {
    try compare("\(Resources.root)/\(name)", #require(ITKGolden.table.made[name]))
  }

  @Test(
    .enabled(if: SharedData.root != nil, "the shared scans are absent"),
    arguments: ITKGolden.table.shared.keys.sorted())
  func sharedFiles(name: String) throws {
    let root = try #require(SharedData.root)
    try compare("\(root)/pyradiomics/\(name)", #require(ITKGolden.table.shared[name]))
  }

  private func compare(_ path: String, _ expected: ITKGolden.File) throws {
    let volume = try ImageFile.read(path).volume
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
    for (index, value) in zip(expected.indices, expected.values) {
      #expect(volume.samples[index] == Float(value))
    }
    let sum = volume.samples.reduce(0.0) { $0 + Double($1) }
    let scale = volume.samples.reduce(0.0) { $0 + abs(Double($1)) }
    #expect(abs(sum - expected.sum) <= 1e-7 * scale)
  }

  @Test(arguments: ["nrrd", "nhdr", "mha", "mhd"], StoredType.allCases)
  func everyTypeComesBack(suffix: String, type: StoredType) throws {
    let folder = try TemporaryFolder()
    for channels in [1, 3] {
      let volume = try NIfTIWriterTests.volume(channels: channels)
      try ImageFile.write(volume, to: folder("a.\(suffix)"), type: type)
      let back = try ImageFile.read(folder("a.\(suffix)"))
      #expect(back.header.storedType == type)
      #expect(back.volume.channels == channels)
      #expect(back.volume.samples == volume.samples)
      #expect(back.volume.geometry.matches(volume.geometry))
      if suffix.hasPrefix("n") { #expect(back.volume.geometry == volume.geometry) }
    }
  }

  @Test func segmentsNameLabels() throws {
    let flat = try ImageFile.readLabelMap("\(Resources.root)/flat.seg.nrrd")
    #expect(
      flat.table.entries == [
        .init(value: 1, name: "tumour", color: [255, 128, 0]),
        .init(value: 2, name: "oedema", color: [255, 128, 0]),
      ])
    #expect(flat[0, 0, 0] == 1 && flat[1, 1, 1] == 2)
  }

  @Test func overlappingSegmentsAreLayers() throws {
    let path = "\(Resources.root)/layers.seg.nrrd"
    #expect(throws: VolumeIOError.self) { try ImageFile.readLabelMap(path) }
    let layers = try ImageFile.read(path).labelMaps()
    #expect(layers.map { $0.table.entries.map(\.name) } == [["tumour", "oedema"], ["whole"]])
    #expect(layers[0].voxels.filter { $0 != 0 }.count == 2)
    #expect(layers[1].voxels.filter { $0 == 1 }.count == 4)
  }

  @Test func segmentsComeBack() throws {
    let folder = try TemporaryFolder()
    let table = LabelTable([
      .init(value: 1, name: "necrosis: \\ \n core", color: [1, 128, 254]),
      .init(value: 300, name: "absent"),
    ])
    var labels = LabelMap(geometry: try NIfTIWriterTests.volume().geometry, table: table)
    labels[1, 2, 3] = 1
    labels[4, 2, 1] = 7
    try ImageFile.write(labels, to: folder("a.seg.nrrd"))
    let back = try ImageFile.readLabelMap(folder("a.seg.nrrd"))
    #expect(back.voxels == labels.voxels && back.geometry == labels.geometry)
    #expect(
      back.table.entries == table.entries[..<1] + [.init(value: 7, name: "label 7")]
        + table.entries[1...])
  }
}
