import ConvNet
import Foundation
import Parallel
import Testing
import Volumes

@testable import Segmentation

@Suite struct SegmenterTests {
  /// A ball of brain with a bright ball in it, on a grid that is not in canonical order.
  private func scan(size: SIMD3<Int> = [20, 18, 16], seed: Float = 0) throws -> Volume {
    let affine = Affine(
      i: [0, -1.5, 0], j: [-1, 0, 0], k: [0, 0, 2], origin: [10, 20, -7])
    var volume = Volume(geometry: try Geometry(size: size, affine: affine))
    for k in 0..<size.z {
      for j in 0..<size.y {
        for i in 0..<size.x {
          let centre = SIMD3<Double>(size &- 1) / 2
          let offset = SIMD3<Double>(SIMD3(i, j, k)) - centre
          let lesion = offset - SIMD3(2, 3, 1)
          let texture = Float((i * 7 + j * 5 + k * 3) % 11) / 11 + seed
          if (lesion * lesion).sum() <= 6.3 {
            volume[i, j, k] = 9 + texture
          } else if ((offset / (centre - 1)) * (offset / (centre - 1))).sum() <= 1 {
            volume[i, j, k] = 2 + texture
          }
        }
      }
    }
    return volume
  }

  private let oneThread: Segmenter.Options = {
    var options = Segmenter.Options()
    options.workers = Workers(count: 1)
    return options
  }()

  /// What a kernel of ones over the z-scored scan finds, computed the plain way.
  private func expected(_ scan: Volume, radius: Int, zeroPadded: Bool) -> [UInt16] {
    let inside = scan.samples.filter { $0 != 0 }.map(Double.init)
    let mean = inside.reduce(0, +) / Double(inside.count)
    let variance = inside.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(inside.count)
    let size = scan.geometry.size
    var labels = [UInt16](repeating: 0, count: scan.samples.count)
    for k in 0..<size.z {
      for j in 0..<size.y {
        for i in 0..<size.x where scan[i, j, k] != 0 {
          var sum = 0.0
          for c in -radius...radius {
            for b in -radius...radius {
              for a in -radius...radius {
                let place = SIMD3(i + a, j + b, k + c)
                let clamped = place.clamped(lowerBound: .zero, upperBound: size &- 1)
                if zeroPadded, place != clamped { continue }
                let value = Double(scan[clamped.x, clamped.y, clamped.z])
                if value != 0 { sum += (value - mean) / variance.squareRoot() }
              }
            }
          }
          if sum > 0 { labels[scan.geometry.offset(i, j, k)] = 1 }
        }
      }
    }
    return labels
  }

  @Test func streamedInferenceFindsWhatTheDefinitionSays() throws {
    let scan = try scan()
    let truth = expected(scan, radius: 1, zeroPadded: false)
    #expect(truth.contains(1))
    for axes in [Preprocessing.Axes.stored, .ras] {
      let model = try smallModel(preprocessing: Preprocessing(axes: axes), kernel: 3)
      let result = try Segmenter(model, options: oneThread).segment([scan])
      #expect(result.labels.voxels == truth)
      #expect(result.labels.geometry == scan.geometry)
      #expect(result.warnings == [])
      #expect(result.counts.map(\.label) == [1])
      #expect(result.counts[0].voxels == truth.count { $0 == 1 })
      #expect(result.counts[0].name == "lesion")
    }
  }

