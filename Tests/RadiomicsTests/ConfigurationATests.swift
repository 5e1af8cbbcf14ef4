import Foundation
import TestSupport
import Testing
import VolumeIO
import Volumes

@testable import Radiomics

/// IBSI's CT phantom by configuration A: no interpolation, intensities from -500 to 400, bins of 25.
@Suite(
  .enabled(
    if: SharedData.has("ibsi1/ct_phantom")
      && ProcessInfo.processInfo.environment["MEDCNN_HEAVY"] != nil,
    "needs MEDCNN_HEAVY=1 and the phantom in the folder that MEDCNN_SHARED_DATA names"))
struct ConfigurationATests {
  @Test func reachesTheReferenceValues() throws {
    let folder = "ibsi1/ct_phantom/nifti"
    let drawn = try SharedData.region(
      "\(folder)/image/phantom.nii.gz", "\(folder)/mask/mask.nii.gz")
    let intensities = drawn.intensities.map { $0.rounded() }
    let region = Region(
      geometry: drawn.geometry, intensities: intensities,
      mask: zip(drawn.mask, intensities).map { $0 && -500...400 ~= $1 }, shape: drawn.shape)
    let levels = try DiscretisedRegion(region, by: .fixedBinSize(25, lowest: -500))
    let reference = try ReferenceValues("ibsi_1_chest_config_a.csv")
    var compared = 0
    compared += try reference.compare(
      .firstOrder, try FirstOrder.features(region, levels: levels, convention: .ibsi))
    compared += try reference.compare(.histogram, try IntensityHistogram.features(levels))
    compared += try reference.compare(
      .intensityVolumeHistogram,
      try IntensityVolumeHistogram.features(region, .none, lowest: -500, highest: 400))
    for aggregation in Aggregation.allCases where aggregation.isPlanar {
      let settings = TextureSettings(ibsi: aggregation)
      let tag = "_" + aggregation.tag(hasDirections: true)
      compared += try reference.compare(.glcm, try GLCM.features(levels, settings), suffix: tag)
      compared += try reference.compare(.glrlm, try GLRLM.features(levels, settings), suffix: tag)
      guard !aggregation.mergesDirections else { continue }
      let other = "_" + aggregation.tag(hasDirections: false)
      compared += try reference.compare(.glszm, try GLSZM.features(levels, settings), suffix: other)
      compared += try reference.compare(.gldzm, try GLDZM.features(levels, settings), suffix: other)
      compared += try reference.compare(.ngtdm, try NGTDM.features(levels, settings), suffix: other)
      compared += try reference.compare(.gldm, try GLDM.features(levels, settings), suffix: other)
    }
    #expect(compared == 18 + 23 + 6 + 4 * (25 + 16) + 2 * (16 + 16 + 5 + 17))
  }
}
