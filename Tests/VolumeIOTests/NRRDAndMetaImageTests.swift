import Foundation
import TestSupport
import Testing
import VolumeIO
import Volumes

/// Values that SimpleITK read; made by Tests/Oracles/volumeio_itk.py.
private let itkFiles = ReadValues.Table("itk.json")

@Suite struct NRRDAndMetaImageTests {
  @Test(arguments: itkFiles.made.keys.sorted())
  func madeFiles(name: String) throws {
    try #require(itkFiles.made[name]).compare(ImageFile.read("\(Resources.root)/\(name)"))
  }

  @Test(
    .enabled(if: SharedData.root != nil, "the shared scans are absent"),
    arguments: itkFiles.shared.keys.sorted())
  func sharedFiles(name: String) throws {
    let root = try #require(SharedData.root)
    try #require(itkFiles.shared[name]).compare(ImageFile.read("\(root)/pyradiomics/\(name)"))
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
