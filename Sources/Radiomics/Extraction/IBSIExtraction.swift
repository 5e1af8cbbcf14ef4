public import Parallel
import Volumes

/// IBSI's features of a region.
public struct IBSIExtraction: Sendable {
  /// A feature and how texture matrices were put together for it.
  public struct Value: Sendable {
    /// The image: `original`, or the name of a response map.
    public let image: String
    /// The family.
    public let family: FeatureClass
    /// How matrices were put together; nil for families without them.
    public let aggregation: Aggregation?
    /// The feature and its value.
    public let feature: Feature

    /// The name in IBSI's tables of reference values: `cm_joint_max_3D_avg`; nil for what IBSI lacks.
    public var tag: String? {
      guard let tag = FeatureCatalogue.definition(family, feature.name)?.ibsiTag else { return nil }
      guard let suffix else { return tag }
      return tag + "_" + suffix
    }

    /// What the aggregation adds to names.
    var suffix: String? {
      aggregation?.tag(hasDirections: family == .glcm || family == .glrlm)
    }
  }

  /// An image of the prepared scan (IBSI-2), and how its intensities become grey levels.
  public struct Response: Sendable {
    /// The filter; ``ImageType/original`` for none.
    public let type: ImageType
    /// Grey levels; nil for those of the configuration, which are for the scan's own intensities.
    public let discretisation: Discretisation?

    /// Names an image.
    public init(_ type: ImageType, discretisation: Discretisation? = nil) {
      self.type = type
      self.discretisation = discretisation
    }
  }

  /// The features, image by image and family by family.
  public let values: [Value]
  let prepared: IBSIRegion

  /// Computes the features of a region: those of its shape once, and of each image those that see
  /// intensities.
  ///
  /// - Parameters:
  ///   - responses: the images that features are computed from.
  ///   - requests: the families and features; nil for all. Local intensities are the scan's alone.
  /// - Throws: ``RadiomicsError``.
  public init(
    _ input: ExtractionInput, label: Int, _ configuration: IBSIConfiguration,
    of responses: [Response] = [Response(.original)],
    features requests: [ExtractionParameters.FeatureRequest]? = nil, workers: Workers = .all
  ) throws(RadiomicsError) {
    let mask = try PreparedRegion.mask(of: label, input, workers: workers)
    let prepared = try IBSIRegion(
      Image(input.scan, storedType: input.storedType), mask: mask, configuration, workers: workers)
    self.prepared = prepared
    let measurer = IBSIFamilies(
      prepared: prepared, configuration: configuration,
      requests: requests ?? FeatureClass.ibsi.map { .init($0) }, workers: workers)
    var values = try measurer.shape()
    let plane = SlicePlane(isForced: configuration.isSliced)
    for response in responses {
      for filtered in try response.type.images(
        of: prepared.resegmented.image, mask: prepared.resegmented.mask, in: try prepared.box(),
        plane: plane, workers: workers)
      {
        values += try measurer.intensities(of: filtered, response)
      }
    }
    self.values = values
  }
}

/// Measures the families of a prepared region.
private struct IBSIFamilies: Sendable {
  let prepared: IBSIRegion
  let configuration: IBSIConfiguration
  let requests: [ExtractionParameters.FeatureRequest]
  let workers: Workers

  func shape() throws(RadiomicsError) -> [IBSIExtraction.Value] {
    guard let request = requests.first(where: { $0.family == .shape }) else { return [] }
    let region = try prepared.region()
    return chosen(
      try MorphologyFeatures.compute(region, workers: workers), by: request, image: "original", nil)
  }

