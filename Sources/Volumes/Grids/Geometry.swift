/// Where the voxels of a volume lie: the size of the grid and the affine to millimetres.
///
/// Voxel index (i, j, k), with i fastest in memory. World coordinates are millimetres in RAS+: the
/// first grows to the patient's right, the second to anterior, the third to superior, as in NIfTI.
public struct Geometry: Sendable, Hashable {
  /// The number of voxels along i, j and k, each at least 1.
  public let size: SIMD3<Int>
  /// The map from voxel indices to RAS+ millimetres; its columns are independent.
  public let affine: Affine

  /// - Throws: ``VolumeError/invalidGeometry(_:)`` for an empty size, one of more than 2^34 voxels,
  ///   or an affine that is not finite, singular, or of voxels beyond 1e-20...1e20 mm.
  public init(size: SIMD3<Int>, affine: Affine) throws(VolumeError) {
    guard size.min() >= 1 else {
      throw .invalidGeometry(
        "a size of \(size.x)x\(size.y)x\(size.z) voxels; each must be positive")
    }
    let (plane, overflow) = size.x.multipliedReportingOverflow(by: size.y)
    let (count, overflow2) = plane.multipliedReportingOverflow(by: size.z)
    guard !overflow, !overflow2, count <= Geometry.largestVoxelCount else {
      throw .invalidGeometry("a size of \(size.x)x\(size.y)x\(size.z) voxels is too large")
    }
    guard affine.isUsable else {
      throw .invalidGeometry(
        "an affine that is singular, absurdly large or small, or not finite: \(affine)")
    }
    self.init(size: size, unchecked: affine)
  }

  /// A grid derived from one that was checked.
  init(size: SIMD3<Int>, unchecked affine: Affine) {
    self.size = size
    self.affine = affine
  }

  /// A grid of axes that run to the right, anterior and superior.
  ///
  /// - Parameter spacing: the distance between voxel centres in millimetres.
  public init(
    size: SIMD3<Int>, spacing: SIMD3<Double> = SIMD3(1, 1, 1), origin: SIMD3<Double> = .zero
  ) throws(VolumeError) {
    try self.init(size: size, affine: Affine(spacing: spacing, origin: origin))
  }

  static let largestVoxelCount = 1 << 34

  /// The number of voxels.
  public var voxelCount: Int { size.x * size.y * size.z }

  /// The distances between voxel centres along i, j and k, in millimetres.
  public var spacing: SIMD3<Double> {
    SIMD3(length(affine.i), length(affine.j), length(affine.k))
  }

  /// The volume of a voxel in cubic millimetres.
  public var voxelVolume: Double { abs(affine.determinant) }

  /// The number of voxels that a volume in millilitres fills, not rounded.
  public func voxels(inMillilitres millilitres: Double) -> Double {
    millilitres * 1000 / voxelVolume
  }

  /// The position in memory of voxel (i, j, k).
  public func offset(_ i: Int, _ j: Int, _ k: Int) -> Int {
    (k * size.y + j) * size.x + i
  }

  /// The voxel coordinates of a point given in RAS+ millimetres.
  public func voxel(at world: SIMD3<Double>) -> SIMD3<Double> {
    worldToVoxel.apply(world)
  }

  /// The RAS+ millimetres of a point given in voxel coordinates.
  public func world(at voxel: SIMD3<Double>) -> SIMD3<Double> {
    affine.apply(voxel)
  }

  /// The map from RAS+ millimetres to voxel coordinates.
  public var worldToVoxel: Affine {
    // Checked when the geometry was made.
    affine.inverse!
  }

  /// The eight outer corners of the grid, half a voxel beyond the voxel centres, in RAS+
  /// millimetres.
  public var corners: [SIMD3<Double>] {
    (0..<8).map { corner in
      let isHigh = SIMD3<Double>(Double(corner & 1), Double(corner >> 1 & 1), Double(corner >> 2))
      return world(at: isHigh * SIMD3<Double>(size) - 0.5)
    }
  }

  /// Whether two volumes share a grid: equal sizes, and outer corners that lie within 0.1 % of a voxel
  /// and 1e-3 mm of each other.
  public func matches(_ other: Geometry) -> Bool {
    guard size == other.size else { return false }
    let tolerance = min(1e-3, 1e-3 * spacing.min())
    return zip(corners, other.corners).allSatisfy { length($0 - $1) <= tolerance }
  }
}

extension Geometry: CustomStringConvertible {
  /// Size, spacing, orientation letters and origin on one line.
  public var description: String {
    func list(_ vector: SIMD3<Double>) -> String {
      (0..<3).map { "\((vector[$0] * 1e4).rounded() / 1e4)" }.joined(separator: ", ")
    }
    return "\(size.x)x\(size.y)x\(size.z) voxels of \(list(spacing)) mm, \(orientation), "
      + "origin (\(list(affine.origin)))"
  }
}

extension SIMD3<Double> {
  var isFinite: Bool { x.isFinite && y.isFinite && z.isFinite }
}
