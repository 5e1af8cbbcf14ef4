extension BrainGenerator.Settings {
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case size, spacing, modalities, pathologies, tumours, tumourRadius, plaques, plaqueRadius
    case infarcts, rotation, shift, scale, deformation, skull, randomContrast, contrastVariation
    case noise, bias, blur, motion, thickSlices, sliceThickness, sliceGrid
  }

  private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { return nil }
  }

  /// - Throws: `DecodingError` for an unknown key or a value of the wrong kind.
  public init(from decoder: any Decoder) throws {
    for key in try decoder.container(keyedBy: AnyKey.self).allKeys
    where CodingKeys(stringValue: key.stringValue) == nil {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "the phantoms' settings have no '\(key.stringValue)', only "
            + CodingKeys.allCases.map(\.stringValue).joined(separator: ", ")))
    }
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func take<Value: Decodable>(_ value: inout Value, _ key: CodingKeys) throws {
      if let found = try values.decodeIfPresent(Value.self, forKey: key) { value = found }
    }
    self.init()
    try take(&size, .size)
    spacing = try values.decodeIfPresent(SIMD3<Double>.self, forKey: .spacing)
    try take(&modalities, .modalities)
    if let named = try values.decodeIfPresent([String: Double].self, forKey: .pathologies) {
      pathologies = [:]
      for (name, weight) in named {
        guard let pathology = Pathology(rawValue: name) else {
          throw DecodingError.dataCorruptedError(
            forKey: .pathologies, in: values,
            debugDescription: "no pathology is called '\(name)', only "
              + Pathology.allCases.map(\.rawValue).joined(separator: ", "))
        }
        pathologies[pathology] = weight
      }
    }
    try take(&tumours, .tumours)
    try take(&tumourRadius, .tumourRadius)
    try take(&plaques, .plaques)
    try take(&plaqueRadius, .plaqueRadius)
    try take(&infarcts, .infarcts)
    try take(&rotation, .rotation)
    try take(&shift, .shift)
    try take(&scale, .scale)
    try take(&deformation, .deformation)
    try take(&skull, .skull)
    try take(&randomContrast, .randomContrast)
    try take(&contrastVariation, .contrastVariation)
    try take(&noise, .noise)
    try take(&bias, .bias)
    try take(&blur, .blur)
    try take(&motion, .motion)
    try take(&thickSlices, .thickSlices)
    try take(&sliceThickness, .sliceThickness)
    try take(&sliceGrid, .sliceGrid)
  }

  /// Writes every key.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(size, forKey: .size)
    try values.encodeIfPresent(spacing, forKey: .spacing)
    try values.encode(modalities, forKey: .modalities)
    try values.encode(
      Dictionary(uniqueKeysWithValues: pathologies.map { ($0.key.rawValue, $0.value) }),
      forKey: .pathologies)
    try values.encode(tumours, forKey: .tumours)
    try values.encode(tumourRadius, forKey: .tumourRadius)
    try values.encode(plaques, forKey: .plaques)
    try values.encode(plaqueRadius, forKey: .plaqueRadius)
    try values.encode(infarcts, forKey: .infarcts)
    try values.encode(rotation, forKey: .rotation)
    try values.encode(shift, forKey: .shift)
    try values.encode(scale, forKey: .scale)
    try values.encode(deformation, forKey: .deformation)
    try values.encode(skull, forKey: .skull)
    try values.encode(randomContrast, forKey: .randomContrast)
    try values.encode(contrastVariation, forKey: .contrastVariation)
    try values.encode(noise, forKey: .noise)
    try values.encode(bias, forKey: .bias)
    try values.encode(blur, forKey: .blur)
    try values.encode(motion, forKey: .motion)
    try values.encode(thickSlices, forKey: .thickSlices)
    try values.encode(sliceThickness, forKey: .sliceThickness)
    try values.encode(sliceGrid, forKey: .sliceGrid)
  }
}
