import Foundation
import Parallel
import Basics
import Testing
import Volumes

@testable import Radiomics

/// Edges of known width.
@Suite("Sharpness of edges of known width")
struct SharpnessTests {
  /// A ball with a logistic or a Gaussian edge.
  private struct Ball {
    var radius = 10.0
    var spacing = SIMD3(1.0, 1, 1)
    /// The third axis relative to the others.
    var elongation = 1.0
    /// Of the body about (1, 2, 3).
    var angle = 0.0
    var edge: (Double) -> Double
    var noise = 0.0

    /// The scan, and a mask whose surface is where the edge is.
    func made(seed: UInt64 = 1) throws -> (image: Image, mask: [Double]) {
      let reach = radius + 7
      let size = SIMD3(
        Int(2 * reach / spacing.x), Int(2 * reach / spacing.y), Int(2 * reach / spacing.z))
      let geometry = try Geometry(size: size, spacing: spacing)
      // Off the voxels' centres, so that no symmetry helps.
      let centre = SIMD3<Double>(size &- 1) * spacing / 2 + SIMD3(0.21, -0.13, 0.37)
      var generator = SplitMix(seed: seed)
      var (intensities, mask): ([Double], [Double]) = ([], [])
      for k in 0..<size.z {
        for j in 0..<size.y {
          for i in 0..<size.x {
            let way = SIMD3(Double(i), Double(j), Double(k)) * spacing - centre
            let distance = rotated(way)
            intensities.append(
              edge(distance - radius) + noise * SharpnessTests.normal(&generator))
            mask.append(distance < radius ? 1 : 0)
          }
        }
      }
      return (Image(geometry: geometry, intensities: intensities), mask)
    }

    /// The distance from the centre of an ellipsoid's point in the direction, scaled so that its surface
    /// is at the radius, in mm along the normal: to first order the distance to the surface.
    private func rotated(_ way: SIMD3<Double>) -> Double {
      let axis = SIMD3(1.0, 2, 3) / 14.0.squareRoot()
      let (c, s) = (cos(angle), sin(angle))
      let turned = way * c + cross(axis, way) * s + axis * dot(axis, way) * (1 - c)
      let axes = SIMD3(1, 1, elongation)
      let scaled = turned / axes
      let level = dot(scaled, scaled).squareRoot()
      guard level > 0 else { return 0 }
      let slope = scaled / axes / level
      return radius + (level - radius) / dot(slope, slope).squareRoot()
    }
  }

  private static func normal(_ generator: inout SplitMix) -> Double {
    let u = Double.random(in: 1e-12..<1, using: &generator)
    let v = Double.random(in: 0..<1, using: &generator)
    return (-2 * log(u)).squareRoot() * cos(2 * .pi * v)
  }

  /// From 140 inside to 40 outside.
  private static func logistic(_ width: Double) -> (Double) -> Double {
    { 140 - 100 / (1 + exp(-$0 / width)) }
  }

  private static func gaussian(_ deviation: Double) -> (Double) -> Double {
    { 140 - 50 * erfc(-$0 / deviation / 2.0.squareRoot()) }
  }

  private func measured(
    _ ball: Ball, _ settings: SharpnessSettings = SharpnessSettings(), seed: UInt64 = 1
  ) throws -> [String: Double] {
    let made = try ball.made(seed: seed)
    var settings = settings
    settings.mostProfiles = 300
    let features = try SharpnessFeatures.compute(
      made.image, membership: made.mask, settings, workers: Workers(count: 2))
    #expect(features.map(\.name) == SharpnessFeatures.names)
    return Dictionary(uniqueKeysWithValues: features.map { ($0.name, $0.value) })
  }

  @Test(arguments: [0.7, 1.0, 1.6])
  func logisticEdges(width: Double) throws {
    let found = try measured(Ball(radius: 12, edge: Self.logistic(width)))
    #expect(abs(try #require(found["WidthMedian"]) / width - 1) < 0.01)
    #expect(abs(try #require(found["StepMedian"]) / -100 - 1) < 0.01)
    #expect(try #require(found["DiscardedFraction"]) < 0.02)
    #expect(abs(try #require(found["Width1090Median"]) / (4.394 * width) - 1) < 0.011)
    #expect(abs(try #require(found["SlopeMedian"]) / (-25 / width) - 1) < 0.02)
  }

