import Foundation
import Radiomics
import Yams

/// A PyRadiomics parameter file: YAML or JSON, which YAML holds.
enum ParameterFile {
  /// - Throws: `CommandError.unreadable`, and what makes no sense of its content.
  static func read(_ path: String) throws -> ExtractionParameters {
    let text = try TextFile.read(path)
    do {
      return try ExtractionParameters(try value(of: text))
    } catch let error as RadiomicsError {
      throw CommandError.unusable(path, reason: error.description)
    }
  }

  /// The value that YAML text stands for.
  static func value(of text: String) throws -> ParameterValue {
    do {
      return try compose(yaml: text).map(value) ?? .null
    } catch let error as YamlError {
      throw CommandError.unusable("parameters", reason: "neither YAML nor JSON: \(error)")
    }
  }

  private static func value(_ node: Node) -> ParameterValue {
    switch node {
    case .mapping(let mapping):
      .map(mapping.map { .init($0.key.string ?? "", value($0.value)) })
    case .sequence(let nodes): .list(nodes.map(value))
    case .scalar(let scalar):
      if scalar.style == .singleQuoted || scalar.style == .doubleQuoted {
        .text(scalar.string)
      } else if node.null != nil {
        .null
      } else if let value = node.bool {
        .boolean(value)
      } else if let value = node.int {
        .integer(value)
      } else if let value = node.float {
        .number(value)
      } else {
        .text(scalar.string)
      }
    case .alias: .null
    }
  }
}
