import Foundation
import TestSupport
import Testing
import Volumes

@testable import Radiomics

/// The digital phantom of the Image Biomarker Standardisation Initiative and its reference values.
@Suite(
  .enabled(
    if: SharedData.has("ibsi1/digital_phantom"),
    "the phantom is not here; MEDCNN_SHARED_DATA names the folder with the shared data"))
struct DigitalPhantomTests {
  let region: Region
  let levels: DiscretisedRegion
  let reference: ReferenceValues

  init() throws {
    region = try SharedData.region(
      "ibsi1/digital_phantom/nifti/image/phantom.nii.gz",
      "ibsi1/digital_phantom/nifti/mask/mask.nii.gz")
    levels = try DiscretisedRegion(region, by: .levels)
    reference = try ReferenceValues("ibsi_1_dig_phantom.csv")
  }

  @Test func intensities() throws {
    #expect(levels.voxelCount == 74)
    var compared = try reference.compare(
      .firstOrder, try FirstOrder.features(region, levels: levels, convention: .ibsi))
    compared += try reference.compare(.histogram, try IntensityHistogram.features(levels))
    compared += try reference.compare(
      .intensityVolumeHistogram, try IntensityVolumeHistogram.features(region, .none))
    #expect(compared == 18 + 23 + 6)
  }

  @Test func localIntensity() throws {
    let image = Image(geometry: region.geometry, intensities: region.intensities)
    let features = try LocalIntensity.features(image, mask: region.mask)
    #expect(try reference.compare(.localIntensity, features) == 2)
  }

  @Test(arguments: Aggregation.allCases) func textures(_ aggregation: Aggregation) throws {
    let settings = TextureSettings(ibsi: aggregation)
    let directional = "_" + aggregation.tag(hasDirections: true)
    let other = "_" + aggregation.tag(hasDirections: false)
    var compared = try reference.compare(
      .glcm, try GLCM.features(levels, settings), suffix: directional)
    compared += try reference.compare(
      .glrlm, try GLRLM.features(levels, settings), suffix: directional)
    compared += try reference.compare(.glszm, try GLSZM.features(levels, settings), suffix: other)
    compared += try reference.compare(.gldzm, try GLDZM.features(levels, settings), suffix: other)
    compared += try reference.compare(.ngtdm, try NGTDM.features(levels, settings), suffix: other)
    compared += try reference.compare(.gldm, try GLDM.features(levels, settings), suffix: other)
    #expect(compared == 25 + 16 + 16 + 16 + 5 + 17)
  }
}
