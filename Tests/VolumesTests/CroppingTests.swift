import Testing
import Volumes

@Suite struct CroppingTests {
  @Test func croppedVoxelsKeepTheirPlace() throws {
    let volume = try Volume(
      geometry: obliqueGeometry([5, 6, 4]), channels: 2, samples: distinctSamples(240))
    let box = try #require(VoxelBox(low: [1, 2, 1], high: [4, 6, 3]))
    let part = try volume.cropped(to: box)
    #expect(part.geometry.size == [3, 4, 2])
    #expect(part[2, 3, 1, channel: 1] == volume[3, 5, 2, channel: 1])
    #expect(part.geometry.world(at: [0, 0, 0]) == volume.geometry.world(at: [1, 2, 1]))
    var back = Volume(geometry: volume.geometry, channels: 2, repeating: -1)
    try back.paste(part, at: box.low)
    #expect(back[3, 5, 2, channel: 1] == volume[3, 5, 2, channel: 1])
    #expect(back[0, 5, 2] == -1)
    #expect(back.samples.filter { $0 != -1 }.count == 48)
  }

  @Test func boxesMayReachBeyondTheGrid() throws {
    let labels = try LabelMap(geometry: Geometry(size: [2, 2, 1]), voxels: [1, 2, 3, 4])
    let wide = try labels.cropped(
      to: VoxelBox(labels.geometry).padded(by: [1, 0, 1]), outside: 9)
    #expect(wide.geometry.size == [4, 2, 3])
    #expect(wide.voxels[8..<16] == [9, 1, 2, 9, 9, 3, 4, 9])
    #expect(wide.voxels.filter { $0 == 9 }.count == 20)
    let beside = try labels.cropped(to: #require(VoxelBox(low: [5, 5, 5], high: [6, 7, 6])))
    #expect(beside.voxels == [0, 0])
    var target = labels
    try target.paste(wide, at: [-1, 0, -1])
    #expect(target == labels)
    for far in [Int.min, Int.max, -100] { try target.paste(wide, at: SIMD3(far, 0, 0)) }
    #expect(target == labels)
  }

  @Test func absurdBoxesAreErrors() throws {
    let mask = Mask(geometry: try Geometry(size: [2, 2, 2]))
    let endless = try #require(
      VoxelBox(low: SIMD3(repeating: .min), high: SIMD3(repeating: .max)))
    #expect(throws: VolumeError.self) { try mask.cropped(to: endless) }
    #expect(VoxelBox(low: [0, 0, 0], high: [1, 0, 1]) == nil)
    let volume = Volume(geometry: mask.geometry)
    var twoChannels = Volume(geometry: mask.geometry, channels: 2)
    #expect(throws: VolumeError.self) { try twoChannels.paste(volume, at: .zero) }
  }

  @Test func boxesOfMasks() throws {
    var mask = Mask(geometry: try Geometry(size: [6, 5, 4], spacing: [1, 2, 0.3]))
    #expect(mask.boundingBox == nil)
    mask[4, 1, 2] = true
    #expect(mask.boundingBox == VoxelBox(low: [4, 1, 2], high: [5, 2, 3]))
    mask[2, 3, 2] = true
    let box = try #require(mask.boundingBox)
    #expect(box == VoxelBox(low: [2, 1, 2], high: [5, 4, 3]))
    // 0.9 mm are three voxels of 0.3 mm, in spite of rounding.
    let padded = box.padded(byMillimetres: 0.9, in: mask.geometry)
    #expect(padded == VoxelBox(low: [1, 0, -1], high: [6, 5, 6]))
    #expect(padded.clamped(to: mask.geometry) == VoxelBox(low: [1, 0, 0], high: [6, 5, 4]))
    #expect(box.padded(byMillimetres: .nan, in: mask.geometry) == box)
    #expect(box.contains([2, 1, 2]) && !box.contains([5, 1, 2]))
    #expect(box.union(padded) == padded && box.intersection(padded) == box)
  }
}
