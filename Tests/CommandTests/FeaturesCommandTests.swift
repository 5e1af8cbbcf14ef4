import Foundation
import TestSupport
import Testing
import VolumeIO
import Volumes

@Suite struct FeaturesCommandTests {
  /// A scan, and a mask of two boxes with the labels 1 and 3.
  static func scene() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let geometry = try Geometry(size: [20, 18, 12], spacing: [1, 1, 2])
    let samples = (0..<geometry.voxelCount).map { Float(($0 * 7919) % 211) }
    try ImageFile.write(
      try Volume(geometry: geometry, samples: samples), to: folder.path("scan.nii.gz"),
      type: .int16)
    var labels = LabelMap(geometry: geometry)
    for k in 2..<8 {
      for j in 3..<10 {
        for i in 2..<9 { labels[i, j, k] = 1 }
        for i in 12..<17 { labels[i, j, k] = 3 }
      }
    }
    try ImageFile.write(labels, to: folder.path("mask.nii.gz"))
    return folder
  }

  @Test func printsNamesAndValues() throws {
    let folder = try Self.scene()
    let run = try Medcnn(["features", "scan.nii.gz", "mask.nii.gz"], in: folder.url)
    #expect(run.status == 0)
    #expect(run.errors.contains("label 1 of 1, 3"))
    #expect(run.output.contains("Image: scan.nii.gz\n"))
    #expect(run.output.contains("\noriginal_shape_VoxelVolume: 588.0\n"))
    #expect(run.output.split(separator: "\n").count == 2 + 22 + 107)
  }

  @Test func jsonIsOneObjectInTheOrderOfTheColumns() throws {
    let folder = try Self.scene()
    let run = try Medcnn(
      [
        "features", "scan.nii.gz", "mask.nii.gz", "--format", "json", "--features",
        "shape_VoxelVolume,glcm_Contrast,glcm_Id", "-s", "binWidth=50", "--quiet",
      ], in: folder.url)
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    let json = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    #expect(json?["original_shape_VoxelVolume"] as? Double == 588)
    let settings = json?["diagnostics_Configuration_Settings"] as? [String: Any]
    #expect(settings?["binWidth"] as? Int == 50)
    let contrast = try #require(run.output.range(of: "original_glcm_Contrast"))
    let id = try #require(run.output.range(of: "original_glcm_Id\""))
    #expect(contrast.lowerBound < id.lowerBound)
  }

  @Test func everyLabelIsARow() throws {
    let folder = try Self.scene()
    let run = try Medcnn(
      [
        "features", "scan.nii.gz", "mask.nii.gz", "--label", "all", "--out", "all.csv",
        "-s", "additionalInfo=false", "--features", "shape_VoxelVolume",
      ], in: folder.url)
    #expect(run.status == 0)
    #expect(
      try String(contentsOfFile: folder.path("all.csv"), encoding: .utf8) == """
        Image,Mask,Label,original_shape_VoxelVolume
        scan.nii.gz,mask.nii.gz,1,588.0
        scan.nii.gz,mask.nii.gz,3,420.0

        """)
  }

  @Test func longTableHasReasons() throws {
    let folder = try Self.scene()
    let geometry = try Geometry(size: [20, 18, 12], spacing: [1, 1, 2])
    try ImageFile.write(
      try Volume(
        geometry: geometry, samples: [Float](repeating: 5, count: geometry.voxelCount)),
      to: folder.path("flat.nii.gz"))
    let run = try Medcnn(
      [
        "features", "flat.nii.gz", "mask.nii.gz", "--long", "--reasons", "--features",
        "firstorder_Mean,firstorder_Skewness,glcm_Correlation", "-q",
      ], in: folder.url)
    #expect(run.status == 0)
    let lines = run.output.split(separator: "\n")
    #expect(lines.first == "Image,Mask,ImageType,Class,Feature,Value,Reason")
    #expect(lines.contains("flat.nii.gz,mask.nii.gz,original,firstorder,Mean,5.0,"))
    #expect(lines.count == 4)
  }

  @Test func presetsTellWhatTheySet() throws {
    let folder = try Self.scene()
    let run = try Medcnn(
      ["features", "--mr", "scan.nii.gz", "mask.nii.gz", "--features", "firstorder_Mean"],
      in: folder.url)
    #expect(run.status == 0)
    #expect(run.errors.contains("--mr sets normalize=True, normalizeScale=100, binWidth=5"))
  }

  @Test func parameterFilesKeepTheirOrder() throws {
    let folder = try Self.scene()
    try folder.write(
      Array(
        """
        imageType:
          LoG: {sigma: [3.0, 2], binWidth: 5}
          Original: {}
        featureClass:
          glcm: [Id, Contrast]
          firstorder: ['Mean']
        setting:
          binWidth: 20
          additionalInfo: false
        """.utf8), to: "params.yaml")
    let run = try Medcnn(
      [
        "features", "scan.nii.gz", "mask.nii.gz", "-p", "params.yaml", "--format", "csv", "-q",
      ], in: folder.url)
    #expect(run.status == 0)
    let names = ["glcm_Id", "glcm_Contrast", "firstorder_Mean"]
    let images = ["log-sigma-3-0-mm-3D", "log-sigma-2-mm-3D", "original"]
    let columns = images.flatMap { image in names.map { "\(image)_\($0)" } }
    #expect(
      run.output.split(separator: "\n").first
        == "Image,Mask,\(columns.joined(separator: ","))" as Substring)
  }

  @Test func batchGoesOnAfterFailuresAndInterruptions() throws {
    let folder = try Self.scene()
    try folder.write(
      Array(
        """
        ID,Image,Mask,Label
        a,scan.nii.gz,mask.nii.gz,1
        b,missing.nii.gz,mask.nii.gz,1
        c,scan.nii.gz,mask.nii.gz,9
        "d,e",scan.nii.gz,mask.nii.gz,3
        """.utf8), to: "cases.csv")
    let arguments = [
      "features", "--cases", "cases.csv", "--out-dir", "results", "--features",
      "shape_VoxelVolume", "-s", "additionalInfo=false", "--jobs", "2", "--out", "out.csv",
    ]
    let first = try Medcnn(arguments, in: folder.url)
    #expect(first.status == 3)
    #expect(first.errors.contains("2 of 4 cases failed"))
    #expect(first.errors.contains("case 3"))
    let expected = """
      ID,Image,Mask,Label,original_shape_VoxelVolume
      a,scan.nii.gz,mask.nii.gz,1,588.0
      "d,e",scan.nii.gz,mask.nii.gz,3,420.0

      """
    #expect(try String(contentsOfFile: folder.path("out.csv"), encoding: .utf8) == expected)
    let failed = try String(contentsOfFile: folder.path("results/failed.csv"), encoding: .utf8)
    #expect(failed.split(separator: "\n").count == 3)

    // What is kept is not measured again.
    try FileManager.default.removeItem(atPath: folder.path("results/features_1.csv"))
    let kept = folder.path("results/features_4.csv")
    let text = try String(contentsOfFile: kept, encoding: .utf8)
    try folder.write(
      Array(text.replacing("420.0", with: "421.0").utf8), to: "results/features_4.csv")
    _ = try Medcnn(arguments, in: folder.url)
    #expect(
      try String(contentsOfFile: folder.path("out.csv"), encoding: .utf8)
        == expected.replacing("420.0", with: "421.0"))

    let other = try Medcnn(arguments + ["-s", "binWidth=3"], in: folder.url)
    #expect(other.status == 1)
    #expect(other.errors.contains("other parameters"))
  }

  @Test func partsTogetherAreAllCases() throws {
    let folder = try Self.scene()
    let lines = (1...5).map { "scan.nii.gz,mask.nii.gz,\($0 % 2 == 0 ? 1 : 3)" }
    try folder.write(
      Array((["Image,Mask,Label"] + lines).joined(separator: "\n").utf8), to: "cases.csv")
    var count = 0
    for part in ["1/2", "2/2"] {
      let run = try Medcnn(
        [
          "features", "--cases", "cases.csv", "--part", part, "--features", "shape_VoxelVolume",
          "-s", "additionalInfo=false",
        ], in: folder.url)
      #expect(run.status == 0)
      count += run.output.split(separator: "\n").count - 1
    }
    #expect(count == 5)
  }

  @Test func gridsThatDifferAreAnErrorOrResampled() throws {
    let folder = try Self.scene()
    _ = try Medcnn(
      ["convert", "mask.nii.gz", "coarse.nii.gz", "--labels", "--spacing", "2"], in: folder.url)
    let refused = try Medcnn(["features", "scan.nii.gz", "coarse.nii.gz"], in: folder.url)
    #expect(refused.status == 1)
    #expect(refused.errors.contains("20x18x12 voxels"))
    #expect(refused.errors.contains("--resample-mask"))
    let resampled = try Medcnn(
      ["features", "scan.nii.gz", "coarse.nii.gz", "--resample-mask", "--format", "csv"],
      in: folder.url)
    #expect(resampled.status == 0)
    #expect(resampled.output.contains("diagnostics_Mask-corrected_VoxelNum"))
  }

  @Test func listsFeaturesWithSources() throws {
    let run = try Medcnn(["features", "--list"])
    #expect(run.status == 0)
    #expect(run.output.contains("RNU0"))
    #expect(run.output.contains("IBSI 3.1.1"))
  }

  @Test(arguments: [
    (["-s", "binWidth=0"], "setting binWidth: found 0, expected a number above 0"),
    (["--features", "glcm_Other"], "expected Autocorrelation"),
    (["--image-types", "Other"], "expected Exponential"),
    (["--image-types", "LoG"], "setting sigma"),
    (["--label", "9"], "the mask has labels 1, 3"),
  ]) func badRequestsExitWith1(_ arguments: [String], _ message: String) throws {
    let folder = try Self.scene()
    let run = try Medcnn(["features", "scan.nii.gz", "mask.nii.gz"] + arguments, in: folder.url)
    #expect(run.status == 1)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains(message))
  }

  @Test(
    .enabled(
      if: SharedData.place("survival/lung1") != nil,
      "the data are not here; MEDCNN_SHARED_DATA names the folder with the shared data"))
  func columnsAreThoseOfALungCancerStudy() throws {
    let root = try #require(SharedData.root)
    let study = try String(
      contentsOfFile: "\(root)/survival/lung1/extracted_features.csv", encoding: .utf8)
    let header = try #require(study.split(whereSeparator: \.isNewline).first).split(separator: ",")
    let run = try Medcnn([
      "features", "\(root)/pyradiomics/breast1_image.nrrd",
      "\(root)/pyradiomics/breast1_label.nrrd", "-p",
      "\(root)/pyradiomics/example_settings/exampleCT.yaml", "--format", "csv", "-q",
    ])
    #expect(run.status == 0)
    let columns = try #require(run.output.split(separator: "\n").first).split(separator: ",")
    // The study adds the patient and the region at the end.
    let own = header.dropLast(2)
    #expect(columns.dropFirst(2).elementsEqual(own))
  }
}
