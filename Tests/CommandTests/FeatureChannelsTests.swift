import Foundation
import Testing
import VolumeIO
import Volumes

/// Several channels, several regions, and two times.
@Suite struct FeatureChannelsTests {
  /// FeaturesCommandTests' scene, with a second channel, an earlier time and other kinds of mask.
  private static func scene() throws -> TemporaryFolder {
    let folder = try FeaturesCommandTests.scene()
    let scan = try ImageFile.read(folder.path("scan.nii.gz")).volume
    let doubled = try Volume(geometry: scan.geometry, samples: scan.samples.map { 2 * $0 + 1 })
    try ImageFile.write(doubled, to: folder.path("doubled.nii.gz"), type: .int16)
    try ImageFile.write(
      try Volume(stacking: [scan, doubled]), to: folder.path("both.nii.gz"), type: .int16)
    // Label 1 was smaller, and label 3 was not there.
    var labels = LabelMap(geometry: scan.geometry)
    for k in 2..<8 {
      for j in 3..<10 {
        for i in 2..<5 { labels[i, j, k] = 1 }
      }
    }
    try ImageFile.write(labels, to: folder.path("earlier-mask.nii.gz"))
    return folder
  }

  private static let some = [
    "--features", "shape_VoxelVolume,firstorder_Mean", "-s", "additionalInfo=false", "--format",
    "csv", "-q",
  ]

  private static func lines(_ arguments: [String], in folder: TemporaryFolder) throws -> [String] {
    let run = try Medcnn(["features"] + arguments, in: folder.url)
    #expect(run.status == 0, "\(run.errors)")
    return run.output.split(separator: "\n").map(String.init)
  }

