import Foundation
import TestSupport
import Testing

/// The IBSI's filters as image types of the command.
@Suite struct FeatureImageTypesTests {
  private static func features(
    _ arguments: [String], in folder: TemporaryFolder
  ) throws -> [String: Double] {
    let run = try Medcnn(
      ["features", "scan.nii.gz", "mask.nii.gz", "--format", "json", "-q"] + arguments,
      in: folder.url)
    #expect(run.status == 0, "\(run.errors)")
    let json = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    return (json ?? [:]).compactMapValues { $0 as? Double }
  }

  private static let one = ["--features", "firstorder_Mean", "-s", "additionalInfo=false"]

  @Test func filtersAreNamedWithTheirSettings() throws {
    let folder = try FeaturesCommandTests.scene()
    let values = try Self.features(
      Self.one + [
        "--image-types",
        "Mean:support=3,LaplacianOfGaussian:sigma=[1.5,2]:riesz=[0,1,0],"
          + "Laws:kernel=L5E5E5:energy=2:pooling=max,Gabor:sigma=2:wavelength=2:thetaStep=90,"
          + "SeparableWavelet:wavelet=db2:dimensions=2,Simoncelli:level=2:boundary=mirror",
      ], in: folder)
    let images = [
      "mean-3-3D", "log-response-1-5-mm-riesz-010-3D", "log-response-2-mm-riesz-010-3D",
      "laws-L5E5E5-energy-2-max-3D", "gabor-2-2-1-step-90-3D", "db2-LH-1-2D", "db2-HL-1-2D",
      "db2-HH-1-2D", "db2-LL-1-2D", "simoncelli-2-3D",
    ]
    #expect(Set(values.keys) == Set(images.map { "\($0)_firstorder_Mean" }))
  }

  @Test func parameterFilesListFiltersInTheirOrder() throws {
    let folder = try FeaturesCommandTests.scene()
    try folder.write(
      Array(
        """
        imageType:
          Mean: {support: [5, 3], binWidth: 0.5}
          Laws:
            - {kernel: L5S5E5}
            - {kernel: E3E3E3, boundary: zero}
          Original: {}
        featureClass:
          firstorder: [Mean, Uniformity]
        setting:
          additionalInfo: false
        """.utf8), to: "p.yaml")
    let run = try Medcnn(
      ["features", "scan.nii.gz", "mask.nii.gz", "-p", "p.yaml", "--format", "csv", "-q"],
      in: folder.url)
    #expect(run.status == 0, "\(run.errors)")
    let images = ["mean-5-3D", "mean-3-3D", "laws-L5S5E5-3D", "laws-E3E3E3-zero-3D", "original"]
    let columns = images.flatMap { ["\($0)_firstorder_Mean", "\($0)_firstorder_Uniformity"] }
    #expect(
      run.output.split(separator: "\n").first
        == "Image,Mask,\(columns.joined(separator: ","))" as Substring)
    // Only the means of five have their own bins.
    let coarse = try Self.features(
      ["-p", "p.yaml", "--image-types", "Mean:support=5"], in: folder)
    let fine = try Self.features(["-p", "p.yaml"], in: folder)
    let column = "mean-5-3D_firstorder_Uniformity"
    #expect((fine[column] ?? 1) < (coarse[column] ?? 0))
  }

  @Test func meansOfSingleVoxelsAreTheScan() throws {
    let folder = try FeaturesCommandTests.scene()
    let values = try Self.features(
      Self.one + ["--image-types", "Original,Mean:support=1"], in: folder)
    #expect(values["original_firstorder_Mean"] == values["mean-1-3D_firstorder_Mean"])
  }

  @Test func ibsiMeasuresResponses() throws {
    let folder = try FeaturesCommandTests.scene()
    let values = try Self.features(
      [
        "--profile", "ibsi", "-s", "binCount=8", "--features",
        "firstorder_Mean,glcm_JointEntropy,shape_VoxelVolume", "--image-types",
        "Original,Mean:support=3",
      ], in: folder)
    #expect(
      Set(values.keys) == [
        "original_shape_VoxelVolume", "original_firstorder_Mean",
        "original_glcm_JointEntropy_3D_avg", "original_glcm_JointEntropy_3D_comb",
        "mean-3-3D_firstorder_Mean", "mean-3-3D_glcm_JointEntropy_3D_avg",
        "mean-3-3D_glcm_JointEntropy_3D_comb",
      ])
  }

  @Test(arguments: [
    ("Mean", "setting Mean support: found nothing"),
    ("Mean:support=4", "an odd number of voxels"),
    ("Mean:support=3,Mean:support=3", "mean-3-3D more than once"),
    ("Laws:kernel=L5X5E5", "L5 E5 S5 W5 R5"),
    ("Laws:kernel=L5E5", "3 kernels"),
    ("Gabor:sigma=1:wavelength=nothing", "expected a number"),
    ("Simoncelli:boundary=wrapped", "zero, nearest, periodic, mirror"),
    ("Simoncelli:support=3", "a name that is not known"),
    ("LaplacianOfGaussian:sigma=1:riesz=[1]", "two or three whole numbers"),
    ("Original:binWidth", "NAME=VALUE"),
    ("Mean:support=[]", "lists that make 0 filters"),
  ]) func wrongSettingsAreNamed(_ types: String, _ message: String) throws {
    let folder = try FeaturesCommandTests.scene()
    let run = try Medcnn(
      ["features", "scan.nii.gz", "mask.nii.gz", "--image-types", types], in: folder.url)
    #expect(run.status == 1)
    #expect(run.errors.contains(message), "\(run.errors)")
  }

  @Test func ibsiHasNoImagesOfPyRadiomics() throws {
    let folder = try FeaturesCommandTests.scene()
    let run = try Medcnn(
      ["features", "scan.nii.gz", "mask.nii.gz", "--ibsi", "C", "--image-types", "Wavelet"],
      in: folder.url)
    #expect(run.status == 1)
    #expect(run.errors.contains("Original or a filter of the IBSI"))
  }

  @Test(
    .enabled(
      if: SharedData.place("survival/lung1") != nil,
      "the data are not here; MEDCNN_SHARED_DATA names the folder with the shared data"))
  func statisticsOfFilteredSlicesAreTheReferences() throws {
    let root = try #require(SharedData.root)
    let phantom = "\(root)/ibsi1/ct_phantom/nifti"
    let run = try Medcnn([
      "features", "\(phantom)/image/phantom.nii.gz", "\(phantom)/mask/mask.nii.gz", "--ibsi", "2A",
      "--features", "firstorder_Mean,firstorder_Variance,firstorder_Skewness", "--image-types",
      "Original,Mean:support=5,LaplacianOfGaussian:sigma=1.5", "--format", "json", "-q",
    ])
    #expect(run.status == 0, "\(run.errors)")
    let json = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    // 1.A, 2.A and 3.A of the IBSI's second chapter: values and tolerances.
    let references: [(String, Double, Double)] = [
      ("original_firstorder_Mean", -47, 4.6), ("original_firstorder_Variance", 53300, 2000),
      ("mean-5-2D_firstorder_Mean", -49.9, 4.4), ("mean-5-2D_firstorder_Variance", 46600, 1600),
      ("mean-5-2D_firstorder_Skewness", -2.13, 0.07),
      ("log-response-1-5-mm-2D_firstorder_Mean", -2.44, 0.12),
    ]
    for (column, reference, tolerance) in references {
      let value = try #require(json?[column] as? Double)
      #expect(abs(value - reference) <= tolerance, "\(column): \(value)")
    }
  }
}
