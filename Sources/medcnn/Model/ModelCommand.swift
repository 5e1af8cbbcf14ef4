import ArgumentParser

struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model",
    abstract: "Import, export, inspect, describe and time models.",
    discussion: """
      For research use only.

      Example:
        medcnn model inspect model.safetensors
      """,
    subcommands: [Import.self, Export.self, Inspect.self, Card.self, Profile.self])
}
