import Parallel
import Testing
import Volumes

/// Made with SciPy's `map_coordinates`, with which ITK's resampling agreed.
private struct ResamplingTable: Decodable {
  struct Grid: Decodable {
    let size: [Int]
    let affine: [Double]

    func geometry() throws -> Geometry {
      func column(_ index: Int) -> SIMD3<Double> { SIMD3(affine[3 * index..<3 * index + 3]) }
      return try Geometry(
        size: SIMD3(size),
        affine: Affine(i: column(0), j: column(1), k: column(2), origin: column(3)))
    }
  }

  struct Case: Decodable {
    let name: String
    let target: Grid
    let nearest: [Double]
    let linear: [Double]
    let cubic: [Double]
    let labels: [UInt16]
    let majority: [UInt16]
    let shareMargin: [Double]

    func values(_ interpolation: Interpolation) -> [Double] {
      switch interpolation {
      case .nearest: nearest
      case .linear: linear
      case .cubic: cubic
      }
    }
  }

  struct Line: Decodable {
    let samples: [Float]
    let places: [Double]
    let values: [Double]
  }

  let source: Grid
  let samples: [Float]
  let outside: Float
  let cases: [Case]
  let lines: [Line]
}

@Suite struct ResamplingTests {
  private let table: ResamplingTable
  private let volume: Volume

  init() throws {
    table = try golden("resampling.json")
    volume = try Volume(geometry: table.source.geometry(), samples: table.samples)
  }

  @Test(arguments: Interpolation.allCases)
  func agreesWithSciPy(_ interpolation: Interpolation) throws {
    for reference in table.cases {
      let result = volume.resampled(
        to: try reference.target.geometry(), by: interpolation, outside: table.outside,
        workers: .all)
      let difference = largestDifference(
        result.samples.map(Double.init), reference.values(interpolation))
      #expect(difference < 2e-5, "\(reference.name)")
    }
  }

  /// Short lines are mirrored several times.
  @Test func splinesOfShortLinesAgreeWithSciPy() throws {
    for line in table.lines {
      let count = line.samples.count
      let volume = try Volume(geometry: Geometry(size: [count, 1, 1]), samples: line.samples)
      // The places are evenly spread from one outer edge to the other.
      let target = try Geometry(
        size: [line.places.count, 1, 1], spacing: [Double(count) / 10, 1, 1],
        origin: [-0.5, 0, 0])
      let result = volume.resampled(to: target, by: .cubic, outside: .nan, workers: .all)
      #expect(largestDifference(result.samples.map(Double.init), line.values) < 1e-6)
    }
  }

