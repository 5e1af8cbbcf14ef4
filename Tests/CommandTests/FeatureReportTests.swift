import Foundation
import Testing
import VolumeIO
import Volumes

/// Features as DICOM structured reports.
@Suite struct FeatureReportTests {
  private static let series = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "VolumeIOTests/Resources/dicom/rescaled").path

  /// A mask of two boxes on the grid of the series.
  private static func scene() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let geometry = try ImageFile.readHeader(series).geometry
    var labels = LabelMap(geometry: geometry)
    for k in 0..<3 {
      for j in 1..<4 {
        for i in 1..<5 { labels[i, j, k] = i < 3 ? 1 : 2 }
      }
    }
    try ImageFile.write(labels, to: folder.path("mask.nii.gz"))
    return folder
  }

  private static let some = [
    "--features", "shape_MeshVolume,firstorder_Mean,firstorder_Kurtosis", "-s",
    "additionalInfo=false",
  ]

  @Test func reportsHoldTheCodesOfIBSIAndASegmentation() throws {
    let folder = try Self.scene()
    let run = try Medcnn(
      [
        "features", Self.series, "mask.nii.gz", "--label", "all", "--sr", "report.dcm",
        "--image-types", "Original,Mean:support=3",
      ] + Self.some, in: folder.url)
    #expect(run.status == 0, "\(run.errors)")
    let report = try Data(contentsOf: URL(filePath: folder.path("report.dcm")))
    // The codes of the volume of the mesh and of the mean, the own one of kurtosis, and the filter.
    for text in ["RNU0", "Q4LE", "99MEDCNN", "firstorder_Kurtosis", "mean-3-3D", "126000", "1411"] {
      #expect(report.range(of: Data(text.utf8)) != nil, "\(text)")
    }
    #expect(report.range(of: Data("IPH6".utf8)) == nil)
    #expect(report.range(of: Data("SECRET-ID".utf8)) == nil)
    let segments = try Medcnn(["info", "report-seg.dcm"], in: folder.url)
    #expect(segments.status == 0 && segments.output.contains("label 2"))
  }

  @Test func reportsNeedDICOM() throws {
    let folder = try Self.scene()
    let run = try Medcnn(
      ["features", "mask.nii.gz", "mask.nii.gz", "--sr", "report.dcm"], in: folder.url)
    #expect(run.status == 1)
    #expect(!FileManager.default.fileExists(atPath: folder.path("report.dcm")))
  }

  @Test(arguments: [
    ["s", "m", "--reference", "d"], ["s", "m", "--keep-identifiers"],
    ["--cases", "c.csv", "--sr", "r.dcm"], ["s", "m", "--sr", "r.dcm", "--baseline", "a", "b"],
  ]) func contradictionsAreWrongUsage(_ arguments: [String]) throws {
    let run = try Medcnn(["features"] + arguments)
    #expect(run.status == 2 && run.errors.contains("--sr"))
  }
}
