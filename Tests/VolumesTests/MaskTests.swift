import Testing
import Volumes

@Suite struct MaskTests {
  private let geometry: Geometry
  private let a: Mask
  private let b: Mask

  init() throws {
    geometry = try Geometry(size: [4, 1, 1], spacing: [1, 2, 5])
    a = try Mask(geometry: geometry, voxels: [false, false, true, true])
    b = try Mask(geometry: geometry, voxels: [false, true, false, true])
  }

  @Test func operationsOnSets() throws {
    #expect(try a.union(b).voxels == [false, true, true, true])
    #expect(try a.intersection(b).voxels == [false, false, false, true])
    #expect(try a.subtracting(b).voxels == [false, false, true, false])
    #expect(try a.symmetricDifference(b).voxels == [false, true, true, false])
    #expect(a.inverted.voxels == [true, true, false, false])
    #expect(a.millilitres == 0.02)
    let elsewhere = Mask(geometry: try Geometry(size: [4, 1, 1]))
    #expect(throws: VolumeError.self) { try a.union(elsewhere) }
  }

  @Test func nonZeroInAnyChannel() throws {
    let volume = try Volume(
      geometry: geometry, channels: 2, samples: [0, 1, 0, .nan, 0, 0, -2, -0.0])
    #expect(Mask(nonZeroOf: volume).voxels == [false, true, true, false])
  }

  @Test func maskedVolumes() throws {
    let volume = try Volume(
      geometry: geometry, channels: 2, samples: [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(try volume.masked(by: a).samples == [0, 0, 3, 4, 0, 0, 7, 8])
    let labels = try LabelMap(geometry: geometry, voxels: [1, 2, 3, 4])
    #expect(try labels.masked(by: b).voxels == [0, 2, 0, 4])
    let elsewhere = Mask(geometry: try Geometry(size: [4, 1, 1]))
    #expect(throws: VolumeError.self) { try volume.masked(by: elsewhere) }
  }
}
