import Foundation
import Testing
import Volumes

@testable import VolumeIO

/// What is written as DICOM, attribute by attribute; Tests/Oracles/dicom_writing.py reads it with
/// other programs.
@Suite struct DICOMWritingTests {
  static let root = Resources.root + "/dicom/"
  /// An oblique series of single images, and an image of several frames.
  static let references = ["rescaled", "enhanced_ct.dcm"]
  /// What the references' headers tell of their patient.
  static let secrets = ["Nobody", "SECRET-ID", "20200229"]
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func output(_ reference: String, keepsIdentifiers: Bool = false) throws -> DICOMOutput {
    DICOMOutput(
      reference: try DICOMReference(Self.root + reference), keepsIdentifiers: keepsIdentifiers,
      version: "1.2", algorithm: DICOMOutput.Algorithm(name: "test model", version: "3"))
  }

  /// Labels 2 and 5 in a few places, the first slice without any.
  private func labels(_ geometry: Geometry) throws -> LabelMap {
    var labels = LabelMap(
      geometry: geometry,
      table: LabelTable([
        LabelTable.Entry(value: 2, name: "oedema"),
        LabelTable.Entry(
          value: 5, name: "a\\b", category: CodedConcept("85756007", "SCT", "Tissue"),
          type: CodedConcept("256674009", "SCT", "Fat")),
        LabelTable.Entry(value: 7, name: "does not occur"),
      ]))
    for k in 1..<geometry.size.z { labels[3, 4, k] = 2 }
    for i in 0..<geometry.size.x { labels[i, 0, 2] = 5 }
    return labels
  }

