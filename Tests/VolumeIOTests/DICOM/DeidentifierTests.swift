import Foundation
import Testing
import Volumes

@testable import VolumeIO

@Suite struct DeidentifierTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Every made DICOM file: compressed, multi-frame, with private attributes, damaged or not.
  @Test func nothingThatIdentifiesIsLeft() throws {
    var deidentifier = Deidentifier(key: "a key of the test")
    try deidentifier.writeFolder(
      Resources.root + "/dicom", to: folder("out"), failed: { _ in })
    let files = try DICOMPaths.files(in: folder("out"))
    #expect(files.count == deidentifier.report.files && files.count > 50)
    for path in files {
      let bytes = try Data(contentsOf: URL(filePath: path))
      for secret in DICOMWritingTests.secrets + ["1.2.826.0.1.3680043.10.9999"] {
        #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(secret) in \(path)")
      }
      let root = try DICOMFile(DICOMSource(path: path)).root
      #expect(root.text(.patientIdentityRemoved) == "YES")
      #expect(root.item(.deidentificationCodes)?.text(.codeValue) == "113100")
    }
    let rows = deidentifier.report.rows
    #expect(rows.contains { $0.name == "StudyDate" && $0.action == .emptied })
    #expect(rows.contains { $0.action == .privateRemoved && $0.tag.hasSuffix(",xxxx)") })
    // Two spellings of one attribute would hide one of them.
    #expect(Set(rows.map { $0.tag + $0.action.rawValue }).count == rows.count)
  }

  @Test(arguments: ["enhanced_rle.dcm", "jpeg2000.dcm", "deflated.dcm", "enhanced_mr.dcm"])
  func pixelsStay(name: String) throws {
    let path = Resources.root + "/dicom/" + name
    var deidentifier = Deidentifier(key: "a key of the test")
    try deidentifier.write(path, to: folder(name))
    #expect(try ImageFile.read(folder(name)).volume == ImageFile.read(path).volume)
    let syntax = try DICOMFile(DICOMSource(path: folder(name))).transferSyntax
    #expect(try DICOMFile(DICOMSource(path: path)).transferSyntax == syntax)
  }

  /// A series, its segmentation and its contours go on referring to each other.
  @Test func referencesStayTrue() throws {
    let source = folder("study")
    try FileManager.default.createDirectory(
      atPath: source, withIntermediateDirectories: true)
    let series = Resources.root + "/dicom/rescaled"
    for name in try FileManager.default.contentsOfDirectory(atPath: series) {
      try FileManager.default.copyItem(atPath: "\(series)/\(name)", toPath: "\(source)/\(name)")
    }
    let reference = try DICOMReference(series)
    var labels = LabelMap(
      geometry: reference.geometry, table: LabelTable([LabelTable.Entry(value: 1, name: "lesion")]))
    labels[2, 2, 2] = 1
    let output = DICOMOutput(reference: reference, keepsIdentifiers: true, version: "1")
    try SegmentationObject.write(labels, to: source + "/seg.dcm", output: output)
    try StructureSetObject.write(labels, to: source + "/rt.dcm", output: output)

    var deidentifier = Deidentifier(key: "a key of the test")
    var failures: [VolumeIOError] = []
    try deidentifier.writeFolder(source, to: folder("out"), failed: { failures.append($0) })
    // The disc's directory is left out, since it holds names.
    #expect(failures.isEmpty && deidentifier.report.leftOut >= 1)
    var images: Set<String> = []
    var studies: Set<String> = []
    var patients: Set<String> = []
    var referred: Set<String> = []
    for path in try DICOMPaths.files(in: folder("out")) {
      let root = try DICOMFile(DICOMSource(path: path)).root
      studies.insert(root.text(.studyUID) ?? "")
      patients.insert(root.text(.patientID) ?? "")
      let derivation = root.item(.perFrameGroups)?.item(.derivationImage)
      if let uid = derivation?.item(.sourceImages)?.text(.referencedUID) { referred.insert(uid) }
      let contour = root.item(.regionContours)?.item(.contours)
      if let uid = contour?.item(.contourImages)?.text(.referencedUID) { referred.insert(uid) }
      if root.has(.position) { images.insert(root.text(.objectUID) ?? "") }
    }
    #expect(studies.count == 1 && patients.count == 1 && patients.first!.hasPrefix("ANON-"))
    #expect(images.count == 5 && referred.count == 1 && referred.isSubset(of: images))
    #expect(studies.first!.hasPrefix("2.25.") && studies.first!.count <= 64)
  }

  @Test func keysDecide() {
    let (first, same) = (KeyedHash(key: "one"), KeyedHash(key: "one"))
    let other = KeyedHash(key: "two")
    #expect(first.uid("1.2.3") == same.uid("1.2.3"))
    #expect(first.uid("1.2.3") != other.uid("1.2.3") && first.uid("1.2.3") != first.uid("1.2.4"))
    #expect(first.pseudonym("a") == same.pseudonym("a") && first.pseudonym("a").count == 17)
  }

  @Test func placesAreNotOverwritten() throws {
    var deidentifier = Deidentifier(key: "a key of the test")
    try Data("x".utf8).write(to: URL(filePath: folder("note.txt")))
    #expect(throws: VolumeIOError.self) {
      try deidentifier.writeFolder(
        Resources.root + "/dicom/rescaled", to: folder.path, failed: { _ in })
    }
    #expect(throws: VolumeIOError.self) {
      try deidentifier.writeFolder(Resources.root + "/dicom/..", to: "/nowhere/at/all") { _ in }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["note.txt"])
  }
}
