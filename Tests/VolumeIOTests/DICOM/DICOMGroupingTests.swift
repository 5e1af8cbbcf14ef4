import Foundation
import Testing
import VolumeIO
import Volumes

/// Which files make a volume, and in which order.
@Suite struct DICOMGroupingTests {
  /// Expects the slices of ``MadeDICOM/slice(_:instance:rows:)`` at places from 0.
  private func expectMade(
    _ volume: Volume, channel: Int = 0, plus: Float = 0,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let count = volume.geometry.voxelCount
    let samples = Array(volume.samples[channel * count..<(channel + 1) * count])
    let size = volume.geometry.size
    let expected = (0..<count).map { n in
      Float(
        MadeDICOM.value(n % size.x, n / size.x % size.y, n / (size.x * size.y))) + plus
    }
    #expect(samples == expected, sourceLocation: sourceLocation)
  }

  private func expectError(
    _ folder: TemporaryFolder, says text: String, dicom: DICOMOptions = DICOMOptions(),
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = #expect(throws: VolumeIOError.self, sourceLocation: sourceLocation) {
      try ImageFile.read(folder.path, dicom: dicom)
    }
    let description = error?.description ?? ""
    #expect(description.contains(text), "\(description)", sourceLocation: sourceLocation)
    for secret in ["Invented", "SECRET", "1901"] { #expect(!description.contains(secret)) }
  }

