import ConvNet
import Foundation
import Parallel
import Testing
import Volumes

@testable import Segmentation

/// Plans against those of nnU-Net itself.
@Suite struct PlanningTests {
  /// What nnU-Net itself plans for a data set.
  struct Published: Decodable, Sendable {
    let spacing: [Double]
    let shape: [Double]
    let cases: Int
    let channels: Int
    let classes: Int
    let gigabytes: Double
    let patch: Triple
    let batch: Int
    let strides: [Triple]
    let kernels: [Triple]
    let features: [Int]
  }

  @Test func plansAsNNUNet() throws {
    let published: [Published] = try golden("nnunet_plans.json")
    #expect(published.count > 20)
    for row in published {
      let planner = UNetPlanner(
        spacing: row.spacing, medianShape: row.shape, cases: row.cases,
        inputChannels: row.channels, classes: row.classes,
        values: UNetPlanner.referenceValues * row.gigabytes / 8)
      #expect(planner.patch == row.patch, "\(row)")
      #expect(planner.batch == row.batch, "\(row)")
      #expect(planner.network.strides == row.strides, "\(row)")
      #expect(planner.network.kernels == row.kernels, "\(row)")
      #expect(planner.network.features == row.features)
      _ = try planner.network.description()
    }
  }

  @Test func isotropicPatchesAreHalvedToFour() {
    let topology = UNetTopology(spacing: [1, 1, 1], patch: [128, 128, 128])
    #expect(topology.strides == [.one] + [Triple](repeating: Triple(repeating: 2), count: 5))
    #expect(topology.kernels == [Triple](repeating: Triple(repeating: 3), count: 6))
    #expect(topology.divisor == Triple(repeating: 32))
  }

  /// nnU-Net's published network for the prostate: 20 x 320 x 256 voxels of 3.6 x .62 x .62 mm.
  @Test func thickSlicesAreHalvedLater() {
    let topology = UNetTopology(spacing: [3.6, 0.62, 0.62], patch: [20, 320, 256])
    let flat = Triple(1, 2, 2)
    let cube = Triple(2, 2, 2)
    #expect(topology.strides == [.one, flat, flat, cube, cube, flat, flat])
    #expect(
      topology.kernels == [Triple(1, 3, 3), Triple(1, 3, 3)]
        + [Triple](repeating: Triple(3, 3, 3), count: 5))
    #expect(topology.patch == Triple(20, 320, 256))
  }

  @Test func smallPatchesAreHardlyHalvedAndMadeWhole() {
    #expect(UNetTopology(spacing: [1, 1, 1], patch: [7, 7, 7]).strides == [.one])
    // A lone axis is halved from three times the smallest edge on.
    #expect(UNetTopology(spacing: [1, 1, 1], patch: [7, 7, 11]).strides.count == 1)
    #expect(UNetTopology(spacing: [1, 1, 1], patch: [7, 7, 12]).strides.count == 2)
    let topology = UNetTopology(spacing: [1, 1, 1], patch: [13, 9.5, 16])
    #expect(topology.strides == [.one, Triple(repeating: 2)])
    #expect(topology.patch == Triple(14, 10, 16))
  }

  private func fingerprint(
    spacing: [Double], small: [Double], shape: [Double]
  ) -> DatasetFingerprint {
    DatasetFingerprint(
      cases: 10, medianSpacing: spacing, smallSpacing: small, medianShape: shape,
      medianExtent: zip(spacing, shape).map { $0 * $1 }, relativeSize: 0.5,
      intensities: [
        "CT": .init(mean: 90, deviation: 20, quantile005: 10, median: 88, quantile995: 170)
      ],
      labels: [])
  }

  @Test func coarseAxesTakeTheFinerCases() {
    let thick = fingerprint(
      spacing: [1.5, 1.5, 10], small: [1.25, 1.25, 5], shape: [220, 200, 9])
    #expect(thick.targetSpacing == [1.5, 1.5, 5])
    // Never finer than the others.
    let thin = fingerprint(
      spacing: [1.5, 1.5, 10], small: [1.25, 1.25, 1], shape: [220, 200, 9])
    #expect(thin.targetSpacing == [1.5, 1.5, 1.5])
    let usual = fingerprint(spacing: [1, 1, 2.9], small: [1, 1, 1], shape: [220, 200, 60])
    #expect(usual.targetSpacing == [1, 1, 2.9])
    let tall = fingerprint(spacing: [1, 1, 4], small: [1, 1, 1], shape: [220, 200, 90])
    #expect(tall.targetSpacing == [1, 1, 4])
  }

  @Test func intensitiesAreNormalisedByKind() {
    var found = fingerprint(spacing: [1, 1, 1], small: [1, 1, 1], shape: [90, 90, 90])
    #expect(
      found.normalization(of: "CT")
        == .dataset(lower: 10, upper: 170, mean: 90, deviation: 20))
    #expect(found.normalization(of: "FLAIR") == .zScore(over: .mask))
    found.relativeSize = 0.8
    #expect(found.normalization(of: "FLAIR") == .zScore(over: .image))
  }

  @Test func takesTheFingerprintOfCases() throws {
    let cases =
      MadeCases.cases(0..<3) + [
        TrainingCase(name: "gone") { _ in throw SegmentationError.emptyMask("gone") }
      ]
    let found = try #require(DatasetFingerprint(cases, channels: ["T1"]))
    #expect(found.cases == 3)
    #expect(found.medianSpacing == [1, 1, 1])
    // The made brain leaves a border of one voxel.
    #expect(found.medianShape.allSatisfy { 10...20 ~= $0 })
    #expect(found.relativeSize < 1)
    #expect(found.labels.map(\.value) == [1])
    #expect(found.labels[0].cases == 3)
    let volumes = try (0..<3).map { try MadeCases.scans($0).labels.voxels.count { $0 == 1 } }
    #expect(found.labels[0].medianVolume == Double(volumes.sorted()[1]) / 1000)
    let blob = try #require(found.intensities["T1"])
    #expect(abs(blob.mean - 140) < 3)
    #expect(abs(blob.deviation - 8) < 2)
    #expect(blob.quantile005 < blob.median && blob.median < blob.quantile995)
    let plan = TrainingPlan(
      .unet, name: "a", channels: ["T1"], labels: [.init(value: 1, name: "blob")],
      fingerprint: found)
    // Two of a case's size; more would show more than a twentieth of all voxels.
    #expect(plan.training.batch == 2)
    #expect((0..<3).allSatisfy { plan.training.segment[$0] <= 24 })
    _ = try plan.model()
    #expect(DatasetFingerprint([cases[3]], channels: ["T1"]) == nil)
  }
}
