/// All features that regions have, with where they are defined.
public enum FeatureCatalogue {
  /// Family by family, each in the order of its names.
  public static let definitions: [FeatureDefinition] = {
    let families: [(FeatureClass, [Row])] = [
      (.firstOrder, firstOrder), (.shape, shape), (.shape2D, shape2D), (.glcm, glcm), (.gldm, gldm),
      (.glrlm, glrlm), (.glszm, glszm),
      (.ngtdm, ngtdm), (.gldzm, gldzm), (.histogram, histogram),
      (.intensityVolumeHistogram, intensityVolumeHistogram), (.localIntensity, localIntensity),
    ]
    return families.flatMap { family, rows in rows.map { $0.definition(family) } }
  }()

  /// The definition of a feature of a family.
  public static func definition(_ featureClass: FeatureClass, _ name: String) -> FeatureDefinition?
  {
    definitions.first { $0.featureClass == featureClass && $0.name == name }
  }

  /// Where a formula stands.
  enum Source {
    /// The section of IBSI's manual, the code and the tag of reference values.
    case ibsi(String, String, String)
    /// The section of IBSI's manual of a formula that this feature repeats.
    case formula(String)
    case pyradiomics
  }

  /// Which conventions have a feature.
  enum Membership {
    case both, ibsi, pyradiomics
    /// PyRadiomics' alone, computed where it is named.
    case deprecated
    /// IBSI's, and PyRadiomics' where it is named.
    case ibsiDeprecated
  }

  /// A line of a family's table.
  struct Row {
    let name: String
    let summary: String
    let source: Source
    let membership: Membership

    init(_ name: String, _ summary: String, _ source: Source, _ membership: Membership) {
      self.name = name
      self.summary = summary
      self.source = source
      self.membership = membership
    }

    func definition(_ family: FeatureClass) -> FeatureDefinition {
      let (text, code, tag): (String, String?, String?) =
        switch source {
        case .ibsi(let section, let code, let tag): ("IBSI \(section)", code, tag)
        case .formula(let section): ("IBSI \(section)", nil, nil)
        case .pyradiomics: ("PyRadiomics, class \(family.rawValue)", nil, nil)
        }
      let conventions: [Convention] =
        switch membership {
        case .both, .ibsiDeprecated: [.pyradiomics, .ibsi]
        case .ibsi: [.ibsi]
        case .pyradiomics, .deprecated: [.pyradiomics]
        }
      return FeatureDefinition(
        family, name, summary: summary, source: text, ibsiCode: code, ibsiTag: tag,
        conventions: conventions,
        isDeprecated: membership == .deprecated || membership == .ibsiDeprecated)
    }
  }
}
