extension Geometry {
  /// A grid of another spacing, with the same axes and the centre in the same place.
  ///
  /// The size is that which comes nearest to the same extent, at least 1: `size * spacing / new`
  /// rounded (ties to even), as nnU-Net has it. The spacing is exact, so that the extent differs by
  /// up to half a new voxel on each side.
  ///
  /// - Throws: ``VolumeError/invalidGeometry(_:)`` where the spacing is not positive or leads to too
  ///   many voxels.
  public func resampled(spacing: SIMD3<Double>) throws(VolumeError) -> Geometry {
    guard spacing.isFinite, spacing.min() > 0 else {
      throw .invalidGeometry(
        "a spacing of \(spacing.x)x\(spacing.y)x\(spacing.z) mm; each must be positive")
    }
    let factor = spacing / self.spacing
    let size = (SIMD3<Double>(self.size) / factor).rounded(.toNearestOrEven)
    return try scaled(by: factor, size: size)
  }

  /// A grid of another size over the same extent, from the outer edge of the first voxel to that of
  /// the last.
  ///
  /// The spacing is `size * spacing / new size`, as nnU-Net and scikit-image's `resize` have it.
  ///
  /// - Throws: ``VolumeError/invalidGeometry(_:)`` for a size that is empty or too large.
  public func resized(to size: SIMD3<Int>) throws(VolumeError) -> Geometry {
    // Checked before the division.
    _ = try Geometry(size: size, affine: affine)
    return try scaled(by: SIMD3<Double>(self.size) / SIMD3<Double>(size), size: SIMD3(size))
  }

  private func scaled(
    by factor: SIMD3<Double>, size newSize: SIMD3<Double>
  ) throws(VolumeError) -> Geometry {
    guard newSize.max() <= Double(Geometry.largestVoxelCount) else {
      throw .invalidGeometry("\(newSize.x)x\(newSize.y)x\(newSize.z) voxels are too many")
    }
    let newSize = SIMD3<Int>(newSize.replacing(with: 1, where: newSize .< 1))
    var affine = self.affine
    for axis in 0..<3 { affine[axis] *= factor[axis] }
    let centre = world(at: SIMD3<Double>(size &- 1) / 2)
    affine.origin = .zero
    affine.origin = centre - affine.apply(SIMD3<Double>(newSize &- 1) / 2)
    return try Geometry(size: newSize, affine: affine)
  }
}
