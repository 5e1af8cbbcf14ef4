import Foundation
import TestSupport
import Testing
import VolumeIO
import Volumes

/// Scans of several makers against the NIfTI that other programs made of them.
@Suite(
  .enabled(
    if: SharedData.root != nil,
    "the scans are not here; MEDCNN_SHARED_DATA names the folder with the shared data"))
struct DICOMReferenceTests {
  static let root = (SharedData.root ?? "") + "/dicom/"

  private func expectEqual(
    _ path: String, _ reference: String, dicom: DICOMOptions = DICOMOptions(), relative: Float = 0
  ) throws {
    try DICOMComparison.expectEqual(
      Self.root + path, Self.root + reference, dicom: dicom, relative: relative)
  }

  /// Native, implicit, big endian, RLE, lossless JPEG twice, JPEG-LS twice, JPEG 2000: a mosaic.
  @Test(arguments: 1...9) func transferSyntaxes(number: Int) throws {
    try expectEqual(
      "transfer_syntaxes/In/\(number).dcm", "transfer_syntaxes/Ref/\(number).nii")
  }

  @Test func seriesOfAFolderAreToldApart() throws {
    let folder = try DICOMFolder(Self.root + "transfer_syntaxes/In")
    #expect(folder.series.map(\.label) == (1...9).map(String.init))
    #expect(folder.damaged.isEmpty)
    #expect(folder.series.allSatisfy { $0.size == [64, 64, 35] && $0.channels == 1 })
    try expectEqual(
      "transfer_syntaxes/In", "transfer_syntaxes/Ref/4.nii", dicom: DICOMOptions(series: "4"))
    let error = #expect(throws: VolumeIOError.self) {
      try ImageFile.read(Self.root + "transfer_syntaxes/In")
    }
    #expect(error?.description.contains("9 series: 1 (MR, ax_asc_35sl), 2") == true)
  }

  @Test(arguments: [
    ("mr_0003", "AP_3"), ("mr_0004", "PA_4"), ("mr_0005", "RL_5"), ("mr_0006", "LR_6"),
  ])
  func siemensMosaics(folder: String, reference: String) throws {
    try expectEqual(
      "dcm_qa_nih/In/20180918Si/\(folder)", "dcm_qa_nih/Ref/EPI_PE=\(reference).nii")
  }

  @Test func timePointsOfGE() throws {
    try expectEqual(
      "dcm_qa_nih/In/20180918GE/mr_0004", "dcm_qa_nih/Ref/DCM2NIIX_regression_test_4.nii")
  }

  @Test func sarcomaPatient() throws {
    try expectEqual("sts_025/CT/image", "sts_025_nifti/CT_image.nii.gz")
    try expectEqual("sts_025/MR_T1/image", "sts_025_nifti/MR_T1_image.nii.gz")
    // The reference was multiplied by each slice's slope in single precision.
    try expectEqual(
      "sts_025/PET/image", "sts_025_nifti/PET_image.nii.gz", relative: 1.2e-7)
  }
}
