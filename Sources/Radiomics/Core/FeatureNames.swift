/// The names of a family's features.
public struct FeatureNames: Sendable, Equatable {
  /// Those computed where no feature is named.
  public let standard: [String]
  /// Those that repeat another feature, computed only where they are named.
  public let deprecated: [String]
  /// All, in PyRadiomics' order: by name.
  public let all: [String]

  /// Puts names in PyRadiomics' order.
  public init(_ standard: [String], deprecated: [String] = []) {
    self.standard = standard.sorted(by: FeatureNames.precedes)
    self.deprecated = deprecated.sorted(by: FeatureNames.precedes)
    all = (standard + deprecated).sorted(by: FeatureNames.precedes)
  }

  /// Whether a feature comes before another in PyRadiomics' order: it sorts the names of its
  /// functions, which end in a capital letter.
  static func precedes(_ first: String, _ second: String) -> Bool {
    (first + "F").utf8.lexicographicallyPrecedes((second + "F").utf8)
  }
}
