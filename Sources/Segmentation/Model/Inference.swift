/// How a network is moved over a scan.
public enum Inference: Sendable, Hashable, Codable {
  /// Once over the whole region, in slabs; for networks without padding, whose output voxel depends
  /// only on a neighbourhood of the input. The region starts at multiples of `alignment` voxels
  /// from voxel (0, 0, 0), so that the phases of subsampled pathways do not depend on the mask:
  /// the least common multiple of their factors. Beyond the image's border its edge values go on.
  ///
  /// With a `tile`, the network sees the scan as if in tiles whose output has so many voxels along
  /// each axis, from voxel (0, 0, 0) on: the phases of subsampled pathways follow the tiles, as in
  /// the program that the network was trained with.
  case streamed(alignment: Int, tile: Int? = nil)
  /// In overlapping windows (nnU-Net): at positions round(i (size - patch) / (n - 1)) along each
  /// axis, with as few windows as keep steps of at most `step` patches.
  ///
  /// - Parameters:
  ///   - patch: the window's extent in voxels, (z, y, x).
  ///   - step: the largest step as a fraction of the patch, above 0 and at most 1.
  ///   - gaussian: the standard deviation of the windows' weights as a fraction of the patch
  ///     (nnU-Net: 1/8); all weights are 1 where nil.
  ///   - mirror: the axes, 0 for z, 1 for y, 2 for x, in all combinations of which the window is
  ///     also seen mirrored and the outputs averaged.
  case windows(patch: [Int], step: Double, gaussian: Double?, mirror: [Int])
}
