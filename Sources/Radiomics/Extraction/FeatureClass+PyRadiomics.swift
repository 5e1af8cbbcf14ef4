extension FeatureClass {
  /// PyRadiomics' classes, in its order.
  public static let pyradiomics: [FeatureClass] = [
    .firstOrder, .glcm, .gldm, .glrlm, .glszm, .ngtdm, .shape, .shape2D,
  ]

  /// Whether the family sees the mask alone.
  public var isShape: Bool { self == .shape || self == .shape2D }
}
