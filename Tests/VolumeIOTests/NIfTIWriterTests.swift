import Foundation
import Parallel
import Testing
import VolumeIO
import Volumes

@Suite struct NIfTIWriterTests {
  static let oblique = Affine(
    i: [-0.88, 0.2, 0.0123], j: [0.21, 1.07, -0.3], k: [0.1, 0.5, 2.4], origin: [31.2, -17, 4.1])

  /// Whole numbers that each type holds.
  static func volume(channels: Int = 1) throws -> Volume {
    let geometry = try Geometry(size: [5, 3, 4], affine: oblique)
    let samples = (0..<60 * channels).map { Float($0 % 120) }
    return try Volume(geometry: geometry, channels: channels, samples: samples)
  }

  @Test(arguments: StoredType.allCases)
  func everyTypeComesBack(type: StoredType) throws {
    let folder = try TemporaryFolder()
    let volume = try Self.volume(channels: 2)
    for suffix in ["nii", "nii.gz"] {
      try ImageFile.write(volume, to: folder("a.\(suffix)"), type: type)
      let back = try ImageFile.read(folder("a.\(suffix)"))
      #expect(back.header.storedType == type)
      #expect(back.volume.samples == volume.samples)
      #expect(back.volume.geometry.matches(volume.geometry))
      #expect(back.header.nifti?.sformCode == 1)
    }
  }

  @Test(arguments: niftiFiles.made.keys.sorted())
  func geometryOfTheInputToTheLastBit(name: String) throws {
    let folder = try TemporaryFolder()
    let input = try ImageFile.read("\(Resources.root)/\(name)")
    try ImageFile.write(input.volume, to: folder("scan.nii.gz"), like: input.header)
    let scan = try ImageFile.read(folder("scan.nii.gz"))
    #expect(scan.volume == input.volume)
    #expect(scan.header.nifti?.sformCode == input.header.nifti?.sformCode)
    #expect(scan.header.nifti?.qformCode == input.header.nifti?.qformCode)
    #expect(scan.header.nifti?.description == input.header.nifti?.description)
    #expect(scan.header.format == input.header.format)
    // Content may have grown by zeros up to a multiple of 16 bytes.
    #expect(
      scan.header.nifti?.extensions.map(\.code) == input.header.nifti?.extensions.map(\.code))

