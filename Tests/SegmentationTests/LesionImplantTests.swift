import Basics
import Foundation
import Parallel
import Phantoms
import Segmentation
import Testing
import Volumes

/// Lesions of one brain in another: what an outsider would see in the result.
@Suite struct LesionImplantTests {
  private let workers = Workers(count: 1)
  private let implant = LesionImplant(modalities: [.t2f])

  /// A ball of brain of a signal, with a ball of lesion of label 3 in it.
  private func brain(
    signal: Double, lesion: (centre: SIMD3<Double>, radius: Double, signal: Double)? = nil,
    radius: Double = 14, seed: Int
  ) throws -> LabelledScans {
    var random = SplitMix(seed: 11, keys: seed)
    let geometry = try Geometry(size: [32, 32, 32])
    var scan = Volume(geometry: geometry)
    var labels = LabelMap(geometry: geometry)
    let centre = SIMD3<Double>(repeating: 15.5)
    for k in 0..<32 {
      for j in 0..<32 {
        for i in 0..<32 {
          let place = SIMD3(Double(i), Double(j), Double(k))
          guard ((place - centre) * (place - centre)).sum() < radius * radius else { continue }
          scan[i, j, k] = Float(signal * (1 + 0.1 * random.normal()))
          guard let lesion else { continue }
          let offset = place - lesion.centre
          guard (offset * offset).sum() < lesion.radius * lesion.radius else { continue }
          scan[i, j, k] = Float(lesion.signal)
          labels[i, j, k] = 3
        }
      }
    }
    return LabelledScans(scans: [scan], labels: labels)
  }

  private func mean(_ scans: LabelledScans, where isWanted: (UInt16) -> Bool) -> Double {
    let scan = scans.scans[0]!
    let values = scans.labels.voxels.indices.filter { index in
      isWanted(scans.labels.voxels[index]) && scan.samples[index] != 0
    }.map { Double(scan.samples[$0]) }
    return values.reduce(0, +) / Double(values.count)
  }

  @Test func carvedLesionKeepsItsContrastOnAnotherScale() throws {
    // Two spreads brighter than tissue of 1000 with a spread of 100.
    let donor = try brain(signal: 1000, lesion: ([18, 14, 15], 5, 1200), seed: 1)
    let host = try brain(signal: 50, seed: 2)
    var random = SplitMix(seed: 3, keys: 0)
    let made = try #require(
      try implant(.patient(donor), in: host, random: &random, workers: workers))
    let voxels = made.labels.voxels.count { $0 == 3 }
    #expect(abs(Double(voxels) / 515 - 1) < 0.1, "\(voxels)")
    // Two spreads of 5 above 50.
    #expect(abs(mean(made) { $0 == 3 } - 60) < 1.5)
    #expect(abs(mean(made) { $0 == 0 } - 50) < 0.5)
    #expect(made.mask != nil)
  }

  @Test func hostKeepsItsOwnLesions() throws {
    let donor = try brain(signal: 100, lesion: ([20, 15, 15], 3, 150), seed: 1)
    var host = try brain(signal: 100, lesion: ([8, 15, 15], 3, 30), seed: 2)
    host.labels.voxels = host.labels.voxels.map { $0 == 3 ? 1 : 0 }
    let before = host.labels.voxels.count { $0 == 1 }
    // A donor on the other side, whether mirrored or not, is rare enough to be looked for.
    let made = try (0..<8).compactMap { attempt -> LabelledScans? in
      var random = SplitMix(seed: 4, keys: attempt)
      return try implant(.patient(donor), in: host, random: &random, workers: workers)
    }
    #expect(made.contains { $0.labels.voxels.count { $0 == 1 } == before })
    #expect(made.allSatisfy { $0.labels.voxels.contains(3) })
  }

  @Test func outlinesAreFilledLikePlaques() throws {
    let donor = try brain(signal: 1, lesion: ([18, 14, 15], 4, 1), seed: 1)
    let host = try brain(signal: 200, seed: 2)
    let outlines = LesionDonor.outlines(
      donor.labels, brain: Mask(nonZeroOf: donor.scans[0]!))
    var random = SplitMix(seed: 5, keys: 0)
    let made = try #require(try implant(outlines, in: host, random: &random, workers: workers))
    let contrast = (mean(made) { $0 == 3 } - 200) / 20
    #expect(0.5...3.5 ~= contrast, "\(contrast)")
    #expect(made.labels.voxels.contains(3))
  }

  @Test func sameBitsForAnyNumberOfThreads() throws {
    let donor = try brain(signal: 1000, lesion: ([18, 14, 15], 5, 1200), seed: 1)
    let host = try brain(signal: 50, seed: 2)
    let results = try [1, 3].map { count in
      var random = SplitMix(seed: 6, keys: 0)
      return try #require(
        try implant(
          .patient(donor), in: host, random: &random, workers: Workers(count: count)))
    }
    #expect(results[0].labels == results[1].labels)
    #expect(results[0].scans == results[1].scans)
  }

  @Test func declinesWhatHasNoPlace() throws {
    let host = try brain(signal: 50, seed: 2)
    let healthy = try brain(signal: 50, seed: 3)
    var random = SplitMix(seed: 7, keys: 0)
    #expect(try implant(.patient(healthy), in: host, random: &random, workers: workers) == nil)
    var without = try brain(signal: 1000, lesion: ([18, 14, 15], 5, 1200), seed: 1)
    without.mask = Mask(nonZeroOf: without.scans[0]!)
    without.scans = [nil]
    #expect(try implant(.patient(without), in: host, random: &random, workers: workers) == nil)
  }
}
