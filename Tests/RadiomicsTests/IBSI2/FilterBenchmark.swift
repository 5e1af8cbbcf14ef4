@testable import Radiomics

/// The filters of the IBSI's benchmarks (arXiv 2006.05470 §4; Radiology 2024, doi 10.1148/radiol.231319).
enum FilterBenchmark {
  /// A filter and the digital phantom that it is applied to.
  struct Map: Sendable {
    /// The identifier, such as `3.a.2`.
    let id: String
    /// The phantom's name.
    let phantom: String
    /// The filter.
    let filter: ResponseFilter

    fileprivate init(_ id: String, _ phantom: String, _ filter: ResponseFilter) {
      self.id = id
      self.phantom = phantom
      self.filter = filter
    }
  }

  /// The response maps of the first phase.
  static func maps() throws(RadiomicsError) -> [Map] {
    func mean(_ boundary: Boundary, isSliced: Bool = false) -> ResponseFilter {
      ResponseFilter(.mean(support: 15), boundary: boundary, isSliced: isSliced)
    }
    func log(
      _ sigma: Double, _ boundary: Boundary, isSliced: Bool = false, riesz: SIMD3<Int>? = nil
    ) -> ResponseFilter {
      ResponseFilter(
        .laplacianOfGaussian(sigma: sigma, cutoff: 4), boundary: boundary, isSliced: isSliced,
        riesz: riesz)
    }
    func gabor(_ gabor: Gabor, _ boundary: Boundary) -> ResponseFilter {
      ResponseFilter(
        .gabor(gabor), boundary: boundary, pooling: gabor.thetaStep == nil ? nil : .mean)
    }
    func simoncelli(
      _ level: Int, _ boundary: Boundary = .periodic, riesz: SIMD3<Int>? = nil
    ) -> ResponseFilter {
      ResponseFilter(.simoncelli(level: level), boundary: boundary, riesz: riesz)
    }
    return [
      Map("1.a.1", "checkerboard", mean(.zero)),
      Map("1.a.2", "checkerboard", mean(.nearest)),
      Map("1.a.3", "checkerboard", mean(.periodic)),
      Map("1.a.4", "checkerboard", mean(.mirror)),
      Map("1.b.1", "impulse", mean(.zero, isSliced: true)),
      Map("2.a", "impulse", log(3, .zero)),
      Map("2.b", "checkerboard", log(5, .mirror)),
      Map("2.c", "checkerboard", log(5, .mirror, isSliced: true)),
      Map("3.a.1", "impulse", try laws("E5L5S5", .zero)),
      Map("3.a.2", "impulse", try laws("E5L5S5", .zero, .max)),
      Map("3.a.3", "impulse", try laws("E5L5S5", .zero, .max, energy: 7)),
      Map("3.b.1", "checkerboard", try laws("E3W5R5", .mirror)),
      Map("3.b.2", "checkerboard", try laws("E3W5R5", .mirror, .max)),
      Map("3.b.3", "checkerboard", try laws("E3W5R5", .mirror, .max, energy: 7)),
      Map("3.c.1", "checkerboard", try laws("L5S5", .mirror)),
      Map("3.c.2", "checkerboard", try laws("L5S5", .mirror, .max)),
      Map("3.c.3", "checkerboard", try laws("L5S5", .mirror, .max, energy: 7)),
      Map("4.a.1", "impulse", gabor(Gabor(sigma: 10, wavelength: 4, gamma: 0.5, theta: 60), .zero)),
      Map(
        "4.a.2", "impulse",
        gabor(Gabor(sigma: 10, wavelength: 4, gamma: 0.5, thetaStep: 45), .zero)),
      Map(
        "4.b.1", "sphere",
        gabor(Gabor(sigma: 20, wavelength: 8, gamma: 2.5, theta: 225), .mirror)),
      Map(
        "4.b.2", "sphere",
        gabor(Gabor(sigma: 20, wavelength: 8, gamma: 2.5, thetaStep: 22.5), .mirror)),
      Map("5.a.1", "impulse", try wavelet("db2", "LHL", 1, .zero)),
      Map("5.a.2", "impulse", try wavelet("db2", "LHL", 1, .zero, .mean)),
      Map("6.a.1", "sphere", try wavelet("coif1", "HHL", 1, .periodic)),
      Map("6.a.2", "sphere", try wavelet("coif1", "HHL", 1, .periodic, .mean)),
      Map("7.a.1", "checkerboard", try wavelet("haar", "LLL", 2, .mirror, .mean)),
      Map("7.a.2", "checkerboard", try wavelet("haar", "HHH", 2, .mirror, .mean)),
      Map("8.a.1", "checkerboard", simoncelli(1)),
      Map("8.a.2", "checkerboard", simoncelli(2)),
      Map("8.a.3", "checkerboard", simoncelli(3)),
      Map("9.a", "impulse", log(3, .zero, riesz: [1, 0, 0])),
      Map("9.b.1", "sphere", log(3, .zero, riesz: [0, 2, 0])),
      Map("10.b.1", "pattern_1", simoncelli(1, .nearest, riesz: [0, 2, 0])),
    ]
  }

  /// A filter of the CT phantom in the second phase; in configurations A each slice is filtered as it was
  /// scanned, in B the phantom with voxels of 1 mm.
  ///
  /// - Parameter number: 1 to 9; 1 is none.
  static func filter(_ number: Int, isSliced: Bool) throws(RadiomicsError) -> ResponseFilter? {
    switch number {
    case 2: ResponseFilter(.mean(support: 5), isSliced: isSliced)
    case 3: ResponseFilter(.laplacianOfGaussian(sigma: 1.5, cutoff: 4), isSliced: isSliced)
    case 4: try laws(isSliced ? "L5E5" : "L5E5E5", .mirror, .max, energy: 7)
    case 5:
      ResponseFilter(
        .gabor(Gabor(sigma: 5, wavelength: 2, gamma: 1.5, thetaStep: 22.5)), isSliced: isSliced,
        pooling: .mean)
    case 6: try wavelet("db3", isSliced ? "LH" : "LLH", 1, .mirror, .mean)
    case 7: try wavelet("db3", isSliced ? "HH" : "HHH", 2, .mirror, .mean)
    case 8: ResponseFilter(.simoncelli(level: 1), boundary: .periodic, isSliced: isSliced)
    case 9: ResponseFilter(.simoncelli(level: 2), boundary: .periodic, isSliced: isSliced)
    default: nil
    }
  }

  private static func laws(
    _ name: String, _ boundary: Boundary, _ pooling: ResponseFilter.Pooling? = nil,
    energy: Int? = nil
  ) throws(RadiomicsError) -> ResponseFilter {
    let kernels = try LawsKernel.kernels(name)
    return ResponseFilter(
      .laws(kernels, energyDistance: energy), boundary: boundary, isSliced: kernels.count == 2,
      pooling: pooling)
  }

  private static func wavelet(
    _ name: String, _ part: String, _ level: Int, _ boundary: Boundary,
    _ pooling: ResponseFilter.Pooling? = nil
  ) throws(RadiomicsError) -> ResponseFilter {
    ResponseFilter(
      .wavelet(try Wavelet(named: name), part: part, level: level), boundary: boundary,
      isSliced: part.count == 2, pooling: pooling)
  }
}
