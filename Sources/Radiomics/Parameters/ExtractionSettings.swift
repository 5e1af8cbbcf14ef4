/// PyRadiomics' settings, by its names, ranges and defaults.
public struct ExtractionSettings: Sendable, Equatable {
  // Preprocessing.
  /// Whether the scan is centred and divided by its standard deviation.
  public var normalize = false
  /// What normalised intensities are multiplied by.
  public var normalizeScale = 1.0
  /// Beyond how many standard deviations normalised intensities are cut.
  public var removeOutliers: Double?
  /// Millimetres between voxels, along x, y and z; 0 keeps that of the mask. nil leaves all.
  public var resampledPixelSpacing: SIMD3<Double>?
  /// How intensities are interpolated; nil leaves the grid.
  public var interpolator: ScanInterpolator? = .cubicSpline
  /// How many voxels around the region are kept for filters.
  public var padDistance = 5
  /// Whether the scan is cut to the region and ``padDistance`` where it is not resampled.
  public var preCrop = false

  // Resegmentation.
  /// One or two thresholds on the intensities of the region.
  public var resegmentRange: [Double]?
  /// What the thresholds are parts of.
  public var resegmentMode = ResegmentMode.absolute
  /// Whether the shape is that of the resegmented region.
  public var resegmentShape = false

  // Mask.
  /// Along how many axes the region must have more than one voxel, 1 to 3.
  public var minimumROIDimensions = 2
  /// How many voxels the region must exceed.
  public var minimumROISize: Int?
  /// How far grids may be apart, as a part of a voxel; nil for the program's own tolerance.
  public var geometryTolerance: Double?
  /// Whether a mask on another grid is brought to the scan's.
  public var correctMask = false
  /// The label of the region.
  public var label = 1
  /// The layer of a mask with several.
  public var labelChannel = 0
  /// Whether diagnostics precede the features.
  public var additionalInfo = true

  // Grey levels and texture.
  /// The width of bins.
  public var binWidth = 25.0
  /// The number of bins, instead of their width.
  public var binCount: Int?
  /// Whether texture is sought within slices.
  public var force2D = false
  /// The axis across the slices, 0 for z to 2 for x.
  public var force2Ddimension = 0
  /// How directions are weighted by distance.
  public var weightingNorm: DistanceWeighting?
  /// The distances of neighbours in voxels.
  public var distances = [1]
  /// Whether pairs count in both orders.
  public var symmetricalGLCM = true
  /// The largest difference of dependent levels.
  public var gldmA = 0
  /// What is added to intensities before energies are computed.
  public var voxelArrayShift = 0.0

  // Filters.
  /// The Gaussians' standard deviations in millimetres.
  public var sigma: [Sigma] = []
  /// How many levels of wavelets are left out first.
  public var startLevel = 0
  /// How many levels of wavelets are computed.
  public var level = 1
  /// The name of the wavelet.
  public var wavelet = "coif1"
  /// Whether gradients are by the millimetre.
  public var gradientUseSpacing = true
  /// The radius of the two-dimensional pattern in voxels.
  public var lbp2DRadius = 1.0
  /// The points of the two-dimensional pattern.
  public var lbp2DSamples = 8
  /// The kind of the two-dimensional pattern.
  public var lbp2DMethod = "uniform"
  /// The levels of spherical harmonics.
  public var lbp3DLevels = 2
  /// The radius of the sphere in voxels.
  public var lbp3DIcosphereRadius = 1.0
  /// How often the sphere's faces are divided.
  public var lbp3DIcosphereSubdivision = 1

  // Maps of features.
  /// The radius of the kernel in voxels.
  public var kernelRadius = 1
  /// Whether the kernel sees the region alone.
  public var maskedKernel = true
  /// The value outside the region.
  public var initValue = 0.0
  /// How many voxels PyRadiomics takes at a time; results do not depend on it.
  public var voxelBatch = -1

  /// The settings as they were given, in PyRadiomics' order, for the diagnostics.
  public private(set) var record = ExtractionSettings.defaultRecord

  /// The names of the settings that were set, in their order.
  public private(set) var given: [String] = []

  /// PyRadiomics' defaults.
  public init() {}

  /// A standard deviation, and the text by which the image is called.
  public struct Sigma: Sendable, Hashable {
    /// In millimetres.
    public let millimetres: Double
    /// As the settings have it, such as `1.0`.
    public let text: String
  }

  mutating func note(_ name: String, _ value: ParameterValue) {
    given.append(name)
    let entry = ParameterValue.Entry(name, value)
    if let index = record.firstIndex(where: { $0.key == name }) {
      record[index] = entry
    } else {
      record.append(entry)
    }
  }

  /// What PyRadiomics lists without being told.
  private static let defaultRecord: [ParameterValue.Entry] = [
    .init("minimumROIDimensions", .integer(2)), .init("minimumROISize", .null),
    .init("normalize", .boolean(false)), .init("normalizeScale", .integer(1)),
    .init("removeOutliers", .null), .init("resampledPixelSpacing", .null),
    .init("interpolator", .text("sitkBSpline")), .init("preCrop", .boolean(false)),
    .init("padDistance", .integer(5)), .init("distances", .list([.integer(1)])),
    .init("force2D", .boolean(false)), .init("force2Ddimension", .integer(0)),
    .init("resegmentRange", .null), .init("label", .integer(1)),
    .init("additionalInfo", .boolean(true)),
  ]
}

/// What thresholds of a resegmentation are parts of.
public enum ResegmentMode: String, Sendable, CaseIterable, Codable {
  /// Intensities.
  case absolute
  /// The region's largest intensity.
  case relative
  /// Standard deviations from the region's mean.
  case sigma
}

/// How intensities between voxel centres are found, by SimpleITK's names.
public enum ScanInterpolator: String, Sendable, CaseIterable, Codable {
  case nearest = "sitkNearestNeighbor"
  case linear = "sitkLinear"
  case cubicSpline = "sitkBSpline"
}
