import Parallel
import Testing
import Volumes

/// Made with NumPy.
private struct StatisticsTable: Decodable {
  struct Expected: Decodable {
    let count: Int
    let minimum: Double
    let maximum: Double
    let mean: Double
    let standardDeviation: Double
    let quantiles: [Double]
  }

  let size: [Int]
  let samples: [Float]
  let mask: String
  let fractions: [Double]
  let all: Expected
  let masked: Expected
}

@Suite struct StatisticsTests {
  private let table: StatisticsTable
  private let volume: Volume
  private let mask: Mask

  init() throws {
    table = try golden("statistics.json")
    let geometry = try Geometry(size: SIMD3(table.size))
    // In the second of two channels.
    volume = try Volume(
      geometry: geometry, channels: 2,
      samples: [Float](repeating: 0, count: table.samples.count) + table.samples)
    mask = try Mask(geometry: geometry, voxels: voxels(table.mask))
  }

  @Test func agreesWithNumPy() throws {
    for (mask, expected) in [(nil, table.all), (mask, table.masked)] {
      let found = try volume.statistics(channel: 1, in: mask, workers: .all)
      #expect(found.count == expected.count)
      #expect(found.minimum == expected.minimum && found.maximum == expected.maximum)
      #expect(abs(found.mean - expected.mean) < 1e-12 * abs(expected.mean))
      #expect(
        abs(found.standardDeviation - expected.standardDeviation)
          < 1e-12 * expected.standardDeviation)
      let one = try volume.statistics(channel: 1, in: mask, workers: Workers(count: 1))
      #expect(one == found)
      let quantiles = try volume.quantiles(channel: 1, in: mask)
      #expect(table.fractions.map { quantiles[$0] } == expected.quantiles)
    }
  }

  @Test func valuesOfAllKinds() throws {
    let geometry = try Geometry(size: [7, 1, 1])
    let samples: [Float] = [0, -.infinity, -.leastNonzeroMagnitude, .infinity, -3, -3, 1e38]
    let volume = try Volume(geometry: geometry, samples: samples)
    let sorted = samples.sorted().map(Double.init)
    let ranks = [0, 1.0 / 6, 2.0 / 6, 0.5, 4.0 / 6, 5.0 / 6, 1]
    let quantiles = try volume.quantiles()
    for rank in 0..<7 { #expect(quantiles[ranks[rank]] == sorted[rank]) }
    #expect(quantiles[-1] == -.infinity && quantiles[2] == .infinity)
    var withNaN = volume
    withNaN.samples[2] = .nan
    #expect(try withNaN.quantiles()[0.5].isNaN)
    let statistics = try withNaN.statistics(workers: .all)
    #expect(statistics.mean.isNaN && statistics.minimum.isNaN && statistics.maximum.isNaN)
  }

  @Test func oneVoxel() throws {
    let volume = Volume(geometry: try Geometry(size: [1, 1, 1]), repeating: 5)
    let statistics = try volume.statistics(workers: .all)
    #expect(statistics.mean == 5 && statistics.standardDeviation == 0)
    #expect(try volume.quantiles()[0.3] == 5)
  }

  @Test func whatCannotBeMeasuredIsAnError() throws {
    let empty = Mask(geometry: volume.geometry)
    let elsewhere = Mask(geometry: try Geometry(size: [1, 1, 1])).inverted
    #expect(throws: VolumeError.emptyMask) { try volume.statistics(in: empty, workers: .all) }
    #expect(throws: VolumeError.emptyMask) { try volume.quantiles(in: empty) }
    #expect(throws: VolumeError.self) { try volume.statistics(in: elsewhere, workers: .all) }
    #expect(throws: VolumeError.self) { try volume.quantiles(in: elsewhere) }
    #expect(throws: VolumeError.self) { try volume.statistics(channel: 2, workers: .all) }
    #expect(throws: VolumeError.self) { try volume.quantiles(channel: -1) }
  }
}
