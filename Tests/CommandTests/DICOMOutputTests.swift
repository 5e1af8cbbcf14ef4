import Foundation
import Testing
import VolumeIO
import Volumes

/// Writing DICOM from the command line, of the made series that VolumeIO's tests have.
@Suite struct DICOMOutputTests {
  private static let dicom = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "VolumeIOTests/Resources/dicom").path

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A label map on the grid of a series.
  private func labels(_ name: String = "labels.nii.gz") throws -> String {
    let geometry = try ImageFile.readHeader(Self.dicom + "/rescaled").geometry
    var labels = LabelMap(geometry: geometry)
    for i in 2..<6 { labels[i, 3, 2] = 1 }
    try ImageFile.write(labels, to: folder.path(name))
    return folder.path(name)
  }

  @Test(arguments: ["dicom-seg", "rtstruct"]) func labelsBecomeObjects(format: String) throws {
    let run = try Medcnn([
      "convert", labels(), folder.path("out.dcm"), "--format", format, "--reference",
      Self.dicom + "/rescaled",
    ])
    #expect(run.status == 0 && run.errors.contains("--keep-identifiers"))
    let bytes = try Data(contentsOf: URL(filePath: folder.path("out.dcm")))
    #expect(bytes.dropFirst(128).prefix(4) == Data("DICM".utf8))
    #expect(bytes.range(of: Data("SECRET-ID".utf8)) == nil)
    let kept = try Medcnn([
      "convert", labels(), folder.path("out.dcm"), "--format", format, "--reference",
      Self.dicom + "/rescaled", "--keep-identifiers",
    ])
    #expect(kept.status == 0 && !kept.errors.contains("--keep-identifiers"))
    let keptBytes = try Data(contentsOf: URL(filePath: folder.path("out.dcm")))
    #expect(keptBytes.range(of: Data("SECRET-ID".utf8)) != nil)
  }

  @Test func aReferenceIsNeeded() throws {
    let run = try Medcnn(["convert", labels(), folder.path("out.dcm"), "--format", "dicom-seg"])
    #expect(run.status == 1 && run.errors.contains("--reference"))
    let other = try Medcnn([
      "convert", labels(), folder.path("out.dcm"), "--format", "dicom-seg", "--reference",
      Self.dicom + "/tilted",
    ])
    #expect(other.status == 1 && other.errors.contains("--like"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("out.dcm")))
    let plain = try Medcnn(["convert", labels(), folder.path("out.dcm")])
    #expect(plain.status == 1 && plain.errors.contains(".nii"))
  }

  @Test(arguments: [
    ["--reference", "x"], ["--keep-identifiers"], ["--key", "a long secret"],
    ["--report", "a.csv"],
    ["--deidentify", "--key", "short"], ["--deidentify", "--report", "a.txt"],
    ["--deidentify", "--labels"], ["--format", "dicom", "--type", "int16"],
  ])
  func contradictionsAreWrongUsage(options: [String]) throws {
    let run = try Medcnn(["convert", "a", "b"] + options)
    #expect(run.status == 2)
  }

  @Test func reportsNeedASegmentation() throws {
    let run = try Medcnn(["segment", "a", "--model", "m", "-o", "b", "--sr", "c"])
    #expect(run.status == 2 && run.errors.contains("dicom-seg"))
  }

  @Test func foldersAreDeidentified() throws {
    let run = try Medcnn([
      "convert", Self.dicom + "/philips", folder.path("out"), "--deidentify", "--report",
      folder.path("report.csv"),
    ])
    #expect(run.status == 0 && run.output.isEmpty)
    let report = try String(contentsOfFile: folder.path("report.csv"), encoding: .utf8)
    #expect(report.contains("\"(0008,0020)\",StudyDate,\"emptied\","))
    #expect(!report.contains("SECRET-ID"))
    let back = try ImageFile.read(folder.path("out"))
    #expect(
      back.volume.geometry.size
        == (try ImageFile.read(Self.dicom + "/philips")).volume.geometry.size)
    // A disc's directory is left out, and what is there is not replaced.
    let again = try Medcnn(["convert", Self.dicom + "/rescaled", folder.path("2"), "--deidentify"])
    #expect(again.status == 0 && again.errors.contains("left out"))
    #expect(again.output.contains("PatientID"))
    let third = try Medcnn(["convert", Self.dicom + "/philips", folder.path("2"), "--deidentify"])
    #expect(third.status == 1)
  }

  /// Contours of one series on another: what may not fit is told.
  @Test func otherFramesOfReferenceAreTold() throws {
    // A series without a frame of reference gets a new one each time.
    for name in ["one", "other"] {
      let series = try Medcnn([
        "convert", Self.dicom + "/rescaled", folder.path(name), "--format", "dicom", "--reference",
        Self.dicom + "/rescaled",
      ])
      #expect(series.status == 0, "\(series.errors)")
    }
    let contours = folder.path("rt.dcm")
    let written = try Medcnn([
      "convert", labels(), contours, "--format", "rtstruct", "--reference", folder.path("one"),
    ])
    #expect(written.status == 0, "\(written.errors)")
    for (name, isTold) in [("one", false), ("other", true)] {
      let run = try Medcnn([
        "convert", contours, folder.path("back.nii.gz"), "--like", folder.path(name),
      ])
      #expect(run.status == 0, "\(run.errors)")
      let text =
        "warning: \(contours): its frame of reference is another one than that of "
        + folder.path(name)
      #expect(run.errors.contains(text) == isTold)
      #expect(!run.errors.contains("beyond the image"))
    }
  }
}
