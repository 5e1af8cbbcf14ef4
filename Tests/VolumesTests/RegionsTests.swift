import Parallel
import Testing
import Volumes

/// Made with SciPy; connected-components-3d found the same components.
private struct RegionsTable: Decodable {
  struct Case: Decodable {
    let mask: String
    let components: [String: [Int32]]
    let dilated: [String: [String]]
    let eroded: [String: [String]]
    let closed: [String: [String]]
    let filled: String
    let distances: [Double]
    let dilatedByBall: String
    let erodedByBall: String
    let openedByBall: String
    let closedByBall: String
  }

  let size: [Int]
  let spacing: [Double]
  let radius: Double
  let cases: [Case]
}

@Suite struct RegionsTests {
  private let table: RegionsTable
  private let geometry: Geometry

  init() throws {
    table = try golden("regions.json")
    geometry = try Geometry(size: SIMD3(table.size), spacing: SIMD3(table.spacing))
  }

  private func mask(_ bits: String) throws -> Mask {
    try Mask(geometry: geometry, voxels: voxels(bits))
  }

  @Test(arguments: Connectivity.allCases)
  func componentsAgreeWithSciPy(_ connectivity: Connectivity) throws {
    for reference in table.cases {
      let mask = try mask(reference.mask)
      let components = mask.components(connectivity)
      let expected = try #require(reference.components["\(connectivity.rawValue)"])
      #expect(components.labels == expected)
      #expect(components.count == Int(expected.max() ?? 0))
      for number in 1...components.count {
        #expect(components.sizes[number - 1] == expected.filter { $0 == number }.count)
      }
      let largest = mask.largestComponent(connectivity)
      #expect(largest.count == components.sizes.max())
      let kept = mask.removingComponents(smallerThan: 3, connectivity)
      #expect(
        kept.voxels == expected.map { $0 > 0 && components.sizes[Int($0) - 1] >= 3 })
      let millilitres = 3 * geometry.voxelVolume / 1000
      #expect(kept == mask.removingComponents(smallerThanMillilitres: millilitres, connectivity))
      #expect(components.mask(of: 1).voxels == expected.map { $0 == 1 })
    }
  }

  @Test(arguments: Connectivity.allCases)
  func morphologyAgreesWithSciPy(_ connectivity: Connectivity) throws {
    let key = "\(connectivity.rawValue)"
    for reference in table.cases {
      let mask = try mask(reference.mask)
      for iterations in 1...2 {
        let index = iterations - 1
        let dilated = try #require(reference.dilated[key])[index]
        let eroded = try #require(reference.eroded[key])[index]
        let closed = try #require(reference.closed[key])[index]
        #expect(mask.dilated(connectivity, iterations: iterations).voxels == voxels(dilated))
        #expect(mask.eroded(connectivity, iterations: iterations).voxels == voxels(eroded))
        #expect(try mask.closed(connectivity, iterations: iterations).voxels == voxels(closed))
        // Opening is dilation of the eroded set.
        let opened = mask.opened(connectivity, iterations: iterations)
        #expect(try opened.subtracting(mask).isEmpty)
        #expect(opened.opened(connectivity, iterations: iterations) == opened)
      }
    }
  }

  @Test func ballsAgreeWithSciPy() throws {
    for reference in table.cases {
      let mask = try mask(reference.mask)
      let radius = table.radius
      let dilated = try mask.dilated(millimetres: radius, workers: .all)
      #expect(dilated.voxels == voxels(reference.dilatedByBall))
      let eroded = try mask.eroded(millimetres: radius, workers: .all)
      #expect(eroded.voxels == voxels(reference.erodedByBall))
      let opened = try mask.opened(millimetres: radius, workers: .all)
      #expect(opened.voxels == voxels(reference.openedByBall))
      let closed = try mask.closed(millimetres: radius, workers: .all)
      #expect(closed.voxels == voxels(reference.closedByBall))
    }
  }

  @Test func holesAgreeWithSciPy() throws {
    for reference in table.cases {
      #expect(try mask(reference.mask).fillingHoles().voxels == voxels(reference.filled))
    }
  }

  @Test func distancesAgreeWithSciPy() throws {
    for reference in table.cases {
      let distances = try mask(reference.mask).distances(workers: .all)
      #expect(largestDifference(distances, reference.distances) < 1e-12)
    }
  }

  @Test func theSameBitsForAnyNumberOfThreads() throws {
    let mask = try mask(table.cases[0].mask)
    #expect(
      mask.distances(workers: Workers(count: 1)) == mask.distances(workers: Workers(count: 3)))
  }

  @Test func theEmptyMask() throws {
    let empty = Mask(geometry: geometry)
    #expect(empty.components(.corners).count == 0)
    #expect(empty.largestComponent(.faces).isEmpty)
    #expect(empty.removingComponents(smallerThan: 5, .faces).isEmpty)
    #expect(empty.fillingHoles().isEmpty)
    #expect(empty.dilated(.corners).isEmpty && empty.eroded(.faces).isEmpty)
    #expect(try empty.closed(.edges).isEmpty)
    #expect(try empty.dilated(millimetres: 5, workers: .all).isEmpty)
    #expect(try empty.closed(millimetres: 5, workers: .all).isEmpty)
    #expect(empty.distances(workers: .all).allSatisfy { $0 == .infinity })
  }

  @Test func theFullMask() throws {
    let full = Mask(geometry: geometry).inverted
    #expect(full.components(.faces).sizes == [geometry.voxelCount])
    #expect(full.fillingHoles() == full)
    #expect(full.eroded(.faces).count == 7 * 6 * 5)
    #expect(try full.closed(.corners, iterations: 3) == full)
    #expect(try full.closed(millimetres: 3, workers: .all) == full)
    #expect(full.distances(workers: .all).allSatisfy { $0 == 0 })
  }

  @Test func oneVoxel() throws {
    var mask = Mask(geometry: try Geometry(size: [1, 1, 1]))
    #expect(mask.distances(workers: .all) == [.infinity])
    mask[0, 0, 0] = true
    #expect(mask.distances(workers: .all) == [0])
    #expect(mask.components(.corners).labels == [1])
    #expect(mask.dilated(.corners, iterations: .max) == mask)
    #expect(mask.eroded(.faces).isEmpty)
    #expect(mask.fillingHoles() == mask)
    #expect(try mask.dilated(millimetres: 1e12, workers: .all) == mask)
  }

  @Test func impossibleRadiiAreErrors() throws {
    let mask = Mask(geometry: geometry).inverted
    for radius in [-1, .nan, .infinity] {
      #expect(throws: VolumeError.self) { try mask.dilated(millimetres: radius, workers: .all) }
      #expect(throws: VolumeError.self) { try mask.closed(millimetres: radius, workers: .all) }
    }
    #expect(throws: VolumeError.self) { try mask.closed(millimetres: 1e12, workers: .all) }
    #expect(throws: VolumeError.self) { try mask.closed(.faces, iterations: .max) }
  }

  /// A shell with a gap in it is no hole.
  @Test func aHoleIsWhatNoPathLeadsOutOf() throws {
    var shell = Mask(geometry: try Geometry(size: [5, 5, 5]))
    for k in 1...3 {
      for j in 1...3 {
        for i in 1...3 { shell[i, j, k] = (i, j, k) != (2, 2, 2) }
      }
    }
    #expect(shell.fillingHoles()[2, 2, 2])
    shell[2, 2, 3] = false
    #expect(shell.fillingHoles() == shell)
    // A path that leads over an edge is none.
    shell[2, 2, 3] = true
    shell[1, 1, 2] = false
    #expect(shell.fillingHoles()[2, 2, 2])
  }
}
