import Foundation
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
  /// Value and tolerance by tag.
  let reference: [String: (value: Double, tolerance: Double)]

  init() throws {
    region = try SharedData.region(
      "ibsi1/digital_phantom/nifti/image/phantom.nii.gz",
      "ibsi1/digital_phantom/nifti/mask/mask.nii.gz")
    levels = try DiscretisedRegion(region, by: .levels)
    let path =
      "\(SharedData.root ?? "")/ibsi1/reference_values/ibsi_1_dig_phantom.csv"
    var reference: [String: (value: Double, tolerance: Double)] = [:]
    for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
      let fields = line.split(separator: ";", omittingEmptySubsequences: false)
      guard fields.count == 3, let value = Double(fields[0]), let tolerance = Double(fields[1])
      else { continue }
      reference[fields[2].trimmingCharacters(in: .whitespaces)] = (value, tolerance)
    }
    self.reference = reference
  }

  /// Compares features with the reference values, which are rounded to three digits.
  private func compare(
    _ family: FeatureClass, _ features: [Feature], suffix: String = ""
  ) throws -> Int {
    #expect(features.map(\.name) == family.names(.ibsi).all, "\(family)")
    var compared = 0
    for feature in features {
      let definition = try #require(FeatureCatalogue.definition(family, feature.name))
      let tag = try #require(definition.ibsiTag) + suffix
      guard let (value, tolerance) = reference[tag] else {
        #expect(tag == "ivh_auc")
        continue
      }
      let digit = value == 0 ? 0.001 : pow(10, floor(log10(abs(value))) - 2)
      #expect(
        abs(feature.value - value) <= tolerance + 0.501 * digit,
        "\(tag): \(feature.value), expected \(value)")
      compared += 1
    }
    return compared
  }

  @Test func intensities() throws {
    #expect(levels.voxelCount == 74)
    var compared = try compare(
      .firstOrder, try FirstOrder.features(region, levels: levels, convention: .ibsi))
    compared += try compare(.histogram, try IntensityHistogram.features(levels))
    compared += try compare(
      .intensityVolumeHistogram, try IntensityVolumeHistogram.features(region, .none))
    #expect(compared == 18 + 23 + 6)
  }

  @Test func localIntensity() throws {
    let image = Image(geometry: region.geometry, intensities: region.intensities)
    let features = try LocalIntensity.features(image, mask: region.mask)
    #expect(try compare(.localIntensity, features) == 2)
  }

  @Test(arguments: Aggregation.allCases) func textures(_ aggregation: Aggregation) throws {
    let settings = TextureSettings(ibsi: aggregation)
    let directional = "_" + aggregation.tag(hasDirections: true)
    let other = "_" + aggregation.tag(hasDirections: false)
    var compared = try compare(.glcm, try GLCM.features(levels, settings), suffix: directional)
    compared += try compare(.glrlm, try GLRLM.features(levels, settings), suffix: directional)
    compared += try compare(.glszm, try GLSZM.features(levels, settings), suffix: other)
    compared += try compare(.gldzm, try GLDZM.features(levels, settings), suffix: other)
    compared += try compare(.ngtdm, try NGTDM.features(levels, settings), suffix: other)
    compared += try compare(.gldm, try GLDM.features(levels, settings), suffix: other)
    #expect(compared == 25 + 16 + 16 + 16 + 5 + 17)
  }
}
