import Testing
import Volumes

@Suite struct GeometryTests {
  @Test func worldAndBack() throws {
    let geometry = try Geometry(
      size: [4, 5, 6],
      affine: Affine(
        i: [-0.9, 0.1, 0], j: [0.1, 0.8, 0.3], k: [0, -0.5, 5], origin: [10, -20, 30]))
    let voxel = SIMD3(1.5, 2, 4.25)
    let back = geometry.voxel(at: geometry.world(at: voxel))
    #expect((0..<3).allSatisfy { abs(back[$0] - voxel[$0]) < 1e-12 })
    #expect(geometry.orientation.description == "LAS")
  }

  @Test func impossibleGridsAreErrors() {
    #expect(throws: VolumeError.self) { try Geometry(size: [0, 1, 1]) }
    #expect(throws: VolumeError.self) { try Geometry(size: [Int.max, Int.max, 2]) }
    #expect(throws: VolumeError.self) { try Geometry(size: [2, 2, 2], spacing: [1, 0, 1]) }
    #expect(throws: VolumeError.self) { try Geometry(size: [2, 2, 2], spacing: [1, .nan, 1]) }
  }

  @Test func nearlyEqualGridsMatch() throws {
    let geometry = try Geometry(size: [10, 10, 10])
    let near = try Geometry(size: [10, 10, 10], origin: [5e-4, 0, 0])
    let far = try Geometry(size: [10, 10, 10], origin: [5e-3, 0, 0])
    #expect(geometry.matches(near))
    #expect(!geometry.matches(far))
  }
}
