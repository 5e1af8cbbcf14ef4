import ArgumentParser

struct PhantomCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "phantom",
    abstract: "Synthesise scans with lesions whose truth is known.",
    discussion: """
      For research use only.

      Example:
        medcnn phantom mri --seed 7 --lesions 2 --out phantom
        medcnn phantom mri --kind mixed --count 100 --out training
        medcnn phantom implant --data cases.csv --count 40 --out implanted
      """,
    subcommands: [MRI.self, Implant.self])
}
