/// A box of voxels: from `low` up to, but without, `high`. It may reach beyond a grid.
public struct VoxelBox: Sendable, Hashable {
  /// The first voxel.
  public let low: SIMD3<Int>
  /// One past the last voxel; larger than `low` along each axis.
  public let high: SIMD3<Int>

  /// Makes a box, or nil where it would be empty.
  public init?(low: SIMD3<Int>, high: SIMD3<Int>) {
    guard (0..<3).allSatisfy({ low[$0] < high[$0] }) else { return nil }
    self.low = low
    self.high = high
  }

  /// All voxels of a grid.
  public init(_ geometry: Geometry) {
    low = .zero
    high = geometry.size
  }

  /// The number of voxels along each axis.
  public var size: SIMD3<Int> { high &- low }

  /// Whether a voxel lies in the box.
  public func contains(_ voxel: SIMD3<Int>) -> Bool {
    (0..<3).allSatisfy { low[$0] <= voxel[$0] && voxel[$0] < high[$0] }
  }

  /// The voxels in both boxes, or nil where there are none.
  public func intersection(_ other: VoxelBox) -> VoxelBox? {
    VoxelBox(
      low: low.replacing(with: other.low, where: other.low .> low),
      high: high.replacing(with: other.high, where: other.high .< high))
  }

  /// The smallest box that holds both.
  public func union(_ other: VoxelBox) -> VoxelBox {
    VoxelBox(
      low: low.replacing(with: other.low, where: other.low .< low),
      high: high.replacing(with: other.high, where: other.high .> high))!
  }

  /// The part that lies in a grid, or nil where there is none.
  public func clamped(to geometry: Geometry) -> VoxelBox? {
    intersection(VoxelBox(geometry))
  }

  /// A box that is larger by a margin on each side, 0 or more voxels along each axis.
  public func padded(by margin: SIMD3<Int>) -> VoxelBox {
    // Margins are cut to what no grid reaches, so that sums cannot overflow.
    let margin = margin.clamped(
      lowerBound: .zero, upperBound: SIMD3(repeating: Geometry.largestVoxelCount))
    return VoxelBox(low: low &- margin, high: high &+ margin)!
  }

  /// A box that is larger on each side by as many voxels as reach over a margin in millimetres.
  public func padded(byMillimetres margin: Double, in geometry: Geometry) -> VoxelBox {
    padded(by: geometry.voxels(across: margin))
  }
}

extension Geometry {
  /// The number of voxels along each axis whose steps together reach over a distance.
  func voxels(across millimetres: Double) -> SIMD3<Int> {
    var voxels = SIMD3<Int>.zero
    for axis in 0..<3 {
      let steps = (millimetres / spacing[axis] - 1e-6).rounded(.up)
      voxels[axis] = steps > 0 ? Int(min(steps, Double(Geometry.largestVoxelCount))) : 0
    }
    return voxels
  }

  /// The grid of the voxels in a box, which may reach beyond this grid.
  ///
  /// - Throws: ``VolumeError/invalidGeometry(_:)`` where the box has too many voxels.
  public func cropped(to box: VoxelBox) throws(VolumeError) -> Geometry {
    var affine = self.affine
    affine.origin = world(at: SIMD3<Double>(box.low))
    return try Geometry(size: box.size, affine: affine)
  }
}
