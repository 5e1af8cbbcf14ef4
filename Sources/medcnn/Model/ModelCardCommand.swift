import ArgumentParser
import Foundation
import Segmentation
import Yams

extension ModelCommand {
  struct Card: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "card",
      abstract: "Write what people should know about a model into its file.",
      discussion: """
        The card is YAML or JSON with any of name, version, description, trainingData, accuracy, \
        limitations, license and citation; what it does not name stays as it is.

        For research use only.

        Example:
          medcnn model card model.safetensors --from card.yaml -o model-1.0.safetensors
        """)

    @Argument(help: "The model file.", completion: .file(extensions: ["safetensors"]))
    var model: String

    @Option(
      help: ArgumentHelp("The card.", valueName: "file"),
      completion: .file(extensions: ["yaml", "yml", "json"]))
    var from: String

    @Option(
      name: .shortAndLong, help: ArgumentHelp("The model to write.", valueName: "file"),
      completion: .file(extensions: ["safetensors"]))
    var output: String

    func run() throws {
      try OutputCheck.file(output, reading: [from])
      let model = try Model(contentsOf: URL(fileURLWithPath: model))
      let text = try TextFile.read(from)
      let changes: [String: String]
      do {
        changes = try YAMLDecoder().decode([String: String].self, from: text)
      } catch {
        throw CommandError.unreadable(from, reason: "it is not a list of fields with texts")
      }
      var card = model.card
      for (field, value) in changes {
        let value = value.trimmingCharacters(in: .whitespacesAndNewlines)
        switch field {
        case "name": card.name = value
        case "version": card.version = value
        case "description": card.description = value
        case "trainingData": card.trainingData = value
        case "accuracy": card.accuracy = value
        case "limitations": card.limitations = value
        case "license": card.license = value
        case "citation": card.citation = value
        default:
          throw CommandError.unreadable(from, reason: "a card has no field \(field)")
        }
      }
      try Model(
        network: model.network, channels: model.channels, preprocessing: model.preprocessing,
        inference: model.inference, output: model.output, labels: model.labels, card: card
      ).write(to: URL(fileURLWithPath: output))
    }
  }
}
