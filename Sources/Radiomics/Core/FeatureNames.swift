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
    // PyRadiomics sorts the names of its functions, which end in a capital letter.
    func sorted(_ names: [String]) -> [String] {
      names.sorted { Array(($0 + "F").utf8).lexicographicallyPrecedes(Array(($1 + "F").utf8)) }
    }
    self.standard = sorted(standard)
    self.deprecated = sorted(deprecated)
    all = sorted(standard + deprecated)
  }
}