    let labels = LabelMap(geometry: input.volume.geometry)
    try ImageFile.write(labels, to: folder("labels.nii"), like: input.header)
    let header = try ImageFile.readHeader(folder("labels.nii"))
    #expect(header.geometry == input.volume.geometry)
    #expect(header.storedType == .uint8)
    #expect(header.channels == 1)
  }

  @Test func integersOfTheInputStayIntegers() throws {
    let folder = try TemporaryFolder()
    let input = try ImageFile.read("\(Resources.root)/int16.nii")
    try ImageFile.write(input.volume, to: folder("a.nii"), like: input.header)
    #expect(try ImageFile.readHeader(folder("a.nii")).storedType == .int16)
    var halved = input.volume
    halved.samples[3] = 0.5
    try ImageFile.write(halved, to: folder("b.nii"), like: input.header)
    #expect(try ImageFile.readHeader(folder("b.nii")).storedType == .float32)
  }

  @Test func samplesBeyondTheTypeAreErrors() throws {
    let folder = try TemporaryFolder()
    var volume = try Self.volume()
    for bad in [Float.nan, 256, -1, .infinity] {
      volume.samples[7] = bad
      #expect(throws: VolumeIOError.self) {
        try ImageFile.write(volume, to: folder("a.nii"), type: .uint8)
      }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  @Test func labelNamesComeBack() throws {
    let folder = try TemporaryFolder()
    let table = LabelTable([
      .init(value: 1, name: "necrosis <1> & \"more\"", color: [1, 128, 254]),
      .init(value: 300, name: "ends ]]> early"),
    ])
    var labels = LabelMap(geometry: try Geometry(size: [4, 4, 4]), table: table)
    labels[1, 2, 3] = 300
    try ImageFile.write(labels, to: folder("labels.nii.gz"))
    let back = try ImageFile.readLabelMap(folder("labels.nii.gz"))
    #expect(back == labels)
    #expect(try ImageFile.readHeader(folder("labels.nii.gz")).storedType == .uint16)
  }

  @Test func shearedGridsHaveNoQform() throws {
    let folder = try TemporaryFolder()
    var affine = Affine(spacing: [1, 2, 3])
    affine.j.x = 0.5
    let volume = Volume(geometry: try Geometry(size: [2, 2, 2], affine: affine))
    try ImageFile.write(volume, to: folder("a.nii"))
    let header = try ImageFile.readHeader(folder("a.nii"))
    #expect(header.geometry == volume.geometry)
    #expect(header.nifti?.qformCode == 0)
  }

  @Test func placesThatCannotBeWrittenAreErrors() throws {
    let folder = try TemporaryFolder()
    let volume = try Self.volume()
    for path in [folder("missing/a.nii"), folder("a.jpg"), "/dev/null.nii/a.nii", folder.path] {
      #expect(throws: VolumeIOError.self) { try ImageFile.write(volume, to: path) }
    }
    try FileManager.default.createDirectory(
      atPath: folder("folder.nii"), withIntermediateDirectories: false)
    #expect(throws: VolumeIOError.self) { try ImageFile.write(volume, to: folder("folder.nii")) }
  }

  @Test func otherUnitsOfLengthAreConverted() throws {
    // xyzt_units: 1 for metres, 3 for micrometres.
    for (unit, millimetres) in [(UInt8(1), 1e3), (3, 1e-3)] {
      let folder = try TemporaryFolder()
      let bytes = BadFilesTests.nifti([(offset: 123, bytes: [unit])])
      let input = try ImageFile.read(bytes: bytes, name: "units.nii")
      #expect(input.volume.geometry.spacing == SIMD3(repeating: millimetres))
      try ImageFile.write(input.volume, to: folder("a.nii"), like: input.header)
      #expect(try ImageFile.readHeader(folder("a.nii")).geometry == input.volume.geometry)
    }
  }

  @Test func aNewGridStaysInTheSpaceOfTheInput() throws {
    let folder = try TemporaryFolder()
    // Its sform is in MNI space, code 4.
    let input = try ImageFile.read("\(Resources.root)/sform_and_qform.nii")
    let volume = Volume(geometry: try Geometry(size: [2, 3, 4], spacing: [2, 2, 2]))
    try ImageFile.write(volume, to: folder("a.nii"), like: input.header)
    let header = try ImageFile.readHeader(folder("a.nii"))
    #expect(header.geometry == volume.geometry)
    #expect(header.nifti?.sformCode == 4 && header.nifti?.qformCode == 4)
  }

  @Test func textsOfTheScanAreNotInItsLabels() throws {
    let folder = try TemporaryFolder()
    var bytes = BadFilesTests.nifti()
    bytes.replaceSubrange(148..<160, with: Array("Doe^John 42y".utf8))
    let input = try ImageFile.read(bytes: bytes, name: "scan.nii")
    #expect(input.header.nifti?.description == "Doe^John 42y")
    let labels = LabelMap(geometry: input.volume.geometry)
    try ImageFile.write(labels, to: folder("labels.nii"), like: input.header)
    let header = try ImageFile.readHeader(folder("labels.nii"))
    #expect(header.nifti?.description == "" && header.nifti?.intentCode == 1002)
  }

  @Test func anyNumberOfThreadsGivesTheSame() throws {
    let path = "\(Resources.root)/4d.nii.gz"
    let one = try ImageFile.read(path, workers: .init(count: 1)).volume
    #expect(try ImageFile.read(path, workers: .init(count: 3)).volume == one)
  }
}
