public import Parallel
import Volumes

/// IBSI's features of a region.
public struct IBSIExtraction: Sendable {
  /// A feature and how texture matrices were put together for it.
  public struct Value: Sendable {
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

  /// The features, family by family.
  public let values: [Value]
  let prepared: IBSIRegion

  /// Computes all features of a region.
  ///
  /// - Throws: ``RadiomicsError``.
  public init(
    _ input: ExtractionInput, label: Int, _ configuration: IBSIConfiguration,
    workers: Workers = .all
  ) throws(RadiomicsError) {
    let mask = try PreparedRegion.mask(of: label, input, workers: workers)
    let prepared = try IBSIRegion(
      Image(input.scan, storedType: input.storedType), mask: mask, configuration, workers: workers)
    self.prepared = prepared
    let region = try prepared.region()
    let levels = try DiscretisedRegion(region, by: configuration.discretisation)

    var families: [(FeatureClass, Aggregation?)] = [
      (.shape, nil), (.localIntensity, nil), (.firstOrder, nil), (.histogram, nil),
      (.intensityVolumeHistogram, nil),
    ]
    for family in [FeatureClass.glcm, .glrlm, .glszm, .gldzm, .ngtdm, .gldm] {
      // Where matrices have no direction, merging them changes nothing.
      var seen: Set<String> = []
      for aggregation in configuration.aggregations {
        let tag = aggregation.tag(hasDirections: family == .glcm || family == .glrlm)
        if seen.insert(tag).inserted { families.append((family, aggregation)) }
      }
    }
    let wanted = families
    let results = try workers.map(wanted.count) { index throws(RadiomicsError) in
      let (family, aggregation) = wanted[index]
      let texture = TextureSettings(ibsi: aggregation ?? .averaged3D)
      let features: [Feature] =
        switch family {
        case .shape: try MorphologyFeatures.compute(region, workers: workers)
        case .localIntensity:
          try LocalIntensity.features(
            prepared.resegmented.image, mask: prepared.resegmented.mask)
        case .firstOrder: try FirstOrder.features(region, levels: levels, convention: .ibsi)
        case .histogram: try IntensityHistogram.features(levels)
        case .intensityVolumeHistogram:
          try IntensityVolumeHistogram.features(
            region, configuration.volumeHistogram, lowest: configuration.range?.lowerBound,
            highest: configuration.range.flatMap {
              $0.upperBound == .greatestFiniteMagnitude ? nil : $0.upperBound
            })
        case .glcm: try GLCM.features(levels, texture)
        case .glrlm: try GLRLM.features(levels, texture)
        case .glszm: try GLSZM.features(levels, texture)
        case .gldzm: try GLDZM.features(levels, texture)
        case .ngtdm: try NGTDM.features(levels, texture)
        case .gldm: try GLDM.features(levels, texture)
        // PyRadiomics' alone.
        case .shape2D: []
        }
      return features.map { Value(family: family, aggregation: aggregation, feature: $0) }
    }
    values = results.flatMap(\.self)
  }
}

extension Extraction {
  /// IBSI's features as columns, whose names end in the aggregation: `original_glcm_Contrast_3D_avg`.
  ///
  /// - Throws: ``RadiomicsError``.
  public init(
    _ input: ExtractionInput, label: Int, ibsi configuration: IBSIConfiguration,
    workers: Workers = .all
  ) throws(RadiomicsError) {
    let extraction = try IBSIExtraction(input, label: label, configuration, workers: workers)
    self.init(
      values: extraction.values.map { value in
        let name = value.feature.name + (value.suffix.map { "_" + $0 } ?? "")
        return Value(
          image: "original", family: value.family.rawValue, feature: value.feature.renamed(name))
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
