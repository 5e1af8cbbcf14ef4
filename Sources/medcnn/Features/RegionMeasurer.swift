import Parallel
import Radiomics
import VolumeIO
import Volumes

/// Measures the regions of cases.
struct RegionMeasurer: Sendable {
  let reader: FeatureReader
  let parameters: ExtractionParameters
  /// How IBSI's features are computed, or nil for PyRadiomics'.
  let ibsi: IBSIConfiguration?
  /// The families of IBSI that are wanted; nil for all.
  let ibsiFeatures: [ExtractionParameters.FeatureRequest]?
  /// How regions are divided; nil to leave them whole.
  let habitats: HabitatDivision?

  /// What was measured of a case.
  struct Result: Sendable {
    /// A row for each region.
    var rows: [FeatureRow] = []
    /// The regions of the rows.
    var regions: [FeatureReader.Region] = []
    /// The habitats that regions were divided into.
    var habitats: LabelMap?
  }

  /// A region of a case at one time, and which of the mask's it is.
  struct Selection: Sendable {
    let choice: FeatureReader.Choice
    /// The layer of a mask with several.
    let layer: Int
  }

  /// Measures the regions of a case.
  ///
  /// - Parameters:
  ///   - baseline: the earlier time that differences are from.
  ///   - hasBaseline: whether there are columns of differences, for cases without an earlier time too.
  func measure(
    _ source: CaseSource, _ selection: Selection, since baseline: (CaseSource, Selection)?,
    hasBaseline: Bool, identity: [(name: String, text: String)], workers: Workers
  ) throws -> Result {
    var regions = try regions(of: source, selection, workers)
    let earlier = try baseline.map { try self.regions(of: $0.0, $0.1, workers) } ?? []
    let reason = baseline == nil ? "no earlier time" : "the earlier mask has no such region"
    let isPlain: Bool =
      if case .standard = selection.choice { regions.count == 1 } else { false }
    let identity = identity + missing(from: identity, source)
    var result = Result()
    if let habitats, let divided = try habitats.divided(regions, of: source, workers: workers) {
      regions = divided.habitats
      result.habitats = divided.map
    }
    for region in regions {
      var identity = identity
      if !isPlain, !identity.contains(where: { $0.name.lowercased() == "label" }) {
        identity.append(("Label", "\(region.maskLabel)"))
      }
      if let name = region.name { identity.append(("ROI", name)) }
      if let habitat = region.habitat {
        identity.append(("Habitat", "\(habitat.number)"))
        identity.append(("HabitatFraction", habitat.fraction.pythonText))
      }
      let measured: (diagnostics: [ParameterValue.Entry], values: [Extraction.Value])
      do {
        measured = try self.measure(region, workers)
      } catch let error as RadiomicsError {
        // A habitat may be too small where the region is not.
        guard let habitat = region.habitat, case .unusableRegion = error else { throw error }
        reader.messages.warn(["habitat \(habitat.number) is left out: \(error)"])
        continue
      }
      var values = measured.values
      if hasBaseline {
        let before = try RegionMeasurer.counterpart(of: region, in: earlier, among: regions)
          .map { try self.measure($0, workers).values }
        values += FeatureChange.values(values, since: before, without: reason)
      }
      result.rows.append(FeatureRow(identity, measured.diagnostics, values))
      result.regions.append(region)
    }
    return result
  }

  private func regions(
    of source: CaseSource, _ selection: Selection, _ workers: Workers
  ) throws -> [FeatureReader.Region] {
    try reader.regions(
      of: source, selection.choice, label: parameters.settings.label, layer: selection.layer,
      workers: workers)
  }

  /// The participant and the session that the scan's name tells and the table does not.
  private func missing(
    from identity: [(name: String, text: String)], _ source: CaseSource
  ) -> [(name: String, text: String)] {
    BIDSName.identifiers(source.scans.first?.path ?? "").filter { found in
      !identity.contains { $0.name.lowercased() == found.name }
    }
  }

