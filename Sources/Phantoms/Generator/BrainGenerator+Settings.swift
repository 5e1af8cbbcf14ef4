extension BrainGenerator {
  /// What to synthesise. Ranges are drawn from anew for each case.
  ///
  /// Coded, each property is a key; keys left out keep their defaults and ranges are lists of two
  /// numbers.
  public struct Settings: Sendable, Hashable, Codable {
    /// The number of voxels along each axis, each 16 to 512.
    public var size: SIMD3<Int> = [160, 192, 144]
    /// The voxel size in millimetres, each 0.3 to 12, or nil for cubic voxels with which the brain
    /// (or the head) just fits the grid.
    public var spacing: SIMD3<Double>?
    /// The channels, 1 to 4 different ones.
    public var modalities = BrainModality.allCases
    /// How often each pathology occurs, in proportion to each other; each at least 0, not all 0.
    public var pathologies: [Pathology: Double] = [
      .glioma: 0.45, .ms: 0.25, .infarct: 0.2, .none: 0.1,
    ]
    /// The number of tumours of a case with glioma, within 1...12.
    public var tumours = 1...2
    /// The mean radius of a tumour's solid part in millimetres, within 2...40.
    public var tumourRadius = 7.0...28.0
    /// The number of plaques of a case with multiple sclerosis, within 1...300.
    public var plaques = 4...90
    /// The mean radius of a plaque in millimetres, within 0.8...15.
    public var plaqueRadius = 1.3...8.0
    /// The number of infarcts of a case with infarction, within 1...12.
    public var infarcts = 1...3
    /// The most that a head is turned around each axis, in degrees, 0 to 90.
    public var rotation = 12.0
    /// The most that a head is off the grid's centre along each axis, in millimetres, 0 to 100.
    public var shift = 5.0
    /// How many times as large as the usual one a head is along each axis, within 0.5...1.5.
    public var scale = 0.87...1.03
    /// How strongly heads are deformed, as a multiple of the usual, 0 to 2.
    public var deformation = 1.0
    /// The probability that the head around the brain is there, 0 (stripped off, zero) to 1.
    public var skull = 0.0
    /// The probability that all channels of a case have contrasts drawn at random, 0 to 1.
    public var randomContrast = 0.0
    /// How far ordinary contrasts differ from case to case, 0 (not) to 1 (over all of their ranges).
    public var contrastVariation = 1.0
    /// The noise's standard deviation in units of white matter's signal, within 0...1.
    public var noise = 0.01...0.06
    /// The amplitude of the bias field, within 0...0.8: its standard deviation relative to 1.
    public var bias = 0.03...0.22
    /// The standard deviation of the blur in millimetres, within 0...5.
    public var blur = 0.2...0.75
    /// The probability that a channel shows ghosts of motion, 0 to 1.
    public var motion = 0.15
    /// The probability that a channel (or the case, with ``SliceGrid/native``) has thick slices, 0 to
    /// 1.
    public var thickSlices = 0.3
    /// The thickness of thick slices in millimetres, within 1...12.
    public var sliceThickness = 2.0...6.0
    /// On which grid thick slices are given.
    public var sliceGrid = SliceGrid.resampled

    /// On which grid thick slices are given.
    public enum SliceGrid: String, CaseIterable, Codable, Sendable {
      /// On the grid that was asked for, interpolated, as data sets of research are.
      case resampled
      /// On a grid of their own, the same for all channels, labels and tissues of the case.
      case native
    }

    /// The default settings.
    public init() {}
  }
}
