import Foundation
import Parallel
import Testing
import Volumes

@testable import Radiomics

@Suite struct ShapeTests {
  @Test func agreesWithPyRadiomics() throws {
    let rows = try GoldenTable.rows("shape.csv")
    #expect(rows.count > 150)
    let cases = Dictionary(grouping: rows) { $0["seed"]! }
    for (seed, rows) in cases {
      let first = rows[0]
      func number(_ name: String) -> Double { Double(first[name]!)! }
      let size = SIMD3(Int(number("nx")), Int(number("ny")), Int(number("nz")))
      let voxels = MadeMask.voxels(kind: first["kind"]!, size: size, seed: UInt64(seed)!)
      let region = try MadeMask.region(
        voxels, size: size, spacing: SIMD3(number("sx"), number("sy"), number("sz")))
      var features = Dictionary(
        uniqueKeysWithValues: try ShapeFeatures.compute(region).map {
          ("shape_" + $0.name, $0.value)
        })
      if first["kind"] == "plane" {
        for feature in try Shape2DFeatures.compute(region, across: 2) {
          features["shape2D_" + feature.name] = feature.value
        }
      }
      #expect(features.count == rows.count)
      for row in rows {
        let name = String(row["feature"]!)
        let expected = Double(row["value"]!)!
        let found = try #require(features[name])
        // PyRadiomics' variance along an axis without any is a rounding error.
        let isZero = abs(found) < 1e-7 && abs(expected) < 1e-7
        #expect(
          isZero || agree(found, expected, within: 1e-12), "\(seed) \(name) \(found) \(expected)")
      }
    }
  }

  @Test func doesNotDependOnThreads() throws {
    let size = SIMD3(33, 29, 31)
    let voxels = MadeMask.voxels(kind: "blob", size: size, seed: 11)
    let region = try MadeMask.region(voxels, size: size, spacing: SIMD3(0.7, 0.9, 1.3))
    let one = try ShapeFeatures.compute(region, workers: Workers(count: 1))
    #expect(try ShapeFeatures.compute(region, workers: Workers(count: 3)) == one)
  }

  @Test func measuresABall() throws {
    let size = SIMD3(repeating: 42)
    let radius = 20.0
    let voxels = (0..<size.x * size.y * size.z).map { index in
      let point = SIMD3<Double>(
        Double(index % size.x), Double(index / size.x % size.y), Double(index / size.x / size.y))
      return length(point - 20.5) <= radius
    }
    let region = try MadeMask.region(voxels, size: size, spacing: SIMD3(1, 1, 1))
    let features = Dictionary(
      uniqueKeysWithValues: try ShapeFeatures.compute(region).map { ($0.name, $0.value) })
    let volume = 4 / 3 * Double.pi * pow(radius, 3)
    #expect(agree(try #require(features["MeshVolume"]), volume, within: 0.01))
    #expect(agree(try #require(features["Maximum3DDiameter"]), 2 * radius, within: 0.03))
    #expect(
      agree(try #require(features["MajorAxisLength"]), 4 * radius / 5.0.squareRoot(), within: 0.01))
  }

  @Test func refusesAnEmptyMask() throws {
    let region = try MadeMask.region(
      [false, false], size: SIMD3(2, 1, 1), spacing: SIMD3(1, 1, 1))
    #expect(throws: RadiomicsError.self) { try ShapeFeatures.compute(region) }
  }

  private func length(_ vector: SIMD3<Double>) -> Double { (vector * vector).sum().squareRoot() }
}
