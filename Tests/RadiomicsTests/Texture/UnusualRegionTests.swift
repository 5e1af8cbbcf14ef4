import Foundation
import Parallel
import Testing
import Volumes

@testable import Radiomics

/// Regions that break careless code.
@Suite struct UnusualRegionTests {
  private func region(
    _ size: SIMD3<Int>, _ intensities: [Double], mask: [Bool]? = nil
  ) throws -> Region {
    let mask = mask ?? intensities.map { _ in true }
    return Region(
      geometry: try Geometry(size: size), intensities: intensities, mask: mask, shape: mask)
  }

  /// Every family, by name.
  private func all(
    _ region: Region, _ discretisation: Discretisation = .binWidth(25),
    _ settings: TextureSettings = TextureSettings(), workers: Workers = Workers(count: 1)
  ) throws -> [String: Feature] {
    let levels = try DiscretisedRegion(region, by: discretisation)
    let families: [(FeatureClass, [Feature])] = [
      (
        .firstOrder,
        try FirstOrder.features(region, levels: levels, convention: settings.convention)
      ),
      (.histogram, try IntensityHistogram.features(levels)),
      (
        .intensityVolumeHistogram,
        try IntensityVolumeHistogram.features(region, .fixedBinNumber(100))
      ),
      (
        .localIntensity,
        try LocalIntensity.features(
          Image(geometry: region.geometry, intensities: region.intensities), mask: region.mask)
      ),
      (.glcm, try GLCM.features(levels, settings, workers: workers)),
      (.glrlm, try GLRLM.features(levels, settings, workers: workers)),
      (.glszm, try GLSZM.features(levels, settings)),
      (.gldzm, try GLDZM.features(levels, settings)),
      (.gldm, try GLDM.features(levels, settings)), (.ngtdm, try NGTDM.features(levels, settings)),
    ]
    var all: [String: Feature] = [:]
    for (family, features) in families {
      for feature in features { all["\(family.rawValue)_\(feature.name)"] = feature }
    }
    for feature in all.values {
      #expect(feature.value.isNaN == (feature.reason != nil), "\(feature)")
      #expect(!feature.value.isInfinite, "\(feature)")
    }
    return all
  }

  private let settings =
    [TextureSettings()] + Aggregation.allCases.map { TextureSettings(ibsi: $0) }

