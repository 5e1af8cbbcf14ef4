import Foundation
import Testing
import VolumeIO
import Volumes

/// Segmentations and structure sets in folders, beside the images that they belong to or others.
@Suite struct MaskFolderTests {
  private let folder: TemporaryFolder

  /// A made series of number 3 whose frame of reference is told.
  init() throws {
    folder = try TemporaryFolder()
    try Self.writeSeries(to: folder, name: "a", uid: "1.2.3.5", frame: "1.2.3.6")
  }

  private static func writeSeries(
    to folder: TemporaryFolder, name: String, uid: String, frame: String
  ) throws {
    for k in 0..<3 {
      var slice = MadeDICOM.slice(k)
      slice.set(0x0008_0018, "UI", "\(uid).\(k)")
      slice.set(0x0020_000d, "UI", "1.2.3")
      slice.set(0x0020_000e, "UI", uid)
      slice.set(0x0020_0052, "UI", frame)
      try slice.write(to: folder("\(name)\(k)"))
    }
  }

  private func add(_ name: String, as copy: String) throws {
    try FileManager.default.copyItem(
      atPath: "\(MaskFiles.root)\(name).dcm", toPath: folder(copy))
  }

  /// What a path to the folder or one of its series leads to: the size of an image, or a mask.
  private func found(_ suffix: String = "", prefersMasks: Bool = false) throws -> String {
    switch try ImageOrMask.read(folder.path + suffix, prefersMasks: prefersMasks) {
    case .image(let image): "image \(image.header.geometry.size.z)"
    case .mask(let mask, _): URL(filePath: mask.path).lastPathComponent
    }
  }

