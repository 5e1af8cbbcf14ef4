/// A set of voxels on a grid. The memory order is that of ``Volume``.
public struct Mask: Sendable, Equatable {
  /// The grid.
  public let geometry: Geometry
  /// Whether each voxel belongs to the set.
  public var voxels: [Bool]

  /// - Throws: ``VolumeError/sampleCount(found:expected:)`` where the voxels do not fit.
  public init(geometry: Geometry, voxels: [Bool]) throws(VolumeError) {
    guard voxels.count == geometry.voxelCount else {
      throw .sampleCount(found: voxels.count, expected: geometry.voxelCount)
    }
    self.init(geometry: geometry, unchecked: voxels)
  }

  init(geometry: Geometry, unchecked voxels: [Bool]) {
    precondition(voxels.count == geometry.voxelCount)
    self.geometry = geometry
    self.voxels = voxels
  }

  /// The empty set.
  public init(geometry: Geometry) {
    self.init(
      geometry: geometry, unchecked: [Bool](repeating: false, count: geometry.voxelCount))
  }

  /// The voxels that are not zero in at least one channel; NaN counts as zero.
  public init(nonZeroOf volume: Volume) {
    let count = volume.geometry.voxelCount
    let voxels = [Bool](unsafeUninitializedCapacity: count) { voxels, initialized in
      voxels.initialize(repeating: false)
      volume.samples.withUnsafeBufferPointer { samples in
        for channel in 0..<volume.channels {
          let samples = UnsafeBufferPointer(
            rebasing: samples[channel * count..<(channel + 1) * count])
          for index in 0..<count where samples[index] < 0 || samples[index] > 0 {
            voxels[index] = true
          }
        }
      }
      initialized = count
    }
    self.init(geometry: volume.geometry, unchecked: voxels)
  }

  /// Whether a voxel belongs to the set.
  public subscript(i: Int, j: Int, k: Int) -> Bool {
    get { voxels[geometry.offset(i, j, k)] }
    set { voxels[geometry.offset(i, j, k)] = newValue }
  }

  /// The number of voxels in the set.
  public var count: Int {
    voxels.reduce(0) { $0 + ($1 ? 1 : 0) }
  }

  /// Whether the set is empty.
  public var isEmpty: Bool { !voxels.contains(true) }

  /// The volume of the set in millilitres.
  public var millilitres: Double { Double(count) * geometry.voxelVolume / 1000 }
}
