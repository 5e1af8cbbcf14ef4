import ArgumentParser

@main
struct Medcnn: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "medcnn",
    abstract: "Segment lesions in medical scans and measure them. For research use only.")
}
