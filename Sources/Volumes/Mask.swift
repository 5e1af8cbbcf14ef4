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
    self.geometry = geometry
    self.voxels = voxels
  }

  /// The number of voxels in the set.
  public var count: Int {
    voxels.reduce(0) { $0 + ($1 ? 1 : 0) }
  }

  /// Whether the set is empty.
  public var isEmpty: Bool { !voxels.contains(true) }
}
