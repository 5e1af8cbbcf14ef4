/// A convolutional filter of the IBSI (chapter 2, arXiv 2006.05470), whose result is a response map.
///
/// Directions are those of the voxel axes: the first letter of a separable filter's name acts along the
/// first axis. Lengths in millimetres are turned to voxels by the spacing; all filters but the Laplacian of
/// Gaussian take the voxels of the filtered axes for cubes.
public struct ResponseFilter: Sendable, Hashable {
  /// What the image is convolved with.
  public enum Kernel: Sendable, Hashable {
    /// The mean over a box of an odd number of voxels along each axis (§3.1, S60F).
    case mean(support: Int)
    /// The Laplacian of Gaussian of a standard deviation in millimetres, cut off at a multiple of it
    /// (§3.2, L6PA).
    case laplacianOfGaussian(sigma: Double, cutoff: Double)
    /// Laws' kernels, one an axis (§3.3, JTXT); where a distance is given, the mean of the response's
    /// absolute values over the box of so many voxels to each side (the energy).
    case laws([LawsKernel], energyDistance: Int?)
    /// A Gabor filter in the plane of the first two axes (§3.4, Q88H); where it is to be invariant to
    /// rotations in three dimensions, in the planes across all three axes.
    case gabor(Gabor)
    /// A part, such as `LLH`, of a level of the undecimated transform by a separable wavelet (§3.5, 25BO).
    case wavelet(Wavelet, part: String, level: Int)
    /// The band of a level of Simoncelli's non-separable wavelet (§3.6, PRT7), 1 being the finest.
    case simoncelli(level: Int)
  }

  /// How the responses of a rotated filter become one.
  public enum Pooling: String, Sendable, Hashable, CaseIterable, Codable {
    case max, min, mean
  }

  /// What the image is convolved with.
  public var kernel: Kernel
  /// How the image goes on beyond its borders.
  public var boundary: Boundary
  /// Whether each slice across the third axis is filtered by itself (2D).
  public var isSliced: Bool
  /// Pools the responses of the filter in all rotations by right angles, or of a Gabor filter in all
  /// planes (§2.5); nil for the filter as it is.
  public var pooling: Pooling?
  /// The orders along the axes of the Riesz transform of the response (§3.7, AYRS), for the Laplacian of
  /// Gaussian and Simoncelli's wavelet.
  public var riesz: SIMD3<Int>?

  /// A filter in three dimensions of an image that is mirrored at its borders, where nothing else is said.
  public init(
    _ kernel: Kernel, boundary: Boundary = .mirror, isSliced: Bool = false, pooling: Pooling? = nil,
    riesz: SIMD3<Int>? = nil
  ) {
    self.kernel = kernel
    self.boundary = boundary
    self.isSliced = isSliced
    self.pooling = pooling
    self.riesz = riesz
  }

  /// The response map's name, which the features' names begin with: `mean-5-3D`,
  /// `laws-L5E5-energy-7-max-2D`, `simoncelli-1-periodic-3D`. A boundary other than the mirror and a
  /// cut-off other than 4 are named.
  public var name: String {
    func number(_ value: Double) -> String {
      (value == value.rounded() && abs(value) < 1e9 ? "\(Int(value))" : "\(value)")
        .replacing(".", with: "-")
    }
    var parts: [String]
    switch kernel {
    case .mean(let support): parts = ["mean", "\(support)"]
    case .laplacianOfGaussian(let sigma, let cutoff):
      parts = ["log-response", number(sigma), "mm"]
      if cutoff != 4 { parts += ["cutoff", number(cutoff)] }
    case .laws(let kernels, let distance):
      parts = ["laws", kernels.map(\.rawValue).joined()]
      if let distance { parts += ["energy", "\(distance)"] }
    case .gabor(let gabor):
      parts = ["gabor", number(gabor.sigma), number(gabor.wavelength), number(gabor.gamma)]
      parts += gabor.thetaStep.map { ["step", number($0)] } ?? [number(gabor.theta)]
    case .wavelet(let wavelet, let part, let level): parts = [wavelet.name, part, "\(level)"]
    case .simoncelli(let level): parts = ["simoncelli", "\(level)"]
    }
    if let riesz { parts += ["riesz", "\(riesz.x)\(riesz.y)\(riesz.z)"] }
    if let pooling { parts.append(pooling.rawValue) }
    if boundary != .mirror { parts.append(boundary.rawValue) }
    return (parts + [isSliced ? "2D" : "3D"]).joined(separator: "-")
  }

  /// - Throws: ``RadiomicsError/invalidSetting(name:found:expected:)`` for a setting beyond its bounds.
  public func validate() throws(RadiomicsError) {
    func check(
      _ isRight: Bool, _ name: String, _ found: String, _ expected: String
    ) throws(RadiomicsError) {
      guard isRight else { throw .invalidSetting(name: name, found: found, expected: expected) }
    }
    let dimensions = isSliced ? 2 : 3
    switch kernel {
    case .mean(let support):
      try check(
        support > 0 && support < 10_000 && !support.isMultiple(of: 2), "support", "\(support)",
        "an odd number of voxels")
    case .laplacianOfGaussian(let sigma, let cutoff):
      try check(sigma > 0 && sigma < 1e4, "sigma", "\(sigma)", "millimetres above 0")
      try check(cutoff > 0 && cutoff <= 100, "cutoff", "\(cutoff)", "standard deviations above 0")
    case .laws(let kernels, let distance):
      try check(
        kernels.count == dimensions, "kernel", kernels.map(\.rawValue).joined(),
        "\(dimensions) kernels")
      if let distance { try check(0..<5000 ~= distance, "energy", "\(distance)", "voxels") }
    case .gabor(let gabor):
      for (name, value) in [
        ("sigma", gabor.sigma), ("wavelength", gabor.wavelength), ("gamma", gabor.gamma),
      ] {
        try check(value > 1e-3 && value < 1e4, name, "\(value)", "a number above 0.001")
      }
      try check(gabor.theta.isFinite, "theta", "\(gabor.theta)", "degrees")
      if let step = gabor.thetaStep {
        let count = (180 / step).rounded()
        try check(
          step >= 0.1 && step <= 180 && abs(180 / step - count) < 1e-9, "thetaStep", "\(step)",
          "degrees of which 180 is a multiple")
      }
    case .wavelet(_, let part, let level):
      try check(
        part.count == dimensions && part.allSatisfy { "LH".contains($0) }, "part", part,
        "\(dimensions) letters L or H")
      try check(1...16 ~= level, "level", "\(level)", "1 to 16")
    case .simoncelli(let level):
      try check(1...16 ~= level, "level", "\(level)", "1 to 16")
    }
    if let riesz {
      switch kernel {
      case .laplacianOfGaussian, .simoncelli: break
      default:
        throw .invalidSetting(
          name: "riesz", found: name,
          expected: "a Laplacian of Gaussian or Simoncelli's wavelet to transform")
      }
      try check(
        riesz.min() >= 0 && riesz.max() <= 8 && riesz.wrappedSum() > 0
          && (riesz.z == 0 || !isSliced), "riesz", "\(riesz)", "orders of at most 8, not all 0")
    }
  }
}