  @Test(arguments: Interpolation.allCases)
  func theOwnGridGivesTheOwnValues(_ interpolation: Interpolation) {
    let same = volume.resampled(to: volume.geometry, by: interpolation, workers: .all)
    #expect(
      zip(same.samples, volume.samples).allSatisfy { abs($0 - $1) <= 1e-5 * abs($1) })
  }

  @Test(arguments: Interpolation.allCases)
  func theSameBitsForAnyNumberOfThreads(_ interpolation: Interpolation) throws {
    for reference in table.cases {
      let target = try reference.target.geometry()
      let one = volume.resampled(to: target, by: interpolation, workers: Workers(count: 1))
      let three = volume.resampled(to: target, by: interpolation, workers: Workers(count: 3))
      #expect(one == three)
    }
  }

  @Test func channelsAreIndependent() throws {
    let target = try table.cases[0].target.geometry()
    var second = volume
    second.samples = volume.samples.map { 1000 - $0 }
    let both = try Volume(stacking: [volume, second])
      .resampled(to: target, by: .linear, workers: .all)
    #expect(try both.channel(0) == volume.resampled(to: target, by: .linear, workers: .all))
    #expect(try both.channel(1) == second.resampled(to: target, by: .linear, workers: .all))
  }

  @Test func majorityIsTheLargestOfTheInterpolatedShares() throws {
    for reference in table.cases {
      let labels = try LabelMap(geometry: volume.geometry, voxels: reference.labels)
      let target = try reference.target.geometry()
      let result = labels.resampledByMajority(to: target, workers: .all)
      let margins = zip(reference.majority, reference.shareMargin)
      for (found, (expected, margin)) in zip(result.voxels, margins) where margin > 1e-5 {
        #expect(found == expected)
      }
    }
  }

  @Test func labelsAndMasksAreThoseOfTheNearestVoxels() throws {
    for reference in table.cases {
      let target = try reference.target.geometry()
      let labels = try LabelMap(
        geometry: volume.geometry, voxels: reference.labels,
        table: LabelTable([.init(value: 2, name: "oedema")]))
      let samples = try Volume(
        geometry: volume.geometry, samples: reference.labels.map { Float($0) })
      let result = labels.resampled(to: target, workers: .all)
      let expected = samples.resampled(to: target, by: .nearest, workers: .all)
      #expect(result.voxels.map { Float($0) } == expected.samples)
      #expect(result.table == labels.table)
      #expect(
        labels.mask(of: [1, 2]).resampled(to: target, workers: .all) == result.mask(of: [1, 2]))
    }
  }

  @Test func aGridFarAwayIsAllOutside() throws {
    let far = try Geometry(size: [2, 2, 2], origin: [1e4, 1e4, 1e4])
    for interpolation in Interpolation.allCases {
      let result = volume.resampled(to: far, by: interpolation, outside: -3, workers: .all)
      #expect(result.samples == [Float](repeating: -3, count: 8))
    }
    let aligned = try Geometry(size: [3, 3, 3])
    let beside = try Geometry(size: [2, 1, 2], origin: [0, 3, 0])
    let result = Volume(geometry: aligned, repeating: 1)
      .resampled(to: beside, by: .linear, outside: 9, workers: .all)
    #expect(result.samples == [9, 9, 9, 9])
  }

  @Test func halfWayTheHigherVoxelIsNearest() throws {
    let volume = try Volume(geometry: Geometry(size: [4, 1, 1]), samples: [0, 1, 2, 3])
    let half = try Geometry(size: [4, 1, 1], origin: [0.5, 0, 0])
    let result = volume.resampled(to: half, by: .nearest, workers: .all)
    #expect(result.samples == [1, 2, 3, 3])
  }

  @Test func anotherSpacingKeepsTheCentre() throws {
    let geometry = try obliqueGeometry([10, 11, 5], spacing: [1, 1, 3])
    let fine = try geometry.resampled(spacing: [0.75, 2, 1])
    #expect(fine.size == [13, 6, 15])
    #expect(largestDifference(list(fine.spacing), [0.75, 2, 1]) < 1e-12)
    #expect(largestDifference(list(centre(fine)), list(centre(geometry))) < 1e-9)
    #expect(fine.orientation == geometry.orientation)
    // 2.5 and 3.5 voxels are rounded to the even number.
    let grid = try Geometry(size: [5, 7, 1])
    #expect(try grid.resampled(spacing: [2, 2, 100]).size == [2, 4, 1])
    for wrong in [SIMD3(0, 1, 1), SIMD3(1, -1, 1), SIMD3(1, 1, .nan), SIMD3(1e-9, 1e-9, 1)] {
      #expect(throws: VolumeError.self) { try grid.resampled(spacing: wrong) }
    }
  }

  @Test func anotherSizeKeepsTheExtent() throws {
    let geometry = try obliqueGeometry([10, 11, 5])
    let resized = try geometry.resized(to: [20, 4, 5])
    #expect(resized.size == [20, 4, 5])
    let corner = geometry.world(at: SIMD3(-0.5, -0.5, -0.5))
    #expect(
      largestDifference(list(resized.world(at: SIMD3(-0.5, -0.5, -0.5))), list(corner)) < 1e-9)
    let far = geometry.world(at: SIMD3(9.5, 10.5, 4.5))
    #expect(largestDifference(list(resized.world(at: SIMD3(19.5, 3.5, 4.5))), list(far)) < 1e-9)
    #expect(throws: VolumeError.self) { try geometry.resized(to: [0, 1, 1]) }
  }

  private func centre(_ geometry: Geometry) -> SIMD3<Double> {
    geometry.world(at: SIMD3<Double>(geometry.size &- SIMD3(1, 1, 1)) / 2)
  }

  private func list(_ vector: SIMD3<Double>) -> [Double] { [vector.x, vector.y, vector.z] }
}