  private func reason(_ suffix: String = "", prefersMasks: Bool = false) throws -> String {
    let error = #expect(throws: VolumeIOError.self) {
      try ImageOrMask.read(folder.path + suffix, prefersMasks: prefersMasks)
    }
    return error?.description ?? ""
  }

  @Test func oneMaskBesideImages() throws {
    try add("binary", as: "seg")
    let masks = try DICOMFolder(folder.path).masks
    #expect(masks.map(\.label) == ["9"] && masks.map(\.partCount) == [3])
    #expect(masks.map(\.modality) == ["SEG"])
    #expect(try found() == "image 3")
    #expect(try found(prefersMasks: true) == "seg")
    #expect(try found("#9") == "seg" && found("#3", prefersMasks: true) == "image 3")
    #expect(try DICOMFolder.files(at: folder.path, prefersMasks: true) == [folder("seg")])
    // As an image a mask has the labels of its segments.
    #expect(try ImageFile.read(folder.path + "#9").labelMap().labels == [1, 2, 3])
    #expect(try ImageFile.readHeader(folder.path + "#9").geometry.size == [13, 11, 6])
    #expect(try ImageFile.readLabelMap(folder.path).labels == [1, 2, 3])
  }

  @Test func severalMasksAreListed() throws {
    try add("binary", as: "one")
    try add("labelmap", as: "two")
    try add("structures", as: "three")
    #expect(try DICOMFolder(folder.path).masks.map(\.modality) == ["SEG", "SEG", "RTSTRUCT"])
    let labels = try DICOMFolder(folder.path).masks.map(\.label)
    #expect(Set(labels).count == 3)
    let reason = try reason(prefersMasks: true)
    #expect(reason.contains("3 segmentations or structure sets: "))
    for label in labels { #expect(reason.contains("\(label) (")) }
    #expect(try found("#\(labels[2])", prefersMasks: true) == "three")
  }

  /// One number of a series of images and of masks: each label chooses one of them.
  @Test func labelsAreUnique() throws {
    let reference = try DICOMReference(folder.path)
    let output = DICOMOutput(reference: reference, version: "1")
    var labels = LabelMap(geometry: reference.geometry)
    labels[1, 1, 1] = 1
    try SegmentationObject.write(labels, to: folder("seg"), output: output)
    let number = try #require(try DICOMFolder(folder.path).masks[0].number)
    for k in 0..<3 {
      var slice = MadeDICOM.slice(k)
      slice.set(0x0020_0011, "IS", "\(number)")
      try slice.write(to: folder("a\(k)"))
    }
    let read = try DICOMFolder(folder.path)
    #expect(read.series.map(\.label) == ["\(number)"])
    #expect(read.masks.map(\.label) == ["\(number).2"])
    #expect(try found("#\(number).2") == "seg" && found("#\(number)") == "image 3")
  }

  @Test func masksAlone() throws {
    for k in 0..<3 { try FileManager.default.removeItem(atPath: folder("a\(k)")) }
    try add("binary", as: "seg")
    #expect(try found() == "seg")
    #expect(try DICOMFolder(folder.path).series.isEmpty)
    #expect(throws: VolumeIOError.self) { try DICOMReference(folder.path) }
    #expect(try reason("#4").contains("no series '4' among 9 (SEG"))
  }

  @Test func directories() throws {
    try add("binary", as: "SEG")
    try MadeDICOM.directory(["SEG"]).write(to: folder("DICOMDIR"))
    switch try ImageOrMask.read(folder("DICOMDIR")) {
    case .image: Issue.record("no mask")
    case .mask(let mask, _): #expect(mask.path == folder("SEG"))
    }
  }

  @Test func framesOfReferenceAreCompared() throws {
    try Self.writeSeries(to: folder, name: "b", uid: "1.2.3.7", frame: "1.2.3.6")
    try Self.writeSeries(to: folder, name: "c", uid: "1.2.3.8", frame: "1.2.3.9")
    func path(_ uid: String) -> String { "\(folder.path)#\(uid)" }
    let reference = try DICOMReference(path("1.2.3.5"))
    let output = DICOMOutput(reference: reference, version: "1")
    var labels = LabelMap(geometry: reference.geometry)
    labels[1, 1, 1] = 1
    let written = try TemporaryFolder()
    try SegmentationObject.write(labels, to: written("seg"), output: output)
    try StructureSetObject.write(labels, to: written("rt"), output: output)
    for name in ["seg", "rt"] {
      let mask = try #require(try DICOMMask.read(written(name)))
      func difference(_ uid: String) throws -> DICOMSpace.Difference? {
        try ImageFile.readHeader(path(uid)).space.flatMap(mask.space.difference)
      }
      #expect(try difference("1.2.3.5") == nil)
      #expect(try difference("1.2.3.7") == .series)
      #expect(try difference("1.2.3.8") == .frame)
      // Of several series that which the masks refer to.
      #expect(try mask.header(ofImage: folder.path).space?.series == ["1.2.3.5"])
    }
  }

  @Test(arguments: ["probability", "occupancy", "fractions_rle"])
  func fractions(name: String) throws {
    guard case .segmentation(let segmentation) = try MaskFiles.mask(name) else {
      Issue.record("no segmentation")
      return
    }
    let grid = try ImageFile.readHeader(MaskFiles.root + "grid.nii.gz").geometry
    for target in [nil, grid] {
      let image = try segmentation.fractions(on: target)
      let segments = try segmentation.segments(on: target)
      #expect(image.volume.geometry.matches(segments.geometry) && image.header.warnings.isEmpty)
      try #require(image.volume.channels == segments.segments.count)
      for index in segments.segments.indices {
        let fractions = try image.volume.channel(index).samples
        #expect(fractions.allSatisfy { 0...1 ~= $0 })
        #expect(Set(fractions).count > 20)
        #expect(fractions.map { $0 >= 0.5 } == segments.mask(ofSegment: index).voxels)
      }
    }
    guard case .segmentation(let binary) = try MaskFiles.mask("binary") else { return }
    #expect(throws: VolumeIOError.self) { try binary.fractions() }
  }

  @Test func fractionsComeBack() throws {
    let reference = try DICOMReference(folder.path)
    var fractions = try Volume(
      geometry: reference.geometry, samples: [Float](repeating: 0, count: 60))
    for k in 0..<3 { fractions[1, 2, k] = Float(k + 1) / 4 }
    try SegmentationObject.write(
      probabilities: fractions, labels: [LabelTable.Entry(value: 1, name: "one")],
      to: folder("seg"), output: DICOMOutput(reference: reference, version: "1"))
    guard case .segmentation(let read)? = try DICOMMask.read(folder("seg")) else {
      Issue.record("no segmentation")
      return
    }
    let back = try read.fractions(on: reference.geometry).volume
    for (a, b) in zip(back.samples, fractions.samples) { #expect(abs(a - b) <= 0.5001 / 255) }
  }
}
