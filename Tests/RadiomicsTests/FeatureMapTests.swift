import Foundation
import Parallel
import Testing
import VolumeIO
import Volumes

@testable import Radiomics

/// PyRadiomics' voxel mode; the reference values are those of
/// Tests/Oracles/radiomics/feature_maps.py.
@Suite struct FeatureMapTests {
  /// The scan and region that the script makes.
  private func input() throws -> ExtractionInput {
    let made = try FilterTests.made(.int16).image
    let size = made.geometry.size
    var labels: [UInt16] = []
    for k in 0..<size.z {
      for j in 0..<size.y {
        for i in 0..<size.x {
          let (x, y, z) = (i - 5, j - 5, k - 4)
          labels.append(x * x + y * y + 2 * z * z < 9 ? 1 : 0)
        }
      }
    }
    return ExtractionInput(
      scan: try Volume(
        geometry: made.geometry, channels: 1, samples: made.intensities.map(Float.init)),
      storedType: .int16, labels: try LabelMap(geometry: made.geometry, voxels: labels))
  }

  private func parameters(_ settings: [(String, ParameterValue)]) throws -> ExtractionParameters {
    var parameters = ExtractionParameters()
    parameters.features = [.firstOrder, .glcm, .gldm, .glrlm, .glszm, .ngtdm].map {
      ExtractionParameters.FeatureRequest($0)
    }
    for (name, value) in settings { try parameters.settings.set(name, to: value) }
    return parameters
  }

  @Test func equalsPyRadiomics() throws {
    let url = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(components: "Golden", "feature_maps.json")
    let golden = try JSONDecoder().decode(
      [String: [String: [Double?]]].self, from: Data(contentsOf: url))
    let cases: [(String, [(String, ParameterValue)])] = [
      ("default", []),
      (
        "wide",
        [
          ("kernelRadius", .integer(2)), ("maskedKernel", .boolean(false)),
          ("initValue", .integer(-3)), ("binWidth", .integer(40)),
        ]
      ),
      (
        "planar",
        [
          ("force2D", .boolean(true)), ("force2Ddimension", .integer(1)), ("gldm_a", .integer(1)),
          ("binCount", .integer(8)), ("weightingNorm", .text("euclidean")),
        ]
      ),
    ]
    for (name, settings) in cases {
      let expected = try #require(golden[name])
      var columns: Set<String> = []
      let warnings = try VoxelExtraction.forEachMap(
        try input(), try parameters(settings), workers: Workers(count: 2)
      ) { column, map in
        columns.insert(column)
        guard let expected = expected[column] else {
          #expect(column.hasSuffix("MCC"))
          return
        }
        let found = stride(from: 0, to: map.intensities.count, by: 11).map { map.intensities[$0] }
        try #require(found.count == expected.count)
        for (found, expected) in zip(found, expected) {
          let isSame =
            expected.map { abs(found - $0) <= 1e-9 + 1e-8 * max(abs(found), abs($0)) }
            ?? found.isNaN
          #expect(isSame, "\(name) \(column): \(found), \(String(describing: expected))")
        }
      }
      #expect(warnings.isEmpty)
      #expect(columns.count == 93)
      #expect(columns.isSuperset(of: expected.keys))
    }
  }

  @Test func doesNotDependOnThreads() throws {
    var parameters = try parameters([])
    parameters.features = [ExtractionParameters.FeatureRequest(.glszm)]
    var maps: [[Image]] = []
    for threads in [1, 3] {
      var own: [Image] = []
      _ = try VoxelExtraction.forEachMap(
        try input(), parameters, workers: Workers(count: threads)
      ) { own.append($1) }
      maps.append(own)
    }
    #expect(maps[0] == maps[1])
    #expect(maps[0].count == 16)
    #expect(maps[0][0].geometry.size == SIMD3(7, 7, 7))
  }

  @Test func refusesWrongKernels() throws {
    for radius in [0, -1, 1000] {
      var wrong = try parameters([])
      wrong.settings.kernelRadius = radius
      #expect(throws: RadiomicsError.self) {
        try VoxelExtraction.forEachMap(try input(), wrong) { _, _ in }
      }
    }
  }
}
