/// How IBSI prepares a region before features are computed: its reference configurations A to E (IBSI 5),
/// or others of the same form.
public struct IBSIConfiguration: Sendable, Equatable {
  /// The reference configurations, which are made for CT.
  public enum Reference: String, Sendable, CaseIterable, Codable {
    case a = "A"
    case b = "B"
    case c = "C"
    case d = "D"
    case e = "E"
  }

  /// The reference preparations for filters (IBSI-2, second phase), which are made for CT.
  public enum FilterReference: String, Sendable, CaseIterable, Codable {
    /// Slices as they were scanned.
    case sliced = "2A"
    /// Voxels of 1 mm.
    case resampled = "2B"
  }

  /// What intensities are interpolated with.
  public enum Interpolation: Sendable, Equatable {
    case linear, cubicSpline
  }

  /// Millimetres between voxels, along x, y and z; 0 keeps the scan's. nil leaves the grid.
  public var spacing: SIMD3<Double>?
  /// How intensities are interpolated; masks are interpolated linearly, and cut at a half.
  public var interpolation = Interpolation.linear
  /// Whether intensities are rounded to whole numbers.
  public var isRounded = false
  /// The intensities that stay in the intensity mask.
  public var range: ClosedRange<Double>?
  /// Beyond how many standard deviations from the mean intensities leave the mask.
  public var outlierDeviations: Double?
  /// Grey levels.
  public var discretisation: Discretisation
  /// The intensity-volume histogram.
  public var volumeHistogram = IntensityVolumeHistogram.Binning.none
  /// How texture matrices are put together.
  public var aggregations: [Aggregation] = [.averaged3D, .merged3D]

  /// Bins of a kind and nothing else.
  public init(_ discretisation: Discretisation) {
    self.discretisation = discretisation
  }

  /// A reference configuration.
  public init(_ reference: Reference) {
    switch reference {
    case .a:
      self.init(.fixedBinSize(25, lowest: -500))
      range = -500...400
    case .b:
      self.init(.fixedBinNumber(32))
      spacing = SIMD3(2, 2, 0)
      range = -500...400
    case .c:
      self.init(.fixedBinSize(25, lowest: -1000))
      spacing = SIMD3(2, 2, 2)
      range = -1000...400
      volumeHistogram = .fixedBinSize(2.5)
    case .d:
      self.init(.fixedBinNumber(32))
      spacing = SIMD3(2, 2, 2)
      outlierDeviations = 3
    case .e:
      self.init(.fixedBinNumber(32))
      spacing = SIMD3(2, 2, 2)
      interpolation = .cubicSpline
      range = -1000...400
      outlierDeviations = 3
      volumeHistogram = .fixedBinNumber(1000)
    }
    isRounded = true
    if reference == .a || reference == .b {
      aggregations = [.averaged2D, .merged2D, .directionMerged25D, .merged25D]
    }
  }

  /// A reference preparation for filters. The reference values are statistics of intensities, for which
  /// grey levels do not count.
  public init(_ reference: FilterReference) {
    self.init(.fixedBinNumber(16))
    range = -1000...400
    isRounded = true
    volumeHistogram = .fixedBinNumber(1000)
    switch reference {
    case .sliced: aggregations = [.averaged2D, .merged2D, .directionMerged25D, .merged25D]
    case .resampled:
      spacing = SIMD3(1, 1, 1)
      interpolation = .cubicSpline
    }
  }

  /// Whether neighbours are sought, and slices filtered, within slices alone.
  public var isSliced: Bool { aggregations.allSatisfy(\.isPlanar) }

  /// What PyRadiomics' settings say, in IBSI's way.
  ///
  /// - Throws: ``RadiomicsError/invalidSetting(name:found:expected:)`` for settings that IBSI has nothing
  ///   like.
  public init(_ settings: ExtractionSettings) throws(RadiomicsError) {
    var range: ClosedRange<Double>?
    var outliers: Double?
    if let thresholds = settings.resegmentRange?.sorted() {
      let high = thresholds.count > 1 ? thresholds[1] : .greatestFiniteMagnitude
      switch settings.resegmentMode {
      case .absolute: range = thresholds[0]...high
      case .sigma where thresholds.count == 2 && thresholds[0] == -high: outliers = high
      default:
        throw .invalidSetting(
          name: "resegmentRange", found: "\(thresholds) (\(settings.resegmentMode.rawValue))",
          expected: "with --profile ibsi a range of intensities, or [-n, n] with the mode sigma")
      }
    }
    guard settings.interpolator != .nearest else {
      throw .invalidSetting(
        name: "interpolator", found: ScanInterpolator.nearest.rawValue,
        expected: "with --profile ibsi sitkLinear or sitkBSpline")
    }
    if let count = settings.binCount {
      self.init(.fixedBinNumber(count))
    } else {
      self.init(.fixedBinSize(settings.binWidth, lowest: range?.lowerBound))
      volumeHistogram = .fixedBinSize(settings.binWidth / 10)
    }
    if settings.binCount != nil { volumeHistogram = .fixedBinNumber(1000) }
    spacing = settings.interpolator == nil ? nil : settings.resampledPixelSpacing
    interpolation = settings.interpolator == .cubicSpline ? .cubicSpline : .linear
    self.range = range
    outlierDeviations = outliers
    if settings.force2D {
      aggregations = [.averaged2D, .merged2D, .directionMerged25D, .merged25D]
    }
  }
}
