/// What a feature is and where it is defined.
public struct FeatureDefinition: Sendable, Equatable {
  /// Its family.
  public let featureClass: FeatureClass
  /// Its name within the family.
  public let name: String
  /// What it measures.
  public let summary: String
  /// Where its formula stands: a section of IBSI's reference manual, or PyRadiomics' documentation.
  public let source: String
  /// IBSI's permanent code of four letters and digits.
  public let ibsiCode: String?
  /// The name in IBSI's tables of reference values, without what names the aggregation.
  public let ibsiTag: String?
  /// The conventions that have it.
  public let conventions: [Convention]
  /// Whether PyRadiomics computes it only where it is named.
  public let isDeprecated: Bool

  /// Describes a feature; whatever is nil does not apply.
  public init(
    _ featureClass: FeatureClass, _ name: String, summary: String, source: String,
    ibsiCode: String? = nil, ibsiTag: String? = nil, conventions: [Convention],
    isDeprecated: Bool = false
  ) {
    self.featureClass = featureClass
    self.name = name
    self.summary = summary
    self.source = source
    self.ibsiCode = ibsiCode
    self.ibsiTag = ibsiTag
    self.conventions = conventions
    self.isDeprecated = isDeprecated
  }
}

extension FeatureClass {
  /// The names of the family's features in a convention.
  public func names(_ convention: Convention) -> FeatureNames {
    let own = FeatureCatalogue.definitions.filter {
      $0.featureClass == self && $0.conventions.contains(convention)
    }
    // What PyRadiomics calls deprecated may be IBSI's.
    let isDeprecated = { (definition: FeatureDefinition) in
      convention == .pyradiomics && definition.isDeprecated
    }
    return FeatureNames(
      own.filter { !isDeprecated($0) }.map(\.name), deprecated: own.filter(isDeprecated).map(\.name)
    )
  }
}
