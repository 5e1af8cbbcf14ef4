/// A kind of image that features are computed from: the scan itself, or what a filter makes of it.
///
/// One type may give several images, such as the parts of a wavelet transform.
public enum ImageType: Sendable, Hashable {
  /// The scan as it is: `original`.
  case original
  /// The Laplacian of Gaussian as PyRadiomics computes it: `log-sigma-1-0-mm-3D`.
  ///
  /// - Parameters:
  ///   - sigma: the standard deviation in millimetres, above 0.
  ///   - label: the number as the settings have it (`1.0`, `1`), which the image's name repeats.
  case laplacianOfGaussian(sigma: Double, label: String)
  /// The parts of the stationary wavelet transform: `wavelet-LLH`, `wavelet2-HHH`.
  ///
  /// - Parameters:
  ///   - startLevel: the number of levels to go down before the first whose parts are wanted.
  ///   - levels: the number of levels whose parts are wanted, 1 or more.
  case wavelet(Wavelet, startLevel: Int, levels: Int)
  /// Transformed intensities: `square`, `squareroot`, `logarithm`, `exponential`.
  case transformed(IntensityTransform)
  /// The length of the gradient, by millimetres or by voxels: `gradient`.
  case gradient(usesSpacing: Bool)
  /// The local binary pattern in each slice: `lbp-2D`.
  case localBinaryPattern2D(LocalBinaryPattern2D)
  /// The local binary pattern on a sphere: `lbp-3D-m1`, `lbp-3D-m2`, `lbp-3D-k`.
  case localBinaryPattern3D(LocalBinaryPattern3D)
  /// The response map of a filter of the IBSI: ``ResponseFilter/name``.
  case response(ResponseFilter)

  /// The Laplacian of Gaussian for a standard deviation in millimetres.
  public static func laplacianOfGaussian(sigma: Double) -> ImageType {
    .laplacianOfGaussian(sigma: sigma, label: "\(sigma)")
  }
}

/// An image by its name, such as `wavelet-LLH`, which the features' names begin with.
public struct FilteredImage: Sendable {
  /// The name.
  public let name: String
  /// The image, on the box that was asked for.
  public let image: Image
}

/// The plane of images that are filtered slice by slice.
public struct SlicePlane: Sendable, Hashable {
  /// The voxel axis across the slices.
  public var normal: Int
  /// Whether features too are computed slice by slice: wavelets then leave out the axis across.
  public var isForced: Bool

  /// - Parameters:
  ///   - normal: 0...2; PyRadiomics' `force2Ddimension` counts the other way round, from z.
  ///   - isForced: PyRadiomics' `force2D`.
  public init(normal: Int = 2, isForced: Bool = false) {
    self.normal = normal
    self.isForced = isForced
  }
}
