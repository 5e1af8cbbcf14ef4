extension ExtractionParameters {
  /// The names of image types: PyRadiomics' and those of the IBSI's filters, in alphabetical order.
  public static let imageTypeNames =
    [
      "Exponential", "Gradient", "LBP2D", "LBP3D", "LoG", "Logarithm", "Original", "Square",
      "SquareRoot", "Wavelet",
    ] + FilterParameters.Kind.allCases.map(\.rawValue)

  /// The images that a request asks for, with its own settings.
  func types(of request: ImageRequest) throws(RadiomicsError) -> [ImageType] {
    let settings = try settings(of: request)
    if let kind = request.filterKind {
      return try FilterParameters(kind, request.overrides, settings).filters().map(
        ImageType.response)
    }
    switch request.name {
    case "Original": return [.original]
    case "LoG":
      guard !settings.sigma.isEmpty else {
        throw .invalidSetting(
          name: "sigma", found: "none",
          expected: "the standard deviations of LoG in millimetres, such as [1.0, 3.0]")
      }
      return settings.sigma.map { .laplacianOfGaussian(sigma: $0.millimetres, label: $0.text) }
    case "Wavelet":
      let wavelet = try Wavelet(named: settings.wavelet)
      return [.wavelet(wavelet, startLevel: settings.startLevel, levels: settings.level)]
    case "Square": return [.transformed(.square)]
    case "SquareRoot": return [.transformed(.squareRoot)]
    case "Logarithm": return [.transformed(.logarithm)]
    case "Exponential": return [.transformed(.exponential)]
    case "Gradient": return [.gradient(usesSpacing: settings.gradientUseSpacing)]
    case "LBP2D":
      guard let method = LocalBinaryPattern2D.Method(rawValue: settings.lbp2DMethod) else {
        throw .invalidSetting(
          name: "lbp2DMethod", found: settings.lbp2DMethod,
          expected: LocalBinaryPattern2D.Method.allCases.map(\.rawValue).joined(separator: ", "))
      }
      return [
        .localBinaryPattern2D(
          LocalBinaryPattern2D(
            radius: settings.lbp2DRadius, samples: settings.lbp2DSamples, method: method))
      ]
    case "LBP3D":
      return [
        .localBinaryPattern3D(
          LocalBinaryPattern3D(
            levels: settings.lbp3DLevels, radius: settings.lbp3DIcosphereRadius,
            subdivisions: settings.lbp3DIcosphereSubdivision))
      ]
    default:
      throw .invalidSetting(
        name: "imageType", found: request.name,
        expected: ExtractionParameters.imageTypeNames.joined(separator: ", "))
    }
  }
}

extension ExtractionParameters.ImageRequest {
  /// The kind of an IBSI filter, or nil for PyRadiomics' image types.
  var filterKind: FilterParameters.Kind? { FilterParameters.Kind(rawValue: name) }

  /// Whether the images are IBSI's too: the scan itself and responses to IBSI's filters.
  public var isIBSI: Bool { name == "Original" || filterKind != nil }
}
