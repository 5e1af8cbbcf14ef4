import Foundation
import TestSupport
import Testing

@testable import Radiomics

/// A table of IBSI's reference values.
struct ReferenceValues {
  /// Value and tolerance by tag.
  let values: [String: (value: Double, tolerance: Double)]

  init(_ name: String) throws {
    let path = "\(SharedData.root ?? "")/ibsi1/reference_values/\(name)"
    var values: [String: (value: Double, tolerance: Double)] = [:]
    for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
      let fields = line.split(separator: ";", omittingEmptySubsequences: false)
      guard fields.count == 3, let value = Double(fields[0]), let tolerance = Double(fields[1])
      else { continue }
      values[fields[2].trimmingCharacters(in: .whitespaces)] = (value, tolerance)
    }
    self.values = values
  }

  /// Compares all of a family's features with the values, which are rounded to three digits.
  ///
  /// - Returns: the number compared.
  func compare(
    _ family: FeatureClass, _ features: [Feature], suffix: String = ""
  ) throws -> Int {
    #expect(features.map(\.name) == family.names(.ibsi).all, "\(family)")
    var compared = 0
    for feature in features {
      let definition = try #require(FeatureCatalogue.definition(family, feature.name))
      let tag = try #require(definition.ibsiTag) + suffix
      guard let (value, tolerance) = values[tag] else {
        #expect(tag == "ivh_auc")
        continue
      }
      let digit = value == 0 ? 0.001 : pow(10, floor(log10(abs(value))) - 2)
      #expect(
        abs(feature.value - value) <= tolerance + 0.501 * digit,
        "\(tag): \(feature.value), expected \(value)")
      compared += 1
    }
    return compared
  }
}
