/// How a value between voxels is found.
public enum Interpolation: String, Sendable, CaseIterable {
  /// The value of the nearest voxel; half-way, that of the higher index.
  case nearest
  /// Trilinear.
  case linear
  /// The cubic B-spline through the samples (Unser, Aldroubi and Eden 1993), exact at the voxels.
  ///
  /// Each output depends on the whole volume a little; one NaN spoils the rows through it.
  case cubic
}