  /// What a sigmoid makes of a Gaussian's edge within 5 mm.
  @Test(arguments: [(1.0, 0.599), (1.5, 0.613), (2.0, 0.631)])
  func gaussianEdges(deviation: Double, ratio: Double) throws {
    var settings = SharpnessSettings()
    settings.samples = 21
    let found = try measured(Ball(edge: Self.gaussian(deviation)), settings)
    #expect(abs(try #require(found["WidthMedian"]) / (deviation * ratio) - 1) < 0.02)
  }

  @Test func noiseOfAFifthOfTheStep() throws {
    var ball = Ball(edge: Self.logistic(1.2))
    ball.noise = 20
    let found = try measured(ball)
    #expect(abs(try #require(found["WidthMedian"]) / 1.2 - 1) < 0.05)
    #expect(abs(try #require(found["StepMedian"]) / -100 - 1) < 0.05)
  }

  @Test func thickSlices() throws {
    var ball = Ball(radius: 13, spacing: SIMD3(1, 1, 3), edge: Self.logistic(1.5))
    ball.noise = 0
    let found = try measured(ball)
    #expect(abs(try #require(found["WidthMedian"]) / 1.5 - 1) < 0.05)
  }

  @Test func rotationOfTheGrid() throws {
    let edge = Self.logistic(1.0)
    let straight = try measured(Ball(elongation: 1.2, edge: edge))
    let turned = try measured(Ball(elongation: 1.2, angle: 0.6, edge: edge))
    for name in ["WidthMedian", "StepMedian"] {
      let (a, b) = (try #require(straight[name]), try #require(turned[name]))
      #expect(abs(a / b - 1) < 0.02)
    }
  }

  @Test func pointSpreadIsTakenOff() throws {
    // Two Gaussians after one another: squares add up.
    var settings = SharpnessSettings()
    settings.pointSpread = 2.3548 * 1.0
    let found = try measured(Ball(edge: Self.gaussian((1.0 + 1.2 * 1.2).squareRoot())), settings)
    #expect(abs(try #require(found["WidthMedian"]) / (0.605 * 1.2) - 1) < 0.05)
  }

  @Test func profilesAreRejectedForReasons() throws {
    var flat = Ball(edge: { _ in 100 })
    flat.noise = 5
    let found = try measured(flat)
    #expect(try #require(found["LowContrastFraction"]) > 0.9)
    #expect(found["DiscardedFraction"].map { $0 > 0.9 } == true)

    let made = try Ball(edge: Self.logistic(1)).made()
    let all = [Bool](repeating: true, count: made.mask.count)
    let excluded = try SharpnessFeatures.compute(
      made.image, membership: made.mask, excluded: all, workers: Workers(count: 1))
    #expect(excluded.first { $0.name == "ExcludedFraction" }?.value == 1)
    #expect(excluded.first { $0.name == "WidthMedian" }?.reason != nil)
  }

  @Test func lesionsThatHaveNoEdge() throws {
    let geometry = try Geometry(size: SIMD3(5, 5, 5))
    let image = Image(geometry: geometry, intensities: [Double](repeating: 1, count: 125))
    #expect(throws: RadiomicsError.self) {
      try SharpnessFeatures.compute(
        image, membership: [Double](repeating: 0, count: 125), workers: Workers(count: 1))
    }
    // One voxel, and the whole image: nothing traps.
    for full in [false, true] {
      let mask = (0..<125).map { full || $0 == 62 ? 1.0 : 0 }
      let features = try SharpnessFeatures.compute(
        image, membership: mask, workers: Workers(count: 1))
      #expect(features.count == SharpnessFeatures.names.count)
    }
  }

  @Test func theNumberOfThreadsChangesNothing() throws {
    let made = try Ball(edge: Self.logistic(0.9)).made()
    let results = try [1, 2].map {
      try SharpnessFeatures.compute(
        made.image, membership: made.mask, workers: Workers(count: $0))
    }
    #expect(results[0] == results[1])
  }
}