  /// The families that see intensities, of an image.
  func intensities(
    of filtered: FilteredImage, _ response: IBSIExtraction.Response
  ) throws(RadiomicsError) -> [IBSIExtraction.Value] {
    let isOriginal = response.type == .original
    let region = try prepared.region(filtered.image)
    let levels = try DiscretisedRegion(
      region, by: response.discretisation ?? configuration.discretisation)
    // A response's range is its own, and its values are hardly ever whole numbers.
    let histogram = isOriginal ? configuration.volumeHistogram : .fixedBinNumber(1000)
    let range = isOriginal ? configuration.range : nil

    var wanted: [(request: ExtractionParameters.FeatureRequest, aggregation: Aggregation?)] = []
    for request in requests {
      switch request.family {
      case .glcm, .glrlm, .glszm, .gldzm, .ngtdm, .gldm:
        // Where matrices have no direction, merging them changes nothing.
        var seen: Set<String> = []
        for aggregation in configuration.aggregations {
          let hasDirections = request.family == .glcm || request.family == .glrlm
          if seen.insert(aggregation.tag(hasDirections: hasDirections)).inserted {
            wanted.append((request, aggregation))
          }
        }
      case .localIntensity:
        if isOriginal { wanted.append((request, nil)) }
      case .firstOrder, .histogram, .intensityVolumeHistogram: wanted.append((request, nil))
      // The shape is measured once; others are not IBSI's.
      default: continue
      }
    }
    let jobs = wanted
    let results = try workers.map(jobs.count) { index throws(RadiomicsError) in
      let (request, aggregation) = jobs[index]
      let texture = TextureSettings(ibsi: aggregation ?? .averaged3D)
      let features: [Feature] =
        switch request.family {
        case .localIntensity:
          try LocalIntensity.features(
            prepared.resegmented.image, mask: prepared.resegmented.mask)
        case .firstOrder: try FirstOrder.features(region, levels: levels, convention: .ibsi)
        case .histogram: try IntensityHistogram.features(levels)
        case .intensityVolumeHistogram:
          try IntensityVolumeHistogram.features(
            region, histogram, lowest: range?.lowerBound,
            highest: range.flatMap {
              $0.upperBound == .greatestFiniteMagnitude ? nil : $0.upperBound
            })
        case .glcm: try GLCM.features(levels, texture)
        case .glrlm: try GLRLM.features(levels, texture)
        case .glszm: try GLSZM.features(levels, texture)
        case .gldzm: try GLDZM.features(levels, texture)
        case .ngtdm: try NGTDM.features(levels, texture)
        case .gldm: try GLDM.features(levels, texture)
        default: []
        }
      return chosen(features, by: request, image: filtered.name, aggregation)
    }
    return results.flatMap(\.self)
  }

  private func chosen(
    _ features: [Feature], by request: ExtractionParameters.FeatureRequest, image: String,
    _ aggregation: Aggregation?
  ) -> [IBSIExtraction.Value] {
    let wanted = request.names.map { names in
      names.compactMap { name in features.first { $0.name == name } }
    }
    return (wanted ?? features).map {
      IBSIExtraction.Value(
        image: image, family: request.family, aggregation: aggregation, feature: $0)
    }
  }
}

extension FeatureClass {
  /// The families of the IBSI's reference manual, in the order of their columns.
  public static let ibsi: [FeatureClass] = [
    .shape, .localIntensity, .firstOrder, .histogram, .intensityVolumeHistogram, .glcm, .glrlm,
    .glszm, .gldzm, .ngtdm, .gldm,
  ]
}

extension Extraction {
  /// IBSI's features as columns, whose names end in the aggregation: `original_glcm_Contrast_3D_avg`.
  ///
  /// - Parameters:
  ///   - images: the scan itself and responses to IBSI's filters. Grey levels of responses are as many as
  ///     their own or the common `binCount` says, or of the width `binWidth` from the smallest response.
  ///   - features: the families and features; nil for all.
  /// - Throws: ``RadiomicsError``.
  public init(
    _ input: ExtractionInput, label: Int, ibsi configuration: IBSIConfiguration,
    images parameters: ExtractionParameters = ExtractionParameters(),
    features: [ExtractionParameters.FeatureRequest]? = nil, workers: Workers = .all
  ) throws(RadiomicsError) {
    var responses: [IBSIExtraction.Response] = []
    for request in parameters.imageTypes {
      guard request.isIBSI else {
        throw .invalidSetting(
          name: "imageType", found: request.name,
          expected: "with IBSI's rules Original or a filter of the IBSI: "
            + FilterParameters.Kind.allCases.map(\.rawValue).joined(separator: ", "))
      }
      let settings = try parameters.settings(of: request)
      let isOwn = request.overrides.contains { $0.key == "binCount" || $0.key == "binWidth" }
      for type in try parameters.types(of: request) {
        let levels: Discretisation? =
          if isOwn {
            settings.binCount.map(Discretisation.fixedBinNumber)
              ?? .fixedBinSize(settings.binWidth, lowest: nil)
          } else if type == .original {
            nil
          } else if case .fixedBinSize(let size, _) = configuration.discretisation {
            .fixedBinSize(size, lowest: nil)
          } else {
            nil
          }
        responses.append(.init(type, discretisation: levels))
      }
    }
    let extraction = try IBSIExtraction(
      input, label: label, configuration, of: responses, features: features, workers: workers)
    self.init(
      values: extraction.values.map { value in
        let name = value.feature.name + (value.suffix.map { "_" + $0 } ?? "")
        return Value(
          image: value.image, family: value.family.rawValue, feature: value.feature.renamed(name))
      })
  }

  private init(values: [Value]) {
    self.values = values
    diagnostics = nil
    warnings = []
  }
}

extension Feature {
  fileprivate func renamed(_ name: String) -> Feature {
    if let reason { Feature(name, undefined: reason) } else { Feature(name, value) }
  }
}
