/// What is to be computed: settings, image types and features, as a PyRadiomics parameter file states
/// them.
public struct ExtractionParameters: Sendable, Equatable {
  /// A kind of image with settings of its own.
  public struct ImageRequest: Sendable, Equatable {
    /// PyRadiomics' name, such as `LoG`.
    public let name: String
    /// The settings that differ for this kind.
    public let overrides: [ParameterValue.Entry]

    /// Makes a request.
    public init(_ name: String, overrides: [ParameterValue.Entry] = []) {
      self.name = name
      self.overrides = overrides
    }
  }

  /// A family of features.
  public struct FeatureRequest: Sendable, Equatable {
    /// The family.
    public let family: FeatureClass
    /// The features in the order of their columns; nil for all that are on by default.
    public let names: [String]?

    /// Makes a request.
    public init(_ family: FeatureClass, names: [String]? = nil) {
      self.family = family
      self.names = names
    }
  }

  /// The settings of all images.
  public var settings = ExtractionSettings()
  /// The kinds of images, in the order of the columns.
  public var imageTypes = [ImageRequest("Original")]
  /// The families, in the order of the columns, with shape before all.
  public var features = FeatureClass.pyradiomics.filter { $0 != .shape2D }.map {
    FeatureRequest($0)
  }

  /// PyRadiomics' defaults: all families but `shape2D`, of the scan itself.
  public init() {}

  /// What a parameter file states.
  ///
  /// - Throws: ``RadiomicsError/invalidSetting(name:found:expected:)`` for what PyRadiomics' schema does
  ///   not take.
  public init(_ file: ParameterValue) throws(RadiomicsError) {
    let expected = "a map with the keys imageType, featureClass, setting and voxelSetting"
    let entries: [ParameterValue.Entry]
    switch file {
    case .map(let map): entries = map
    case .null: entries = []
    default: throw .invalidSetting(name: "parameters", found: "\(file)", expected: expected)
    }
    features = FeatureClass.pyradiomics.map { FeatureRequest($0) }
    for entry in entries {
      switch entry.key {
      case "setting", "voxelSetting":
        for setting in try ExtractionParameters.map(entry) {
          try settings.set(setting.key, to: setting.value)
        }
      case "imageType":
        let types = try ExtractionParameters.map(entry)
        if !types.isEmpty { imageTypes = [] }
        for type in types {
          // Several filters of a kind are a list of maps.
          var entries = [type]
          if case .list(let maps) = type.value { entries = maps.map { .init(type.key, $0) } }
          for entry in entries {
            imageTypes.append(
              ImageRequest(type.key, overrides: try ExtractionParameters.map(entry)))
          }
        }
      case "featureClass":
        let families = try ExtractionParameters.map(entry)
        if !families.isEmpty { features = [] }
        for family in families {
          features.append(try FeatureRequest(family))
        }
      default:
        throw .invalidSetting(name: entry.key, found: "a key that is not known", expected: expected)
      }
    }
    try validate()
  }

  /// - Throws: ``RadiomicsError/invalidSetting(name:found:expected:)`` for image types that are not known,
  ///   settings of theirs, and filters whose images would have the same name.
  public func validate() throws(RadiomicsError) {
    var names: Set<String> = []
    for request in imageTypes {
      for case .response(let filter) in try types(of: request)
      where !names.insert(filter.name).inserted {
        throw .invalidSetting(
          name: "imageType \(request.name)", found: "\(filter.name) more than once",
          expected: "each filter once")
      }
    }
  }

  /// The settings of a kind of image.
  func settings(of request: ImageRequest) throws(RadiomicsError) -> ExtractionSettings {
    var settings = settings
    let own = request.filterKind?.settings ?? []
    for override in request.overrides where !own.contains(override.key) {
      try settings.set(override.key, to: override.value)
    }
    return settings
  }

  private static func map(
    _ entry: ParameterValue.Entry
  ) throws(RadiomicsError) -> [ParameterValue.Entry] {
    switch entry.value {
    case .map(let entries): return entries
    case .null: return []
    default:
      throw .invalidSetting(name: entry.key, found: "\(entry.value)", expected: "a map of names")
    }
  }
}

extension ExtractionParameters.FeatureRequest {
  init(_ entry: ParameterValue.Entry) throws(RadiomicsError) {
    guard let family = FeatureClass(rawValue: entry.key), FeatureClass.pyradiomics.contains(family)
    else {
      throw .invalidSetting(
        name: "featureClass", found: entry.key,
        expected: FeatureClass.pyradiomics.map(\.rawValue).joined(separator: ", "))
    }
    let known = family.names(.pyradiomics).all
    switch entry.value {
    case .null: self.init(family)
    case .list(let values):
      var names: [String] = []
      for value in values {
        guard case .text(let name) = value, known.contains(name) else {
          throw .invalidSetting(
            name: "featureClass \(family.rawValue)", found: "\(value)",
            expected: known.joined(separator: ", "))
        }
        names.append(name)
      }
      self.init(family, names: names.isEmpty ? nil : names)
    default:
      throw .invalidSetting(
        name: "featureClass \(family.rawValue)", found: "\(entry.value)",
        expected: "a list of features")
    }
  }
}