  /// The region of another time: of the same name, of the same label, or the only one.
  private static func counterpart(
    of region: FeatureReader.Region, in others: [FeatureReader.Region],
    among all: [FeatureReader.Region]
  ) -> FeatureReader.Region? {
    if all.count == 1, others.count == 1 { return others[0] }
    if let name = region.name, let found = others.first(where: { $0.name == name }) { return found }
    return others.first { $0.label == region.label }
  }

  /// The features of all channels of a region.
  private func measure(
    _ region: FeatureReader.Region, _ workers: Workers
  ) throws -> (diagnostics: [ParameterValue.Entry], values: [Extraction.Value]) {
    var diagnostics: [ParameterValue.Entry] = []
    var values: [Extraction.Value] = []
    for (index, channel) in region.channels.enumerated() {
      // All channels have the same shape, unless their intensities decide about it.
      let hasShape = index == 0 || parameters.settings.resegmentShape
      let extraction = try extraction(channel.input, region.label, hasShape: hasShape, workers)
      reader.messages.warn(extraction.warnings)
      let prefix = channel.name.map { $0 + "_" } ?? ""
      diagnostics += (extraction.diagnostics?.entries ?? []).map {
        .init("\(prefix)diagnostics_\($0.key)", $0.value)
      }
      values += extraction.values.map { value in
        let isShared =
          !parameters.settings.resegmentShape
          && (FeatureClass(rawValue: value.family)?.isShape ?? false)
        return Extraction.Value(
          image: isShared ? value.image : prefix + value.image, family: value.family,
          feature: value.feature)
      }
    }
    return (diagnostics, values)
  }

  private func extraction(
    _ input: ExtractionInput, _ label: Int, hasShape: Bool, _ workers: Workers
  ) throws -> Extraction {
    var parameters = parameters
    if parameters.settings.label != label {
      try parameters.settings.set("label", to: .integer(label))
    }
    guard let ibsi else {
      if !hasShape { parameters.features.removeAll { $0.family.isShape } }
      return try Extraction(
        input, parameters, program: "medcnn \(Medcnn.version)", workers: workers)
    }
    var features = ibsiFeatures ?? FeatureClass.ibsi.map { .init($0) }
    if !hasShape { features.removeAll { $0.family.isShape } }
    return try Extraction(
      input, label: label, ibsi: ibsi, images: parameters, features: features, workers: workers)
  }
}

/// How features changed since an earlier time.
enum FeatureChange {
  /// For each feature the difference, `delta_...`, and its part of the earlier value,
  /// `delta-relative_...`.
  ///
  /// - Parameter reason: why there is no earlier time.
  static func values(
    _ values: [Extraction.Value], since earlier: [Extraction.Value]?, without reason: String
  ) -> [Extraction.Value] {
    let before = Dictionary(
      (earlier ?? []).map { ($0.column, $0.feature) }
    ) { first, _ in first }
    func changed(
      _ prefix: String, _ change: (Double, Double) -> (Double?, reason: String)
    ) -> [Extraction.Value] {
      values.map { value in
        let name = value.feature.name
        let feature: Feature
        if let old = before[value.column] {
          if let reason = value.feature.reason {
            feature = Feature(name, undefined: reason)
          } else if let reason = old.reason {
            feature = Feature(name, undefined: "at the earlier time: \(reason)")
          } else {
            let (number, reason) = change(value.feature.value, old.value)
            feature = number.map { Feature(name, $0) } ?? Feature(name, undefined: reason)
          }
        } else {
          feature = Feature(name, undefined: reason)
        }
        return Extraction.Value(
          image: "\(prefix)_\(value.image)", family: value.family, feature: feature)
      }
    }
    return changed("delta") { ($0 - $1, "") }
      + changed("delta-relative") { now, old in
        (old == 0 ? nil : (now - old) / old, "the earlier value is 0")
      }
  }
}
