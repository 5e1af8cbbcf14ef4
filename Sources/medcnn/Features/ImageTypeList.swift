import Foundation
import Radiomics

/// Image types as the command line lists them: `Original,Laws:kernel=L5E5E5:energy=7:pooling=max`.
struct ImageTypeList {
  private let items: [String]

  init(_ text: String) {
    items = ImageTypeList.split(text, at: ",").filter { !$0.isEmpty }
  }

  /// The types with their settings; a name alone takes those of a parameter file.
  func requests(
    _ file: [ExtractionParameters.ImageRequest]
  ) throws -> [ExtractionParameters.ImageRequest] {
    try items.flatMap { item -> [ExtractionParameters.ImageRequest] in
      let parts = ImageTypeList.split(item, at: ":")
      guard parts.count > 1 else {
        let stated = file.filter { $0.name == item }
        return stated.isEmpty ? [.init(item)] : stated
      }
      let overrides = try parts.dropFirst().map { part -> ParameterValue.Entry in
        guard let setting = FeatureArguments.Setting(argument: part) else {
          throw RadiomicsError.invalidSetting(
            name: "--image-types", found: part, expected: "NAME=VALUE after each colon")
        }
        return .init(setting.name, setting.value)
      }
      return [.init(parts[0], overrides: overrides)]
    }
  }

  /// Divides a text at a mark that is not within brackets.
  private static func split(_ text: String, at mark: Character) -> [String] {
    var parts = [""]
    var depth = 0
    for character in text {
      if character == "[" { depth += 1 }
      if character == "]" { depth -= 1 }
      if character == mark, depth <= 0 {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
    }
    return parts.map { $0.trimmingCharacters(in: .whitespaces) }
  }
}
