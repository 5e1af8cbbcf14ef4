import Foundation
import Testing
import VolumeIO
import Volumes

/// Segmentations and structure sets that are wrong: each is one error that tells why.
@Suite struct BadMaskTests {
  private static let grid = Result {
    try ImageFile.readHeader(MaskFiles.root + "grid.nii.gz").geometry
  }

  private func expectError(
    _ name: String, says text: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let grid = try Self.grid.get()
    let error = #expect(throws: VolumeIOError.self, sourceLocation: sourceLocation) {
      try DICOMMask.read("\(MaskFiles.root)bad/\(name).dcm")?.segments(on: grid)
    }
    let description = error?.description ?? ""
    #expect(
      description.contains(text) && !description.contains("\n"), "\(description)",
      sourceLocation: sourceLocation)
    #expect(!description.contains("Invented") && !description.contains("SECRET"))
  }

  @Test(arguments: [
    ("no_segments", "describes no segments"),
    ("number_twice", "segment 2 has no number of its own"),
    ("absent_segment", "frame 3 is of segment 9, which it does not describe; it has 1 (Liver)"),
    ("no_segment", "frame 3 does not tell its segment"),
    ("frame_count", "of 500 frames with attributes of 11"),
    ("size", "11 frames of 13x65535 pixels of 1 bits, but only"),
    ("no_size", "does not tell its size"),
    ("few_pixels", "11 frames of 13x11 pixels of 1 bits, but only 4 bytes"),
    ("kind", "of the type SURFACE"), ("bits", "with 12 bits for a pixel"),
    ("twice", "frames 1 and 2 are of one segment at one place"),
    ("far", "a frame more than 100000 mm away"), ("shifted", "is shifted against the others"),
    ("uneven", "frames at uneven distances"), ("no_place", "position in the patient"),
  ]) func segmentations(name: String, text: String) throws {
    try expectError(name, says: text)
  }

  @Test(arguments: [
    ("no_rois", "without ROIs"), ("roi_twice", "ROI 2 has no number of its own"),
    ("unknown_roi", "contours of an ROI 7 that it does not describe"),
    ("point_count", "ROI 1 (GTV): contour 1 has 4 points where it says 5"),
    ("nan", "contour 1 has a coordinate of nan mm"),
    ("words", "coordinate 5 of contour 1 is no number"),
    ("huge", "contour 1 has a coordinate of 1e+30 mm"),
    ("far_off", "contour 1 has a coordinate of 200000.0 mm"),
    ("part_of_a_point", "contour 1 has 11 coordinates, which are no points"),
    ("tilted", "contour 1 of ROI 1 (GTV) is not parallel to the slices of the image"),
  ]) func structureSets(name: String, text: String) throws {
    try expectError(name, says: text)
  }

  /// What is not damaged can be chosen.
  @Test func otherROIsRemain() throws {
    let mask = try #require(try DICOMMask.read(MaskFiles.root + "bad/nan.dcm"))
    let segments = try mask.segments(MaskOptions(chosen: ["Rest"]), on: Self.grid.get())
    #expect(segments.segments.map(\.voxels) == [9])
  }

  @Test(arguments: ["binary", "labelmap", "fractions_rle", "structures"])
  func damageAnywhere(name: String) throws {
    let folder = try TemporaryFolder()
    let grid = try Self.grid.get()
    let whole = [UInt8](try Data(contentsOf: URL(filePath: "\(MaskFiles.root)\(name).dcm")))
    // Whatever is damaged there is an error or a mask, and nothing else.
    for start in stride(from: 132, to: whole.count - 8, by: max(1, whole.count / 80)) {
      var bytes = whole
      for index in start..<start + 8 { bytes[index] = UInt8(truncatingIfNeeded: index &* 151) }
      try Data(bytes).write(to: URL(filePath: folder("a.dcm")))
      _ = try? DICOMMask.read(folder("a.dcm"))?.segments(on: grid)
    }
    for count in [whole.count - 1, whole.count - 100, whole.count / 2, 200] {
      try Data(whole.prefix(count)).write(to: URL(filePath: folder("a.dcm")))
      #expect(throws: VolumeIOError.self) {
        try DICOMMask.read(folder("a.dcm"))?.segments(on: grid)
      }
    }
  }

  /// DCMTK takes what stands in the place of an item for one, with whatever length follows.
  @Test func sequencesWithoutItems() throws {
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: MaskFiles.root + "binary.dcm")))
    let tag: [UInt8] = [0x62, 0, 2, 0]
    let place = try #require(bytes.indices.dropLast(4).first { Array(bytes[$0..<$0 + 4]) == tag })
    #expect(bytes[place + 8..<place + 12].elementsEqual([0xfe, 0xff, 0, 0xe0]))
    bytes[place + 10] = 1
    let error = #expect(throws: VolumeIOError.self) {
      try DICOMMask.read(bytes: bytes, name: "binary")
    }
    #expect(error?.description.contains("do not follow each other as they must") == true)
  }

  @Test func otherFilesAreNone() throws {
    #expect(try DICOMMask.read(MaskFiles.root + "grid.nii.gz") == nil)
    #expect(try DICOMMask.read(DICOMVolumeTests.root + "enhanced_ct.dcm") == nil)
    #expect(try DICOMMask.read(MaskFiles.root) == nil)
  }
}