  @Test(arguments: references) func segmentation(reference: String) throws {
    let output = try output(reference)
    let labels = try labels(output.reference.geometry)
    let path = folder("seg.dcm")
    // The axes of the label map are not those of the series.
    let object = try SegmentationObject.write(
      labels.reoriented(to: .ras), to: path, output: output)
    #expect(object.segments.map(\.label.value) == [2, 5])
    let root = try DICOMFile(DICOMSource(path: path)).root
    #expect(root.text(.segmentationType) == "BINARY" && root.text(.objectUID) == object.uid)
    #expect(root.itemCount(.segments) == 2)
    let second = try #require(root.item(.segments, 1))
    #expect(second.integer(.segmentNumber) == 2 && second.text(.segmentLabel) == "a b")
    #expect(second.item(.segmentType)?.text(.codeMeaning) == "Fat")
    #expect(second.text(.segmentAlgorithmName) == "test model")
    #expect(root.item(.segments)?.item(.segmentType)?.text(.codeValue) == "79654002")

    let slices = labels.geometry.size.z
    #expect(root.integer(.frameCount) == slices)
    let frames = (0..<slices).compactMap { root.item(.perFrameGroups, $0) }
    let bits = try #require(root.bytes(.pixelData))
    let area = labels.geometry.size.x * labels.geometry.size.y
    let plane = SlicePlane(labels.geometry)
    for (index, frame) in frames.enumerated() {
      let isLast = index == slices - 1
      let slice = isLast ? 2 : index + 1
      #expect(
        frame.item(.segmentIdentification)?.integer(.referencedSegment) == (isLast ? 2 : 1))
      let position = try #require(frame.item(.planePosition)?.numbers(.position, 3))
      #expect((SIMD3(position[0], position[1], position[2]) - plane.position(slice)).length < 1e-6)
      let source = try #require(frame.item(.derivationImage)?.item(.sourceImages))
      let image = output.reference.slices[slice][0]
      #expect(source.text(.referencedUID) == image.uid)
      #expect(source.integer(.referencedFrame) == image.frame)
      for pixel in 0..<area {
        let bit = index * area + pixel
        let isSet = bits[bit / 8] >> UInt8(bit % 8) & 1 == 1
        #expect(isSet == (labels.voxels[slice * area + pixel] == (isLast ? 5 : 2)))
      }
    }
    #expect(
      root.item(.referencedSeries)?.itemCount(.referencedInstances)
        == output.reference.objects.count)
    try expectNoSecrets(path)
    #expect(root.text(.studyUID) == output.reference.studyUID)
  }

  @Test func identifiersAreKeptWhereAsked() throws {
    let output = try output("rescaled", keepsIdentifiers: true)
    let path = folder("seg.dcm")
    try SegmentationObject.write(labels(output.reference.geometry), to: path, output: output)
    let root = try DICOMFile(DICOMSource(path: path)).root
    #expect(root.text(.patientName) == "Nobody^Invented" && root.text(.patientID) == "SECRET-ID")
    #expect(root.text(.studyDate) == "20200229")
  }

  @Test func nothingFoundIsOneEmptyFrame() throws {
    let output = try output("rescaled")
    let table = LabelTable([LabelTable.Entry(value: 1, name: "lesion")])
    let path = folder("seg.dcm")
    try SegmentationObject.write(
      LabelMap(geometry: output.reference.geometry, table: table), to: path, output: output)
    let root = try DICOMFile(DICOMSource(path: path)).root
    #expect(root.integer(.frameCount) == 1)
    #expect(root.bytes(.pixelData)?.allSatisfy { $0 == 0 } == true)
  }

  @Test func probabilities() throws {
    let output = try output("rescaled")
    let geometry = output.reference.geometry
    var volume = Volume(geometry: geometry, channels: 2)
    volume[1, 2, 3, channel: 1] = 0.7
    let path = folder("seg.dcm")
    let object = try SegmentationObject.write(
      probabilities: volume,
      labels: [1, 2].map { LabelTable.Entry(value: $0, name: "label \($0)") }, to: path,
      output: output)
    #expect(object.segments.map(\.label.value) == [2] && object.segments[0].number == 1)
    let root = try DICOMFile(DICOMSource(path: path)).root
    #expect(root.text(.segmentationType) == "FRACTIONAL" && root.integer(.frameCount) == 1)
    let bytes = try #require(root.bytes(.pixelData))
    #expect(bytes[2 * geometry.size.x + 1] == 179 && bytes.count { $0 != 0 } == 1)
    volume[0, 0, 0] = 1.5
    #expect(throws: VolumeIOError.self) {
      try SegmentationObject.write(
        probabilities: volume,
        labels: [1, 2].map { LabelTable.Entry(value: $0, name: "label \($0)") }, to: path,
        output: output)
    }
  }

  @Test(arguments: references) func structureSet(reference: String) throws {
    let output = try output(reference)
    let labels = try labels(output.reference.geometry)
    let path = folder("rt.dcm")
    try StructureSetObject.write(labels, to: path, output: output)
    let root = try DICOMFile(DICOMSource(path: path)).root
    #expect(root.itemCount(.structureSetRegions) == 3)
    #expect(root.item(.structureSetRegions, 2)?.text(.regionName) == "does not occur")
    #expect(root.item(.regionContours, 2)?.itemCount(.contours) == 0)
    let contours = try #require(root.item(.regionContours, 0))
    #expect(contours.itemCount(.contours) == labels.geometry.size.z - 1)
    let contour = try #require(contours.item(.contours))
    // The contour of one pixel is the diamond of the points midway to its neighbours.
    let numbers = try #require(contour.numbers(.contourData, 12))
    let center = SlicePlane(labels.geometry).point(3, 4, slice: 1)
    let spacing = labels.geometry.spacing
    for index in 0..<4 {
      let point = SIMD3(numbers[3 * index], numbers[3 * index + 1], numbers[3 * index + 2])
      let distance = (point - center).length
      #expect(min(abs(distance - spacing.x / 2), abs(distance - spacing.y / 2)) < 2e-5)
    }
    let image = output.reference.slices[1][0]
    #expect(contour.item(.contourImages)?.text(.referencedUID) == image.uid)
    #expect(contour.item(.contourImages)?.integer(.referencedFrame) == image.frame)
    try expectNoSecrets(path)
  }

  @Test func imageSeries() throws {
    let output = try output("rescaled")
    let geometry = output.reference.geometry
    let volume = try Volume(
      geometry: geometry, samples: (0..<geometry.voxelCount).map { Float($0 - 300) })
    let path = folder("series")
    try ImageSeriesObject.write(volume.reoriented(to: .ras), to: path, output: output)
    let back = try ImageFile.read(path).volume
    let same = back.reoriented(to: geometry.orientation)
    #expect(same.geometry.matches(geometry) && same.samples == volume.samples)
    for file in try FileManager.default.contentsOfDirectory(atPath: path) {
      try expectNoSecrets(path + "/" + file)
    }
    // What is there is not mixed with anything.
    #expect(throws: VolumeIOError.self) {
      try ImageSeriesObject.write(volume, to: path, output: output)
    }
  }

  @Test func imagesAreRefused() throws {
    let output = try output("rescaled")
    let geometry = output.reference.geometry
    var infinite = Volume(geometry: geometry)
    infinite[0, 0, 0] = .infinity
    var affine = geometry.affine
    affine.k += affine.i
    let skewed = Volume(geometry: try Geometry(size: geometry.size, affine: affine))
    for volume in [infinite, skewed, Volume(geometry: geometry, channels: 2)] {
      let path = folder("refused")
      #expect(throws: VolumeIOError.self) {
        try ImageSeriesObject.write(volume, to: path, output: output)
      }
      #expect(!FileManager.default.fileExists(atPath: path))
    }
    let multiFrame = try self.output("enhanced_ct.dcm")
    #expect(throws: VolumeIOError.self) {
      try ImageSeriesObject.write(
        Volume(geometry: geometry), to: folder("refused"), output: multiFrame)
    }
  }

  @Test func otherGridsAreRefused() throws {
    let output = try output("rescaled")
    let other = try Geometry(size: output.reference.geometry.size)
    let labels = LabelMap(geometry: other)
    let error = #expect(throws: VolumeIOError.self) {
      try SegmentationObject.write(labels, to: folder("seg.dcm"), output: output)
    }
    #expect(error.map { "\($0)" }?.contains("--like") == true)
    #expect(throws: VolumeIOError.self) {
      try StructureSetObject.write(labels, to: folder("rt.dcm"), output: output)
    }
    #expect(throws: VolumeIOError.self) { try output.reference.checkGrid(of: other) }
  }

  @Test func measurementReport() throws {
    let output = try output("rescaled")
    let object = try SegmentationObject.write(
      labels(output.reference.geometry), to: folder("seg.dcm"), output: output)
    var group = MeasurementReport.Group(
      segment: object.segments[1],
      measurements: [
        MeasurementReport.Measurement(
          CodedConcept("RNU0", "IBSI", "Volume of Mesh"), 12.25,
          unit: CodedConcept("mm3", "UCUM", "mm3"),
          method: CodedConcept("126030", "DCM", "Sum of segmented voxel volumes"))
      ])
    let path = folder("sr.dcm")
    try MeasurementReport(of: object, groups: [group]).write(to: path, output: output)
    let root = try DICOMFile(DICOMSource(path: path)).root
    let content = (0..<root.itemCount(.content)).compactMap { root.item(.content, $0) }
    let measurements = try #require(content.last?.item(.content))
    let items = (0..<measurements.itemCount(.content)).compactMap {
      measurements.item(.content, $0)
    }
    let number = try #require(items.last)
    #expect(number.item(.conceptName)?.text(.codingScheme) == "IBSI")
    #expect(number.item(.measuredValue)?.number(.numericValue) == 12.25)
    #expect(number.item(.content)?.item(.conceptCode)?.text(.codeValue) == "126030")
    let image = try #require(items.first { $0.text(.valueType) == "IMAGE" })
    #expect(image.item(.referencedObjects)?.text(.referencedUID) == object.uid)
    #expect(image.item(.referencedObjects)?.integer(.referencedSegment) == 2)
    try expectNoSecrets(path)

    group.measurements[0].value = .nan
    #expect(throws: VolumeIOError.self) {
      try MeasurementReport(of: object, groups: [group]).write(to: path, output: output)
    }
  }

  @Test(arguments: [0, 1, -1.5, 1e-7, -123.456789012345678, 1.0 / 3, 1e300, -2.5e-300])
  func decimalStrings(number: Double) throws {
    let text = EditableItem.decimal(number)
    #expect(text.utf8.count <= 16)
    let value = try #require(Double(text))
    #expect(abs(value - number) <= 1e-9 * abs(number))
  }

  /// The reference values of CIELab with D65 as white, from the ICC's formulas.
  @Test func colours() {
    #expect(CIELab.encoded([0, 0, 0]) == [0, 32896, 32896])
    let white = CIELab.encoded([255, 255, 255])
    // The matrix has seven digits.
    #expect(zip(white, [65535, 32896, 32896]).allSatisfy { abs($0 - $1) < 10 })
    let red = CIELab.encoded([255, 0, 0])
    #expect(abs(Double(red[0]) / 655.35 - 53.24) < 0.01)
    #expect(abs(Double(red[1]) / 257 - 128 - 80.09) < 0.02)
    #expect(abs(Double(red[2]) / 257 - 128 - 67.20) < 0.02)
  }

  private func expectNoSecrets(_ path: String) throws {
    let bytes = try Data(contentsOf: URL(filePath: path))
    for secret in Self.secrets {
      #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(secret) in \(path)")
    }
  }
}
