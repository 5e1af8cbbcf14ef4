import Testing
import Volumes

@Suite struct ReorientationTests {
  static let letters: [String] = {
    let pairs: [[Character]] = [["R", "L"], ["A", "P"], ["S", "I"]]
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
    return orders.flatMap { order in
      (0..<8).map { flips in String((0..<3).map { pairs[order[$0]][flips >> $0 & 1] }) }
    }
  }()

  @Test func thereAre48Orientations() {
    #expect(Set(Self.letters.compactMap { Orientation($0) }).count == 48)
    for letters in Self.letters { #expect(Orientation(letters)?.description == letters) }
    #expect(Orientation("lps")?.description == "LPS")
    #expect(Orientation("RAS") == .ras)
    for wrong in ["", "RA", "RAR", "RLS", "RASI", "XYZ", "R S"] {
      #expect(Orientation(wrong) == nil)
    }
  }

  @Test(arguments: letters)
  func everyVoxelKeepsItsPlaceAndComesBack(_ letters: String) throws {
    let orientation = try #require(Orientation(letters))
    let geometry = try obliqueGeometry([3, 4, 2])
    let volume = try Volume(geometry: geometry, channels: 2, samples: distinctSamples(48))
    let turned = volume.reoriented(to: orientation)
    #expect(turned.geometry.orientation == orientation)
    for k in 0..<turned.geometry.size.z {
      for j in 0..<turned.geometry.size.y {
        for i in 0..<turned.geometry.size.x {
          let world = turned.geometry.world(at: SIMD3(Double(i), Double(j), Double(k)))
          let voxel = geometry.voxel(at: world)
          let nearest = voxel.rounded(.toNearestOrAwayFromZero)
          #expect((0..<3).allSatisfy { abs(voxel[$0] - nearest[$0]) < 1e-9 })
          let (x, y, z) = (Int(nearest.x), Int(nearest.y), Int(nearest.z))
          for channel in 0..<2 {
            #expect(turned[i, j, k, channel: channel] == volume[x, y, z, channel: channel])
          }
        }
      }
    }
    #expect(try turned.reoriented(like: geometry) == volume)
  }

  @Test func labelsAndMasksComeBackToo() throws {
    let geometry = try obliqueGeometry([5, 3, 4])
    let labels = try LabelMap(
      geometry: geometry, voxels: (0..<60).map { UInt16($0 % 7) },
      table: LabelTable([.init(value: 1, name: "core")]))
    let turned = labels.reoriented(to: .ras)
    #expect(turned.geometry.orientation == .ras)
    #expect(turned.table == labels.table)
    #expect(turned.mask(of: [3]) == labels.mask(of: [3]).reoriented(to: .ras))
    #expect(try turned.reoriented(like: geometry) == labels)
    #expect(throws: VolumeError.self) {
      try turned.reoriented(like: obliqueGeometry([5, 4, 3]))
    }
  }

  /// At 45 degrees an axis is as near to one world axis as to another.
  @Test(arguments: letters)
  func tiesAreBrokenAlike(_ letters: String) throws {
    let orientation = try #require(Orientation(letters))
    let geometry = try Geometry(
      size: [2, 3, 1],
      affine: Affine(i: [1, 1, 0], j: [-1, 1, 0], k: [0, 0, 2], origin: [5, 6, 7]))
    let volume = try Volume(geometry: geometry, samples: distinctSamples(6))
    let turned = volume.reoriented(to: orientation)
    #expect(turned.geometry.orientation == orientation)
    #expect(try turned.reoriented(like: geometry) == volume)
  }

  /// Larger than the blocks in which values are copied.
  @Test func longAxes() throws {
    let geometry = try Geometry(size: [37, 18, 20])
    let volume = try Volume(geometry: geometry, samples: distinctSamples(geometry.voxelCount))
    let turned = volume.reoriented(to: try #require(Orientation("IRP")))
    #expect(turned.geometry.size == [20, 37, 18])
    #expect(turned[0, 5, 2] == volume[5, 15, 19])
    #expect(turned[19, 36, 17] == volume[36, 0, 0])
    #expect(try turned.reoriented(like: geometry) == volume)
  }

  @Test func oneVoxel() throws {
    let volume = Volume(geometry: try Geometry(size: [1, 1, 1], origin: [1, 2, 3]), repeating: 4)
    let turned = volume.reoriented(to: try #require(Orientation("PSL")))
    #expect(turned.samples == [4])
    #expect(turned.geometry.affine.origin == [1, 2, 3])
  }
}
