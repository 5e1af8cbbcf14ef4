public import ArgumentParser
import Foundation
public import Radiomics

/// Which features are computed, and how.
struct FeatureArguments: ParsableArguments {
  /// NAME=VALUE, or PyRadiomics' NAME:VALUE.
  struct Setting: ExpressibleByArgument {
    let name: String
    let value: ParameterValue

    init?(argument: String) {
      guard let mark = argument.firstIndex(where: { $0 == "=" || $0 == ":" }),
        let value = try? ParameterFile.value(of: String(argument[argument.index(after: mark)...]))
      else { return nil }
      name = argument[..<mark].trimmingCharacters(in: .whitespaces)
      self.value = value
      guard !name.isEmpty else { return nil }
    }
  }

  @Flag(exclusivity: .exclusive) var preset: FeaturePreset?

  @Option(
    name: [.customShort("p"), .customLong("param")],
    help: ArgumentHelp("A PyRadiomics parameter file, YAML or JSON.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml", "json"]))
  var parameterFile: String?

  @Option(
    name: [.customShort("s"), .customLong("setting")],
    help: ArgumentHelp(
      "Set one of PyRadiomics' settings, such as binWidth=10; repeatable.", valueName: "name=value")
  )
  var settings: [Setting] = []

  @Option(
    help: ArgumentHelp(
      "Only these families or features: firstorder,glcm_Contrast.", valueName: "names"))
  var features: String?

  @Option(
    help: ArgumentHelp(
      "The images to compute from: Original, LoG, Wavelet, Square, SquareRoot, Logarithm, "
        + "Exponential, Gradient, LBP2D, LBP3D, and IBSI's filters Mean, LaplacianOfGaussian, Laws, "
        + "Gabor, SeparableWavelet, Simoncelli; with settings as in Mean:support=5.",
      valueName: "names"))
  var imageTypes: String?

  @Option(help: "Whose features and rules: pyradiomics or ibsi.")
  var profile = Convention.pyradiomics

  @Option(
    help: ArgumentHelp(
      "Prepare the region as in IBSI's reference configuration A to E, or 2A or 2B for filters, for "
        + "CT; IBSI's features.", valueName: "name"))
  var ibsi: IBSIReference?

  /// IBSI's reference configurations, for features and for filters.
  enum IBSIReference: ExpressibleByArgument {
    case features(IBSIConfiguration.Reference)
    case filters(IBSIConfiguration.FilterReference)

    init?(argument: String) {
      let name = argument.uppercased()
      if let reference = IBSIConfiguration.Reference(rawValue: name) {
        self = .features(reference)
      } else if let reference = IBSIConfiguration.FilterReference(rawValue: name) {
        self = .filters(reference)
      } else {
        return nil
      }
    }

    static var allValueStrings: [String] {
      IBSIConfiguration.Reference.allCases.map(\.rawValue)
        + IBSIConfiguration.FilterReference.allCases.map(\.rawValue)
    }

    var name: String {
      switch self {
      case .features(let reference): reference.rawValue
      case .filters(let reference): reference.rawValue
      }
    }

    var configuration: IBSIConfiguration {
      switch self {
      case .features(let reference): IBSIConfiguration(reference)
      case .filters(let reference): IBSIConfiguration(reference)
      }
    }
  }

  /// Whether features are IBSI's.
  var isIBSI: Bool { ibsi != nil || profile == .ibsi }

  /// Refuses what a whole configuration has no use for.
  func validateConventions() throws {
    guard ibsi == nil || preset == nil && parameterFile == nil && settings.isEmpty else {
      throw ValidationError(
        "--ibsi is a whole configuration; leave out presets, --param and --setting, or give "
          + "--profile ibsi with settings.")
    }
  }

  /// How IBSI's features are computed, or nil for PyRadiomics'.
  func ibsiConfiguration(_ settings: ExtractionSettings) throws -> IBSIConfiguration? {
    if let ibsi { return ibsi.configuration }
    return profile == .ibsi ? try IBSIConfiguration(settings) : nil
  }

  /// Which of IBSI's features are wanted; nil for all.
  func ibsiFeatures() throws -> [ExtractionParameters.FeatureRequest]? {
    guard isIBSI, let features else { return nil }
    return try requests(features, FeatureClass.ibsi, .ibsi)
  }

  /// The parameters, of the preset, then the file, then the settings.
  func parameters(_ console: Console) throws -> ExtractionParameters {
    var parameters = ExtractionParameters()
    if let parameterFile { parameters = try ParameterFile.read(parameterFile) }
    if let preset {
      let named = Set(parameters.settings.given)
      var told: [String] = []
      for setting in preset.settings where !named.contains(setting.name) {
        try parameters.settings.set(setting.name, to: setting.value)
        told.append("\(setting.name)=\(setting.value)")
      }
      console.note("--\(preset) sets \(told.joined(separator: ", "))")
    }
    for setting in settings { try parameters.settings.set(setting.name, to: setting.value) }
    if let ibsi, ibsi.configuration.isSliced {
      try parameters.settings.set("force2D", to: .boolean(true))
    }
    if let features, !isIBSI {
      parameters.features = try requests(features, FeatureClass.pyradiomics, .pyradiomics)
    }
    if let imageTypes {
      parameters.imageTypes = try ImageTypeList(imageTypes).requests(parameters.imageTypes)
    }
    try parameters.validate()
    return parameters
  }

  /// The parameters of maps of some features, for habitats.
  func mapParameters(
    _ features: String, _ parameters: ExtractionParameters
  ) throws -> ExtractionParameters {
    var parameters = parameters
    parameters.features = try requests(
      features, FeatureClass.pyradiomics.filter { !$0.isShape }, .pyradiomics)
    return parameters
  }

  private func list(_ text: String) -> [String] {
    text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
  }

  private func requests(
    _ text: String, _ families: [FeatureClass], _ convention: Convention
  ) throws -> [ExtractionParameters.FeatureRequest] {
    var requests: [(family: FeatureClass, names: [String]?)] = []
    for item in list(text) {
      let parts = item.split(maxSplits: 1) { $0 == "_" || $0 == ":" }.map(String.init)
      guard let family = families.first(where: { $0.rawValue == parts.first })
      else {
        throw RadiomicsError.invalidSetting(
          name: "--features", found: item,
          expected: families.map(\.rawValue).joined(separator: ", ")
            + ", or one of their features, such as glcm_Contrast")
      }
      let known = family.names(convention).all
      let name = parts.count > 1 ? parts[1] : nil
      if let name, !known.contains(name) {
        throw RadiomicsError.invalidSetting(
          name: "--features", found: item, expected: known.joined(separator: ", "))
      }
      if let index = requests.firstIndex(where: { $0.family == family }) {
        requests[index].names = name.flatMap { name in requests[index].names.map { $0 + [name] } }
      } else {
        requests.append((family, name.map { [$0] }))
      }
    }
    return requests.map { .init($0.family, names: $0.names) }
  }
}

extension Convention: ExpressibleByArgument {}