  @Test func positionsOrderSlices() throws {
    // Neither names nor instance numbers are in order.
    let folder = try MadeDICOM.folder(
      [3, 0, 4, 1, 2].map { MadeDICOM.slice($0, instance: 9 - $0) })
    let volume = try ImageFile.read(folder.path).volume
    expectMade(volume)
    #expect(volume.geometry.size == [5, 4, 5])
    #expect(
      volume.geometry.affine
        == Affine(i: [-2, 0, 0], j: [0, -3, 0], k: [0, 0, 4], origin: [10, 20, 0]))
  }

  @Test func kindsOfImagesAreVolumes() throws {
    let folder = try MadeDICOM.folder(
      ["M", "P"].enumerated().flatMap { kind, name in
        (0..<3).map { k in
          var object = MadeDICOM.slice(k, instance: 10 * kind + k)
          object.set(0x0008_0008, "CS", "ORIGINAL\\PRIMARY\\\(name)")
          object.set(0x0028_1052, "DS", "\(1000 * kind)")
          return object
        }
      })
    #expect(try DICOMFolder(folder.path).series.map(\.label) == ["3.1", "3.2"])
    expectError(folder, says: "2 series: 3.1 (MR, Made), 3.2 (MR, Made); choose one")
    expectMade(try ImageFile.read(folder.path, dicom: DICOMOptions(series: "3.1")).volume)
    expectMade(try ImageFile.read(folder.path + "#3.2").volume, plus: 1000)
    #expect(try DICOMFolder.files(at: folder.path + "#3.2").count == 3)
  }

  @Test(arguments: [
    (tag: UInt32(0x0018_0081), type: "DS", values: ["30", "4.5"]),
    (tag: 0x0020_0100, type: "IS", values: ["2", "1"]),
    (tag: 0x0020_0012, type: "IS", values: ["8", "7"]),
    (tag: 0x0018_1060, type: "DS", values: ["350", "20"]),
  ])
  func echoesAndTimesAreChannels(tag: UInt32, type: String, values: [String]) throws {
    let folder = try MadeDICOM.folder(
      (0..<6).map { n in
        var object = MadeDICOM.slice(n / 2, instance: n)
        object.set(tag, type, values[n % 2])
        object.set(0x0028_1052, "DS", "\(500 * (n % 2))")
        return object
      })
    let volume = try ImageFile.read(folder.path).volume
    #expect(volume.channels == 2 && volume.geometry.size == [5, 4, 3])
    expectMade(volume, channel: 0, plus: 500)
    expectMade(volume, channel: 1)
  }

  @Test func unequalAcquisitionsAreVolumes() throws {
    let folder = try MadeDICOM.folder(
      [(1, 3), (2, 4)].flatMap { acquisition, count in
        (0..<count).map { k in
          var object = MadeDICOM.slice(k, instance: 10 * acquisition + k)
          object.set(0x0020_0012, "IS", "\(acquisition)")
          return object
        }
      })
    #expect(try DICOMFolder(folder.path).series.map(\.size.z) == [3, 4])
    expectMade(try ImageFile.read(folder.path + "#3.2").volume)
  }

  /// Even with one series UID; by the name where there is no ID.
  @Test(arguments: [false, true]) func twoPatientsAreNeverJoined(byName: Bool) throws {
    let folder = try MadeDICOM.folder(
      (0..<4).map { n in
        var object = MadeDICOM.slice(n / 2 * 2 + n % 2, instance: n)
        if byName {
          object.remove(0x0010_0020)
          object.set(0x0010_0010, "PN", "Invented^\(n % 2)")
        } else {
          object.set(0x0010_0020, "LO", "SECRET-\(n % 2)")
        }
        return object
      })
    #expect(try DICOMFolder(folder.path).series.map(\.files) == [2, 2])
    expectError(folder, says: "2 series: 3.1 (MR, Made), 3.2 (MR, Made)")
  }

  @Test func otherSizesAreVolumes() throws {
    let folder = try MadeDICOM.folder(
      (0..<4).map { MadeDICOM.slice($0, rows: $0 == 3 ? 6 : MadeDICOM.rows) })
    expectError(folder, says: "2 series: 3.1 (MR, Made), 3.2 (MR, Made)")
    expectMade(try ImageFile.read(folder.path + "#3.1").volume)
  }

  @Test func unevenSlices() throws {
    let folder = try MadeDICOM.folder(
      [0, 4, 9, 12, 16].enumerated().map { k, height in
        var object = MadeDICOM.slice(k)
        object.set(0x0020_0032, "DS", "-10\\-20\\\(height)")
        return object
      })
    expectError(folder, says: "slices are 5.0 mm apart between 4.0 and 9.0 mm along the normal")
    let volume = try ImageFile.read(folder.path, dicom: DICOMOptions(allowMissing: true)).volume
    #expect(volume.geometry.spacing == [2, 3, 4] && volume.geometry.size.z == 5)
    // At 8 mm, four fifths of the way from the second to the third.
    #expect((0..<5).map { volume[0, 0, $0] } == [0, 100, 180, 300, 400])
  }

  /// Memory for the many slices between them is not asked for.
  @Test func slicesThatAreFarApart() throws {
    let folder = try MadeDICOM.folder(
      [0, 1, 2, 200_000].enumerated().map { k, height in
        var object = MadeDICOM.slice(k)
        object.set(0x0020_0032, "DS", "-10\\-20\\\(height)")
        return object
      })
    expectError(folder, says: "199997 slices are missing")
    expectError(
      folder, says: "which are of no one volume", dicom: DICOMOptions(allowMissing: true))
  }

  @Test func slicesThatAreShiftedSideways() throws {
    var slices = (0..<4).map { MadeDICOM.slice($0) }
    slices[2].set(0x0020_0032, "DS", "-9.5\\-20\\8")
    expectError(try MadeDICOM.folder(slices), says: "the slice at 8.0 mm is shifted")
  }

  @Test func aSeriesIsNamedInSeveralWays() throws {
    let folder = try MadeDICOM.folder(
      (0..<4).map { n in
        var object = MadeDICOM.slice(n / 2, instance: n)
        if n % 2 == 1 {
          object.set(0x0020_000e, "UI", "1.2.3.6")
          object.set(0x0020_0011, "IS", "4")
          object.set(0x0008_103e, "LO", "Ax T1 post")
        }
        return object
      })
    let options = try DICOMFolder(folder.path)
    for name in ["4", "1.2.3.6", "ax t1 post", "ax*post"] {
      #expect(try options.chosen(DICOMOptions(series: name)).label == "4")
    }
    expectError(folder, says: "no series '5' among 3 (MR, Made)", dicom: DICOMOptions(series: "5"))
  }
}
