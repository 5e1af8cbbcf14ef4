import Foundation
import TestSupport
import Testing
import VolumeIO
import Volumes

@testable import Radiomics

/// Intensity and texture features beside PyRadiomics'.
@Suite struct PyRadiomicsTests {
  @Test func agreesOnMadeRegions() throws {
    var compared = 0
    for row in try GoldenTable.rows("texture.csv") where !row["case"]!.hasPrefix("scan/") {
      compared += try compare(row, try MadeIntensities.region(row["case"]!))
    }
    #expect(compared > 5000)
  }

  @Test(
    .enabled(
      if: SharedData.has("pyradiomics"),
      "the scans are not here; MEDCNN_SHARED_DATA names the folder with the shared data"))
  func agreesOnItsTestCases() throws {
    var compared = 0
    for row in try GoldenTable.rows("texture.csv") where row["case"]!.hasPrefix("scan/") {
      let parts = row["case"]!.split(separator: "/")
      let region = try SharedData.region(
        "pyradiomics/\(parts[1])", "pyradiomics/\(parts[2])", label: Int(parts[3])!)
      compared += try compare(row, region)
    }
    #expect(compared > 1000)
  }

  /// The number of features compared.
  private func compare(_ row: [String: Substring], _ region: Region) throws -> Int {
    let computed = try features(region, String(row["settings"]!))
    var compared = 0
    for (name, text) in row where name.contains("_") {
      let expected = try #require(Double(text))
      let found = try #require(computed[name])
      // What is 0 but for rounding.
      let isZero = abs(found) < 1e-14 && abs(expected) < 1e-14
      #expect(
        isZero || agree(found, expected, within: 1e-9),
        "\(row["case"]!) \(row["settings"]!) \(name): \(found), PyRadiomics \(expected)")
      compared += 1
    }
    return compared
  }

  private func features(_ region: Region, _ text: String) throws -> [String: Double] {
    var settings = TextureSettings()
    var discretisation = Discretisation.binWidth(25)
    var shift = 0.0
    for item in text.split(separator: " ") {
      let (name, value) = (item.prefix { $0 != "=" }, item.drop { $0 != "=" }.dropFirst())
      switch name {
      case "binWidth": discretisation = .binWidth(Double(value)!)
      case "binCount": discretisation = .binCount(Int(value)!)
      case "force2D": settings.aggregation = .directionMerged25D
      case "force2Ddimension": settings.sliceAxis = 2 - Int(value)!
      case "weightingNorm": settings.weighting = DistanceWeighting(rawValue: String(value))!
      case "distances": settings.distances = value.split(separator: "+").map { Int($0)! }
      case "gldm_a": settings.coarseness = Int(value)!
      case "symmetricalGLCM": settings.isSymmetrical = value == "1"
      case "voxelArrayShift": shift = Double(value)!
      default: Issue.record("unknown setting \(name)")
      }
    }
    let levels = try DiscretisedRegion(region, by: discretisation)
    let families: [(FeatureClass, [Feature])] = [
      (.firstOrder, try FirstOrder.features(region, levels: levels, voxelArrayShift: shift)),
      (.glcm, try GLCM.features(levels, settings)), (.glrlm, try GLRLM.features(levels, settings)),
      (.glszm, try GLSZM.features(levels, settings)), (.gldm, try GLDM.features(levels, settings)),
      (.ngtdm, try NGTDM.features(levels, settings)),
    ]
    var all: [String: Double] = [:]
    for (family, features) in families {
      #expect(features.map(\.name) == family.names(.pyradiomics).all)
      for feature in features { all["\(family.rawValue)_\(feature.name)"] = feature.value }
    }
    return all
  }
}

/// Regions made by the same rules as in Tests/Oracles/radiomics/texture.py.
enum MadeIntensities {
  /// - Parameter description: `kind/size/spacing/seed`.
  static func region(_ description: Substring) throws -> Region {
    let parts = description.split(separator: "/")
    let size = parts[1].split(separator: "x").map { Int($0)! }
    let spacing = parts[2].split(separator: "x").map { Double($0)! }
    let (count, seed) = (size[0] * size[1] * size[2], UInt64(parts[3])!)
    let noise = MadeMask.numbers(seed: seed, count: count)
    let other = MadeMask.numbers(seed: seed + 100, count: count)
    var (intensities, mask) = ([Double](), [Bool]())
    for index in 0..<count {
      let voxel = [index % size[0], index / size[0] % size[1], index / (size[0] * size[1])]
      let (value, isInside) = voxelValue(parts[0], voxel, size, noise[index], other[index])
      intensities.append(value)
      mask.append(isInside)
    }
    let geometry = try Geometry(
      size: SIMD3(size[0], size[1], size[2]), spacing: SIMD3(spacing[0], spacing[1], spacing[2]))
    return cropped(
      Region(
        geometry: geometry, intensities: intensities, mask: mask, shape: mask,
        storedType: parts[0] == "single" ? .float32 : .float64))
  }

  private static func voxelValue(
    _ kind: Substring, _ voxel: [Int], _ size: [Int], _ noise: Int, _ other: Int
  ) -> (Double, Bool) {
    let (x, y, z) = (voxel[0], voxel[1], voxel[2])
    let value = Double(noise / 4 - 60)
    switch kind {
    case "noise": return (value, other < 700)
    case "blob":
      let radius = (0..<3).reduce(0.0) { sum, axis in
        let distance = Double(2 * voxel[axis] + 1 - size[axis])
        return sum + distance * distance / Double(size[axis] * size[axis])
      }
      return (Double(noise % 60 + 12 * (x / 3 + y / 4)), radius < 0.9)
    case "sparse": return (value, other < 60)
    case "waves": return (Double((x * x + 3 * y * z) % 400 - 100 + noise % 30), other < 930)
    case "real": return (Double(noise) * 0.173 - 11.7, other < 800)
    case "single": return (Double(Float(Double(noise % 61 - 23) * 0.1)), other < 800)
    case "plane": return (value, other < 850)
    case "flat": return (37, true)
    default: return (Double(10 + 100 * (noise % 2)), true)
    }
  }

  /// The region on the box around its mask.
  static func cropped(_ region: Region) -> Region {
    let size = region.geometry.size
    var (low, high) = (size, SIMD3<Int>.zero)
    for index in region.mask.indices where region.mask[index] {
      let voxel = SIMD3(index % size.x, index / size.x % size.y, index / (size.x * size.y))
      for axis in 0..<3 {
        low[axis] = min(low[axis], voxel[axis])
        high[axis] = max(high[axis], voxel[axis])
      }
    }
    var (intensities, mask) = ([Double](), [Bool]())
    for k in low.z...high.z {
      for j in low.y...high.y {
        for i in low.x...high.x {
          intensities.append(region.intensities[region.geometry.offset(i, j, k)])
          mask.append(region.mask[region.geometry.offset(i, j, k)])
        }
      }
    }
    guard
      let geometry = try? Geometry(size: high &- low &+ 1, spacing: region.geometry.spacing)
    else { return region }
    return Region(
      geometry: geometry, intensities: intensities, mask: mask, shape: mask,
      storedType: region.storedType)
  }
}
