import Foundation
import Parallel
import Testing
import VolumeIO
import Volumes

/// Made series of each kind against the volumes that they were made of.
@Suite struct DICOMVolumeTests {
  static let root = Resources.root + "/dicom/"

  @Test(arguments: [
    "rescaled", "int8", "uint32", "int32", "inverted", "float", "double", "padded", "diffusion",
    "philips", "pet",
  ])
  func series(name: String) throws {
    try DICOMComparison.expectEqual(Self.root + name, Self.root + name + ".nii.gz")
  }

  @Test(arguments: ["enhanced_mr", "enhanced_ct", "enhanced_pet"])
  func multiFrameImages(name: String) throws {
    try DICOMComparison.expectEqual(Self.root + name + ".dcm", Self.root + name + ".nii.gz")
  }

  @Test func compressedFrames() throws {
    try DICOMComparison.expectEqual(
      Self.root + "enhanced_rle.dcm", Self.root + "enhanced_ct.nii.gz")
  }

  @Test(arguments: [
    "jpeg_baseline", "jpeg_extended", "jpeg_ls_near", "deflated", "jpeg2000", "jpeg2000_signed",
    "jpeg2000_lossy",
  ])
  func compression(name: String) throws {
    try DICOMComparison.expectEqual(Self.root + name + ".dcm", Self.root + name + ".nii.gz")
  }

  @Test func directoryOfADisc() throws {
    try DICOMComparison.expectEqual(
      Self.root + "rescaled/DICOMDIR", Self.root + "rescaled.nii.gz")
  }

  @Test func filesInMemory() throws {
    let path = Self.root + "enhanced_mr.dcm"
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    let image = try ImageFile.read(bytes: bytes, name: "memory")
    #expect(image.volume == (try ImageFile.read(path).volume))
    #expect(image.header.format == .dicom)
  }

  @Test func threadsDoNotMatter() throws {
    let one = try ImageFile.read(Self.root + "philips", workers: Workers(count: 1))
    let many = try ImageFile.read(Self.root + "philips", workers: Workers(count: 7))
    #expect(one.volume == many.volume)
  }

  /// The values grow along the patient's axes, so that they tell where they lie.
  @Test func tiltedGantryIsStraightened() throws {
    let volume = try ImageFile.read(Self.root + "tilted").volume
    let geometry = volume.geometry
    #expect(geometry.size == [12, 13, 5])
    #expect(geometry.affine.k == [0, 0, 2])
    // The first pixel, which fills what no slice covers.
    #expect(volume[0, 0, 0] == 114 && volume[0, 0, 4] == 114)
    for k in 0..<5 {
      // Rows that lie between those of the slice.
      let first = Int((0.75 * Double(k)).rounded(.up))
      for j in first...(8 + first) {
        for i in 0..<12 {
          let world = geometry.world(at: [Double(i), Double(j), Double(k)])
          let slope = SIMD3(-2.0, -4.0, 3.0)
          let expected = (world * slope).sum() + 100
          #expect(abs(Double(volume[i, j, k]) - expected) < 1e-3)
        }
      }
    }
  }

  /// 3.7e8 Bq an hour before the scan, which passes midnight at the end of a leap year's February.
  @Test(arguments: UptakeValue.allCases) func uptakeValues(kind: UptakeValue) throws {
    let activity = try ImageFile.read(Self.root + "pet").volume
    let image = try ImageFile.read(Self.root + "pet", dicom: DICOMOptions(uptake: kind))
    let dose = 3.7e8 * exp2(-3600 / 6586.2)
    let index = 80 / (1.75 * 1.75)
    let size: Double =
      switch kind {
      case .bodyWeight: 80_000
      case .leanBodyMass: 9270 * 80_000 / (8780 + 244 * index)
      case .bodySurface: 71.84 * pow(80, 0.425) * pow(175, 0.725)
      }
    for (a, b) in zip(activity.samples, image.volume.samples) {
      #expect(abs(Double(a) * size / dose - Double(b)) <= 1e-6 * Double(b))
    }
  }

  @Test func planesOfALocaliserAreVolumes() throws {
    let folder = try DICOMFolder(Self.root + "localiser")
    #expect(folder.series.map(\.label) == ["110.1", "110.2"])
    #expect(folder.series.map(\.size) == [[12, 10, 1], [12, 10, 1]])
    #expect(Set(folder.series.map(\.uid)).count == 1)
    let second = try folder.chosen(DICOMOptions(series: "110.2"))
    let volume = try folder.read(second).volume
    #expect(volume.geometry.orientation.description == "PIR")
  }

  @Test func aFolderOfManySeries() throws {
    let folder = try DICOMFolder(Self.root)
    #expect(folder.damaged.isEmpty)
    let colour = try #require(folder.series.first { $0.number == 120 })
    #expect(colour.problem?.contains("colour") == true)
    #expect(try folder.chosen(DICOMOptions(series: "case 10?")).number == 100)
    #expect(try folder.chosen(DICOMOptions(series: "Case 61")).channels == 2)
    for name in ["", "Case", "999", "110"] {
      let error = #expect(throws: VolumeIOError.self) {
        try folder.chosen(DICOMOptions(series: name))
      }
      #expect(error?.description.contains("SECRET") == false)
    }
  }
}