  @Test func tilesSlabsAndThreadsDoNotMatter() throws {
    let scan = try scan()
    let model = try smallModel(inference: .streamed(alignment: 3), kernel: 3)
    let whole = try Segmenter(model, options: oneThread).segment([scan])
    for tile in [5, 7, 40] {
      var options = oneThread
      options.tile = tile
      #expect(try Segmenter(model, options: options).segment([scan]).labels == whole.labels)
    }
    var options = Segmenter.Options()
    options.workers = Workers(count: 2)
    options.keepsProbabilities = true
    let two = try Segmenter(model, options: options).segment([scan])
    #expect(two.labels == whole.labels)
    options.workers = Workers(count: 1)
    #expect(try Segmenter(model, options: options).segment([scan]) == two)
    // Little memory: thin slabs and several columns.
    options.memory = 60_000
    #expect(try Segmenter(model, options: options).segment([scan]).labels == whole.labels)
    options.memory = 100
    #expect(throws: SegmentationError.self) {
      try Segmenter(model, options: options).segment([scan])
    }
  }

  @Test func probabilities() throws {
    let scan = try scan()
    var options = oneThread
    options.keepsProbabilities = true
    let result = try Segmenter(try smallModel(), options: options).segment([scan])
    let probabilities = try #require(result.probabilities)
    #expect(probabilities.channels == 2)
    for index in scan.samples.indices {
      let pair = (
        probabilities.samples[index], probabilities.samples[scan.samples.count + index]
      )
      #expect(abs(pair.0 + pair.1 - 1) < 1e-6)
      #expect(result.labels.voxels[index] == (pair.1 > pair.0 ? 1 : 0))
      if scan.samples[index] == 0 { #expect(pair.0 == 1) }
    }
  }

  @Test func windows() throws {
    let scan = try scan()
    let truth = expected(scan, radius: 0, zeroPadded: true)
    // With a kernel of one voxel, windows, weights and mirroring change nothing.
    let model = try smallModel(
      preprocessing: Preprocessing(axes: .ras),
      inference: .windows(patch: [8, 9, 24], step: 0.5, gaussian: 0.125, mirror: [0, 1, 2]))
    var progress: [Double] = []
    let result = try Segmenter(model, options: oneThread).segment([scan]) { progress.append($0) }
    #expect(result.labels.voxels == truth)
    #expect(progress == progress.sorted())
    #expect(progress.last == 1)
  }

  @Test func resampledSpacing() throws {
    let scan = try scan()
    let model = try smallModel(preprocessing: Preprocessing(axes: .ras, spacing: [1, 1, 1]))
    var options = oneThread
    options.keepsProbabilities = true
    let result = try Segmenter(model, options: options).segment([scan])
    #expect(result.labels.geometry == scan.geometry)
    #expect(result.probabilities?.geometry == scan.geometry)
    for index in scan.samples.indices {
      if scan.samples[index] >= 9 { #expect(result.labels.voxels[index] == 1) }
      if scan.samples[index] == 0 { #expect(result.labels.voxels[index] == 0) }
    }
  }

  @Test func regionsOverlap() throws {
    let base = try smallModel()
    let model = try Model(
      network: base.network, channels: base.channels, preprocessing: base.preprocessing,
      inference: base.inference,
      output: Output(activation: .sigmoid, decision: .regions, threshold: 0.4, values: [2, 1]),
      labels: LabelTable([.init(value: 1, name: "core"), .init(value: 2, name: "whole")]),
      card: base.card)
    let scan = try scan()
    let result = try Segmenter(model, options: oneThread).segment([scan])
    // Output 0 is always 0, of probability 1/2: the whole brain.
    #expect(result.counts.map(\.label) == [1, 2])
    #expect(result.total.voxels == scan.samples.count { $0 != 0 })
    #expect(result.counts[0].voxels > 0)
  }

  @Test func channelsOnOtherGridsAreResampledWithAWarning() throws {
    let first = try scan()
    let channels = ["T1", "T2"].map { Channel(name: $0, normalization: .zScore(over: .mask)) }
    let model = try smallModel(channels: channels)
    let second = first.reoriented(to: .ras)
    let result = try Segmenter(model, options: oneThread).segment([first, second])
    #expect(result.labels.geometry == first.geometry)
    #expect(result.warnings.count == 1)
    #expect(result.warnings[0].hasPrefix("T2 was resampled from 18x20x16 voxels"))
    let same = try Segmenter(model, options: oneThread).segment([first, first])
    #expect(result.labels == same.labels)

    let far = try Volume(
      geometry: Geometry(size: [4, 4, 4], spacing: [1, 1, 1], origin: [500, 0, 0]),
      samples: [Float](repeating: 1, count: 64))
    #expect {
      try Segmenter(model, options: oneThread).segment([first, far])
    } throws: {
      "\($0)".contains("shares no voxel that is not zero")
    }
  }

  @Test func notANumber() throws {
    var scan = try scan()
    scan[0, 0, 0] = .nan
    scan[1, 0, 0] = .infinity
    let model = try smallModel()
    let result = try Segmenter(model, options: oneThread).segment([scan])
    #expect(result.warnings == ["T1: 2 voxels that are NaN or infinite count as background, 0"])
    #expect(
      result.labels == (try Segmenter(model, options: oneThread).segment([self.scan()]).labels))
  }

  @Test func masks() throws {
    let scan = try scan()
    let model = try smallModel()
    let empty = Mask(geometry: scan.geometry)
    #expect(
      throws: SegmentationError.emptyMask(
        "the mask is empty; give one that covers the brain, or none")
    ) {
      try Segmenter(model).segment([scan], mask: empty)
    }
    #expect(
      throws: SegmentationError.emptyMask("all voxels of the scans are zero; check the files")
    ) {
      try Segmenter(model).segment([Volume(geometry: scan.geometry)])
    }
    var half = Mask(nonZeroOf: scan)
    for index in 0..<half.voxels.count / 2 { half.voxels[index] = false }
    let result = try Segmenter(model, options: oneThread).segment([scan], mask: half)
    #expect(!zip(result.labels.voxels, half.voxels).contains { $0 != 0 && !$1 })
    let elsewhere = try Segmenter(model, options: oneThread).segment(
      [scan], mask: half.reoriented(to: .ras))
    #expect(elsewhere.labels == result.labels)
    #expect(elsewhere.warnings.count == 1)
  }

  @Test func wrongNumberOfScans() throws {
    let model = try smallModel()
    let scan = try scan()
    #expect {
      try Segmenter(model).segment([scan, scan])
    } throws: {
      "\($0)" == "found 2 scans; the model takes 1 (T1); give --t1 FILE"
    }
    let two = try Volume(stacking: [scan, scan])
    #expect(throws: SegmentationError.self) { try Segmenter(model).segment([two]) }
    #expect(throws: SegmentationError.self) { try Segmenter(model).segment([]) }
    let channels = ["T1", "T2"].map { Channel(name: $0, normalization: .zScore(over: .mask)) }
    let double = try smallModel(channels: channels)
    let stacked = try Segmenter(double, options: oneThread).segment([two])
    let separate = try Segmenter(double, options: oneThread).segment([scan, scan])
    #expect(stacked == separate)
  }

  @Test func takesAnySubsetOfOptionalScans() throws {
    let scan = try scan()
    func channels(_ optional: [Bool?]) -> [Channel] {
      zip(["T1", "T2"], optional).map {
        Channel(name: $0, normalization: .zScore(over: .mask), optional: $1)
      }
    }
    let any = try Segmenter(try smallModel(channels: channels([true, true])), options: oneThread)
    // What is absent is 0; the kernel of ones adds nothing for it.
    let first = try any.segment([scan, nil])
    let second = try any.segment([nil, scan])
    #expect(first.labels == second.labels)
    #expect(first.total.voxels > 0)
    #expect(try any.segment([scan, scan]).labels.geometry == first.labels.geometry)
    #expect { try any.segment([nil, nil]) } throws: {
      "\($0)".contains("found no scan") && "\($0)".contains("--t1 FILE or --t2 FILE")
    }
    let one = try Segmenter(try smallModel(channels: channels([true, nil])), options: oneThread)
    #expect(try one.segment([nil, scan]).labels == second.labels)
    #expect { try one.segment([scan, nil]) } throws: {
      "\($0)" == "found T1; the model takes 2 (T1, T2, of which some may be absent); give --t2 FILE"
    }
    let strict = try Segmenter(try smallModel(channels: channels([nil, nil])), options: oneThread)
    #expect(throws: SegmentationError.self) { try strict.segment([scan, nil]) }
  }

  @Test func cleaning() throws {
    let scan = try scan()
    var options = oneThread
    let model = try smallModel()
    let all = try Segmenter(model, options: options).segment([scan])
    options.smallestLesion = 1000
    #expect(try Segmenter(model, options: options).segment([scan]).total.voxels == 0)
    let careful = try smallModel(smallestLesion: 1000)
    options.smallestLesion = nil
    #expect(try Segmenter(careful, options: options).segment([scan]).total.voxels == 0)
    options.smallestLesion = 0
    #expect(try Segmenter(careful, options: options).segment([scan]).labels == all.labels)
    options.keepsLargestOnly = true
    let largest = try Segmenter(model, options: options).segment([scan])
    #expect(largest.total.lesions == 1)
    #expect(largest.total.voxels <= all.total.voxels)
  }

  @Test func optionsThatDoNotFit() throws {
    var options = Segmenter.Options()
    options.tile = 27
    let windows = try smallModel(
      inference: .windows(patch: [8, 8, 8], step: 0.5, gaussian: nil, mirror: []))
    #expect(throws: SegmentationError.self) { try Segmenter(windows, options: options) }
    options.tile = -1
    #expect(throws: SegmentationError.self) { try Segmenter(smallModel(), options: options) }
  }
}