  @Test func refusesARegionWithoutVoxels() throws {
    let region = try region(SIMD3(2, 1, 1), [1, 2], mask: [false, false])
    #expect(throws: RadiomicsError.self) { try DiscretisedRegion(region, by: .binWidth(25)) }
    #expect(throws: RadiomicsError.self) { try IntensityVolumeHistogram.features(region, .none) }
    #expect(throws: RadiomicsError.self) {
      try LocalIntensity.features(
        Image(geometry: region.geometry, intensities: region.intensities), mask: region.mask)
    }
  }

  @Test func measuresOneVoxel() throws {
    for settings in settings {
      let features = try all(try region(SIMD3(1, 1, 1), [37]), .binWidth(25), settings)
      #expect(features["firstorder_Mean"]?.value == 37)
      #expect(features["firstorder_Variance"]?.value == 0)
      #expect(features["glcm_Contrast"]?.value.isNaN == true)
      #expect(features["glszm_ZonePercentage"]?.value == 1)
      // PyRadiomics leaves every direction out; for IBSI each has a run of one.
      #expect(features["glrlm_RunPercentage"]?.value.isNaN == (settings.convention == .pyradiomics))
      #expect(features["ngtdm_Coarseness"]?.value.isNaN == (settings.convention == .ibsi))
    }
  }

  @Test func measuresOneSlice() throws {
    let noise = MadeMask.numbers(seed: 3, count: 48).map { Double($0) }
    for settings in settings {
      let features = try all(try region(SIMD3(8, 6, 1), noise), .binCount(4), settings)
      #expect(features.values.allSatisfy { !$0.value.isNaN })
    }
    // A slice has the same directions in space and in its plane, for PyRadiomics.
    var planar = TextureSettings()
    planar.aggregation = .directionMerged25D
    let slice = try region(SIMD3(8, 6, 1), noise)
    let (space, plane) = (try all(slice), try all(slice, .binWidth(25), planar))
    #expect(space["glrlm_RunVariance"] == plane["glrlm_RunVariance"])
    #expect(space["glcm_JointEntropy"] == plane["glcm_JointEntropy"])
  }

  @Test func measuresOneGreyLevel() throws {
    for settings in settings {
      let features = try all(
        try region(SIMD3(3, 4, 2), [Double](repeating: 0.1, count: 24)), .binWidth(25), settings)
      #expect(features["firstorder_Skewness"]?.value == 0)
      #expect(features["firstorder_Kurtosis"]?.value == 0)
      #expect(features["glcm_Correlation"]?.value == 1)
      #expect(features["ngtdm_Coarseness"]?.value == 1e6)
      #expect(features["histogram_MaximumGradient"]?.reason == "the region has one grey level")
    }
  }

  @Test func refusesWhatIsNoNumber() throws {
    for bad in [Double.nan, .infinity, -.infinity] {
      let region = try region(SIMD3(3, 1, 1), [1, bad, 2])
      #expect(throws: RadiomicsError.self) { try DiscretisedRegion(region, by: .binWidth(25)) }
      #expect(throws: RadiomicsError.self) { try IntensityVolumeHistogram.features(region, .none) }
      #expect(throws: RadiomicsError.self) {
        try LocalIntensity.features(
          Image(geometry: region.geometry, intensities: region.intensities), mask: region.mask)
      }
    }
  }

  @Test func ignoresWhatIsNoNumberOutside() throws {
    let noise = MadeMask.numbers(seed: 5, count: 60).map { Double($0) }
    let mask = MadeMask.numbers(seed: 6, count: 60).map { $0 < 600 }
    let size = SIMD3(5, 4, 3)
    var spoilt = noise
    for (index, bad) in [Double.nan, .infinity, -.infinity].enumerated() {
      spoilt[mask.indices.filter { !mask[$0] }[index]] = bad
    }
    var (clean, found) = (
      try all(try region(size, noise, mask: mask)), try all(try region(size, spoilt, mask: mask))
    )
    // Spheres take in what surrounds the region.
    for name in ["localintensity_GlobalPeak", "localintensity_LocalPeak"] {
      #expect(found.removeValue(forKey: name)?.value.isFinite == true)
      clean.removeValue(forKey: name)
    }
    #expect(clean == found)
  }

  @Test func takesManyLevels() throws {
    let noise = MadeMask.numbers(seed: 7, count: 1200)
    let values = (0..<600).map { Double(noise[2 * $0] * 1000 + noise[2 * $0 + 1]) / 10 }
    let region = try region(SIMD3(300, 2, 1), values)
    let levels = try DiscretisedRegion(region, by: .binWidth(1))
    #expect(levels.levelCount > 90_000)
    #expect(levels.present.count > GLCM.largestDenseCorrelation)
    var settings = TextureSettings()
    settings.aggregation = .merged3D
    let features = try all(region, .binWidth(1), settings)
    #expect(features.values.allSatisfy { !$0.value.isNaN })
    #expect(features["glszm_ZonePercentage"]!.value > 0.95)
  }

  @Test func measuresHugeIntensities() throws {
    let region = try region(SIMD3(2, 2, 1), [-1.5e308, 0, 1, 1.5e308])
    #expect(throws: RadiomicsError.self) { try DiscretisedRegion(region, by: .binWidth(25)) }
    let statistics = IntensityStatistics(region.intensities)
    #expect(statistics.minimum == -1.5e308 && statistics.maximum == 1.5e308)
    #expect(statistics.median == 0.5)
  }

  @Test func refusesSettings() throws {
    let levels = try DiscretisedRegion(try region(SIMD3(2, 1, 1), [1, 2]), by: .levels)
    var wrong: [TextureSettings] = []
    for distances in [[], [0], [-1], [1, 99]] {
      wrong.append(TextureSettings())
      wrong[wrong.count - 1].distances = distances
    }
    for axis in [-1, 3] {
      wrong.append(TextureSettings())
      wrong[wrong.count - 1].sliceAxis = axis
    }
    wrong.append(TextureSettings())
    wrong[wrong.count - 1].coarseness = -1
    for settings in wrong {
      #expect(throws: RadiomicsError.self) { try GLCM.features(levels, settings) }
      #expect(throws: RadiomicsError.self) { try GLDM.features(levels, settings) }
      #expect(throws: RadiomicsError.self) { try NGTDM.features(levels, settings) }
      #expect(throws: RadiomicsError.self) { try GLRLM.features(levels, settings) }
      #expect(throws: RadiomicsError.self) { try GLSZM.features(levels, settings) }
      #expect(throws: RadiomicsError.self) { try GLDZM.features(levels, settings) }
    }
  }

  @Test func dependsOnNeitherThreadsNorPadding() throws {
    let made = try MadeIntensities.region("blob/15x12x9/0.9x1.1x2.0/2")
    let one = try all(made)
    #expect(try all(made, workers: Workers(count: 3)) == one)
    let size = made.geometry.size
    let wide = try Geometry(size: size &+ SIMD3(3, 1, 4), spacing: made.geometry.spacing)
    var intensities = [Double](repeating: -999, count: wide.voxelCount)
    var mask = [Bool](repeating: false, count: wide.voxelCount)
    for k in 0..<size.z {
      for j in 0..<size.y {
        for i in 0..<size.x {
          let (from, to) = (made.geometry.offset(i, j, k), wide.offset(i + 2, j + 1, k + 1))
          intensities[to] = made.intensities[from]
          mask[to] = made.mask[from]
        }
      }
    }
    var padded = try all(
      Region(geometry: wide, intensities: intensities, mask: mask, shape: mask))
    // Spheres do see beyond the box.
    for name in ["localintensity_GlobalPeak", "localintensity_LocalPeak"] {
      padded[name] = one[name]
    }
    #expect(padded == one)
  }

  @Test func isTheSameSeenFromTheOtherSide() throws {
    let made = try MadeIntensities.region("waves/20x17x12/0.5x0.8x1.0/4")
    let flipped = Region(
      geometry: made.geometry, intensities: made.intensities.reversed(),
      mask: made.mask.reversed(), shape: made.shape.reversed())
    let (one, other) = (try all(made), try all(flipped))
    for (name, feature) in one {
      let value = other[name]?.value ?? .nan
      #expect(agree(feature.value, value, within: 1e-10), "\(name) \(feature.value) \(value)")
    }
  }
}
