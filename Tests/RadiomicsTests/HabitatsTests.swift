import Foundation
import Parallel
import Testing

@testable import Radiomics

@Suite struct HabitatsTests {
  /// What scikit-learn's k-means finds, made by Tests/Oracles/radiomics/habitats.py.
  struct Golden: Decodable {
    let count: Int
    let dimensions: Int
    let clusters: Int
    let centres: [Double]
    let inertia: Double
    let sizes: [Int]
    let calinskiHarabasz: Double
  }

  private static func points(_ count: Int, _ dimensions: Int) -> PointSet {
    var state: UInt64 = 7
    return PointSet(
      dimensions: dimensions,
      values: (0..<count * dimensions).map { index in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let noise = Double((state >> 33) % 1000) / 1000
        return noise
          + 0.75 * Double(index / dimensions * 7 / count % (2 + index % dimensions))
      })
  }

  @Test func clustersAreThoseOfScikitLearn() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/habitats.json")
    let cases = try JSONDecoder().decode([Golden].self, from: Data(contentsOf: path))
    #expect(cases.count == 4)
    for golden in cases {
      let points = Self.points(golden.count, golden.dimensions)
      let start = PointSet(
        dimensions: golden.dimensions,
        values: Array(points.values.prefix(golden.clusters * golden.dimensions)))
      let found = KMeans(points, from: start, workers: Workers(count: 2))
      for (value, expected) in zip(found.centres.values, golden.centres) {
        #expect(abs(value - expected) <= 1e-12 * max(1, abs(expected)))
      }
      #expect(abs(found.inertia - golden.inertia) <= 1e-12 * golden.inertia)
      let trial = Habitats.Trial(found, points, points.totalSquares())
      #expect(
        abs(trial.calinskiHarabasz - golden.calinskiHarabasz) <= 1e-11 * golden.calinskiHarabasz)
      var sizes = [Int](repeating: 0, count: golden.clusters)
      for cluster in found.clusters { sizes[Int(cluster)] += 1 }
      #expect(sizes == golden.sizes)
    }
  }

  /// Three groups of two maps, well apart, of different units.
  private static func groups() -> [Habitats.Map] {
    let noise = points(600, 2).values
    let groups = (0..<600).map { $0 % 3 }
    return [
      Habitats.Map("a", groups.enumerated().map { Double([200, 50, 120][$1]) + noise[2 * $0] }),
      Habitats.Map("b", groups.enumerated().map { Double($1) / 10 + noise[2 * $0 + 1] / 1000 }),
    ]
  }

  @Test(arguments: Habitats.Criterion.allCases)
  func theNumberOfGroupsIsFound(_ criterion: Habitats.Criterion) throws {
    let maps = Self.groups()
    let found = try Habitats(of: maps, counts: 2...6, criterion: criterion)
    #expect(found.trials.map(\.count) == [2, 3, 4, 5, 6])
    #expect(found.habitats.map(\.voxels) == [200, 200, 200])
    // The darkest first.
    #expect((0..<6).map { found.numbers[$0] } == [3, 1, 2, 3, 1, 2])
    #expect(found.habitats.map { ($0.means[0] / 10).rounded() } == [5, 12, 20])
  }

  @Test func unitsAndThreadsDoNotMatter() throws {
    let maps = Self.groups()
    let one = try Habitats(of: maps, counts: 4...4, workers: Workers(count: 1))
    let many = try Habitats(of: maps, counts: 4...4, workers: Workers(count: 5))
    #expect(one.numbers == many.numbers && one.habitats == many.habitats)
    #expect(one.trials == many.trials)
    let scaled = maps.map { Habitats.Map($0.name, $0.values.map { 1024 * $0 }) }
    #expect(try Habitats(of: scaled, counts: 4...4).numbers == one.numbers)
    let other = try Habitats(of: maps, counts: 3...3, seed: 5)
    #expect(try Habitats(of: maps, counts: 3...3).numbers == other.numbers)
  }

  @Test func voxelsWithoutValuesHaveNoHabitat() throws {
    var values = Self.groups()[0].values
    values[7] = .nan
    values[9] = .infinity
    let found = try Habitats(of: [Habitats.Map("a", values)], counts: 3...3)
    #expect(found.numbers[7] == 0 && found.numbers[9] == 0)
    #expect(found.habitats.reduce(0) { $0 + $1.voxels } == 598)
  }

  @Test func whatCannotBeDividedIsAnError() {
    for (values, counts) in [
      ([], 2...2), ([1, 1, 1, 1], 2...2), ([1, 2, 1, 2], 2...2), ([1, 2, 3], 2...5),
      ([1, 2, 3], 1...2), ([1, 2, 3], 2...500), ([.nan, .nan, .nan, 1], 2...2),
    ] as [([Double], ClosedRange<Int>)] {
      #expect(throws: RadiomicsError.self) {
        try Habitats(of: [Habitats.Map("a", values)], counts: counts)
      }
    }
  }
}