  @Test func channelsHaveTheirNamesInColumns() throws {
    let folder = try Self.scene()
    let files = try Self.lines(
      ["--channel", "FLAIR=scan.nii.gz", "--channel", "T1c=doubled.nii.gz", "mask.nii.gz"]
        + Self.some, in: folder)
    #expect(
      files[0]
        == "Image_FLAIR,Image_T1c,Mask,original_shape_VoxelVolume,FLAIR_original_firstorder_Mean,"
        + "T1c_original_firstorder_Mean")
    let numbers = files[1].split(separator: ",").suffix(2).compactMap { Double($0) }
    #expect(abs(numbers[1] - (2 * numbers[0] + 1)) < 1e-9)
    // The channels of one file give the same.
    let channels = try Self.lines(
      ["both.nii.gz", "mask.nii.gz", "--channel", "FLAIR=1", "--channel", "T1c=2"] + Self.some,
      in: folder)
    #expect(channels[0] == files[0])
    #expect(
      channels[1].split(separator: ",").suffix(3) == files[1].split(separator: ",").suffix(3))
    let one = try Self.lines(
      ["both.nii.gz", "mask.nii.gz", "--channel", "2"] + Self.some, in: folder)
    #expect(one[0] == "Image,Mask,original_shape_VoxelVolume,original_firstorder_Mean")
    #expect(one[1].split(separator: ",").last == files[1].split(separator: ",").last)
  }

  @Test(arguments: [
    (["both.nii.gz", "mask.nii.gz"], 1, "2 channels; choose one with --channel"),
    (["both.nii.gz", "mask.nii.gz", "--channel", "3"], 1, "no channel 3; it has 2"),
    (["both.nii.gz", "mask.nii.gz", "--channel", "0"], 2, "from 1"),
    (["mask.nii.gz", "--channel", "FLAIR"], 2, "--channel FLAIR=FILE"),
    (["a", "b", "--channel", "FLAIR=c"], 2, "the mask alone"),
    (["a", "b", "--channel", "1", "--channel", "2"], 2, "NAME=PLACE"),
    (["a", "--channel", "F=b", "--channel", "F=c"], 2, "more than once"),
    (["a", "--channel", "F_1=b"], 2, "F_1"),
    (["a", "b", "--baseline", "c"], 2, "a scan and a mask"),
    (["b", "--channel", "F=a", "--baseline", "c", "d"], 2, "NAME=FILE for each channel"),
  ]) func wrongChannelsAreRefused(
    _ arguments: [String], _ status: Int32, _ message: String
  ) throws {
    let folder = try Self.scene()
    let run = try Medcnn(["features"] + arguments, in: folder.url)
    #expect(run.status == status)
    #expect(run.errors.contains(message), "\(run.errors)")
  }

  @Test func changesAreFromTheEarlierTime() throws {
    let folder = try Self.scene()
    let lines = try Self.lines(
      [
        "doubled.nii.gz", "mask.nii.gz", "--label", "all", "--reasons", "--baseline",
        "scan.nii.gz", "earlier-mask.nii.gz",
      ] + Self.some, in: folder)
    #expect(
      lines[0]
        == "Image,Mask,Baseline_Image,Baseline_Mask,Label,original_shape_VoxelVolume,"
        + "original_firstorder_Mean,delta_original_shape_VoxelVolume,"
        + "delta_original_firstorder_Mean,delta-relative_original_shape_VoxelVolume,"
        + "delta-relative_original_firstorder_Mean,Reasons")
    // 7 rows of 6 slices, 3 voxels then and 7 now, of 2 mm3.
    let first = lines[1].split(separator: ",", omittingEmptySubsequences: false)
    #expect(first[5] == "588.0" && first[7] == "336.0")
    #expect(abs((Double(first[9]) ?? 0) - 336.0 / 252) < 1e-12)
    let second = lines[2].split(separator: ",", omittingEmptySubsequences: false)
    #expect(second[5] == "420.0" && second[7...10].allSatisfy { $0 == "nan" })
    #expect(second[11].contains("the earlier mask has no such region"))
  }

  @Test func batchesHaveColumnsOfChannelsAndTimes() throws {
    let folder = try Self.scene()
    try folder.write(
      Array(
        """
        Mask,t1,flair,Baseline_Mask,Baseline_t1,Baseline_flair
        mask.nii.gz,sub-01_ses-b_T1w.nii.gz,doubled.nii.gz,earlier-mask.nii.gz,scan.nii.gz,scan.nii.gz
        mask.nii.gz,scan.nii.gz,scan.nii.gz,,,
        """.utf8), to: "cases.csv")
    try FileManager.default.copyItem(
      atPath: folder.path("scan.nii.gz"), toPath: folder.path("sub-01_ses-b_T1w.nii.gz"))
    let lines = try Self.lines(
      ["--cases", "cases.csv", "--channel", "T1=t1", "--channel", "flair", "--out-dir", "results"]
        + Self.some.dropLast(3) + ["-q", "--out", "table.csv"], in: folder)
    #expect(lines.isEmpty)
    let table = try String(contentsOfFile: folder.path("table.csv"), encoding: .utf8)
      .split(separator: "\n").map {
        $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      }
    #expect(
      Array(table[0].prefix(11)) == [
        "Mask", "t1", "flair", "Baseline_Mask", "Baseline_t1", "Baseline_flair", "participant_id",
        "session_id", "original_shape_VoxelVolume", "T1_original_firstorder_Mean",
        "flair_original_firstorder_Mean",
      ])
    #expect(Array(table[1][6...7]) == ["sub-01", "ses-b"])
    #expect(table[1][11] == "336.0")
    #expect(Array(table[2][6...8]) == ["", "", "588.0"])
    #expect(table[2][11...].allSatisfy { $0 == "nan" })

    let without = try Medcnn(["features", "--cases", "cases.csv"], in: folder.url)
    #expect(without.status == 1)
    #expect(without.errors.contains("expected Image, Baseline_Image too"))
  }

  @Test func probabilitiesAreCutAtAThreshold() throws {
    let folder = try Self.scene()
    let geometry = try Geometry(size: [20, 18, 12], spacing: [1, 1, 2])
    var samples = [Float](repeating: 0, count: geometry.voxelCount)
    for k in 2..<6 {
      for j in 2..<6 {
        for i in 2..<6 { samples[(k * 18 + j) * 20 + i] = i < 4 ? 0.4 : 0.9 }
      }
    }
    try ImageFile.write(
      try Volume(geometry: geometry, samples: samples), to: folder.path("p.nii.gz"))
    let half = try Self.lines(["scan.nii.gz", "p.nii.gz"] + Self.some, in: folder)
    #expect(half[1].split(separator: ",")[2] == "64.0")
    let low = try Self.lines(
      ["scan.nii.gz", "p.nii.gz", "--threshold", "0.3"] + Self.some, in: folder)
    #expect(low[1].split(separator: ",")[2] == "128.0")
  }

  @Test func labelsBeyondTheirRangeAreRefused() throws {
    let folder = try Self.scene()
    for label in ["70000", "-1", "0", "x"] {
      let run = try Medcnn(
        ["features", "scan.nii.gz", "mask.nii.gz", "--label=\(label)"], in: folder.url)
      #expect(run.status == 1)
      #expect(run.errors.contains("no label \"\(label)\""), "\(run.errors)")
    }
  }

  @Test func dicomMasksHaveNamedRegions() throws {
    let resources = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "VolumeIOTests/Resources")
    let folder = try TemporaryFolder()
    for mask in ["binary", "structures"] {
      let run = try Medcnn(
        [
          "features", resources.appending(path: "dicom/int32").path,
          resources.appending(path: "masks/\(mask).dcm").path, "--label", "all", "--out",
          "\(mask).csv", "--features", "shape_VoxelVolume", "-s", "additionalInfo=false", "-s",
          "minimumROIDimensions=1",
        ], in: folder.url)
      #expect(run.status == 0, "\(run.errors)")
      let text = try String(contentsOfFile: folder.path("\(mask).csv"), encoding: .utf8)
      let lines = text.split(separator: "\n")
      #expect(lines[0] == "Image,Mask,Label,ROI,original_shape_VoxelVolume")
      #expect(lines.count > 2)
    }
  }
}
