import Radiomics

/// The table of all features: what they measure and where they are defined.
enum FeatureList {
  static var text: String {
    var table = TextTable(
      ["class", "feature", "IBSI", "conventions", "source", "measures"],
      leftAligned: [0, 1, 2, 3, 4, 5])
    for definition in FeatureCatalogue.definitions {
      table.append([
        definition.featureClass.rawValue,
        definition.name + (definition.isDeprecated ? " *" : ""), definition.ibsiCode ?? "-",
        definition.conventions.map(\.rawValue).joined(separator: ", "), definition.source,
        definition.summary,
      ])
    }
    return table.text + "\n\n* computed for PyRadiomics only where it is named"
  }
}
