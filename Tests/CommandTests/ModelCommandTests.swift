import Foundation
import TestSupport
import Testing
import VolumeIO
import Volumes

@Suite struct ModelCommandTests {
  /// A safetensors file of one header text and some bytes of arrays.
  static func file(_ header: String, _ bytes: Int = 0) -> [UInt8] {
    let text = Array(header.utf8)
    let count = UInt64(text.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + text
      + [UInt8](repeating: 0, count: bytes)
  }

  static let damaged: [(name: String, bytes: [UInt8])] = [
    ("empty", []),
    ("short", [1, 2, 3]),
    ("huge header", [UInt8](repeating: 0xFF, count: 8) + [0x7B, 0x7D]),
    ("no JSON", file("not JSON at all")),
    ("text", Array("a text file that was named .safetensors\n".utf8)),
    ("beyond the end", file(#"{"w":{"dtype":"F32","shape":[9],"data_offsets":[0,36]}}"#, 8)),
    ("negative", file(#"{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4)),
    ("no model", file(#"{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 4)),
    ("no network", file(#"{"__metadata__":{"medcnn":"1"}}"#)),
    ("other version", file(#"{"__metadata__":{"medcnn":"99"}}"#)),
  ]

  @Test(arguments: damaged.map(\.name)) func damagedModelsAreErrors(_ name: String) throws {
    let folder = try TemporaryFolder()
    let bytes = try #require(Self.damaged.first { $0.name == name }?.bytes)
    try folder.write(bytes, to: "m.safetensors")
    let run = try Medcnn(["model", "inspect", "m.safetensors"], in: folder.url)
    #expect(run.status == 1)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("error: m.safetensors: "))
    #expect(run.errors.split(separator: "\n").count == 1)
  }

  /// What a card does not name stays as it is.
  @Test func cardsAreWrittenIntoModels() throws {
    let folder = try TemporaryFolder()
    let shipped = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Samples/models/phantom-brain.safetensors").standardized.path
    try folder.write(Array("version: \"7.1\"\naccuracy: Dice .9 on ten\n".utf8), to: "card.yaml")
    let arguments = ["model", "card", shipped, "--from", "card.yaml", "-o", "m.safetensors"]
    #expect(try Medcnn(arguments, in: folder.url).status == 0)
    let shown = try Medcnn(["model", "inspect", "m.safetensors"], in: folder.url).output
    #expect(shown.contains("7.1") && shown.contains("Dice .9 on ten"))
    let before = try Medcnn(["model", "inspect", shipped], in: folder.url).output
    let description = try #require(
      before.split(separator: "\n").first { $0.hasPrefix("description") })
    #expect(shown.contains(description))

    try folder.write(Array("colour: red\n".utf8), to: "card.yaml")
    let run = try Medcnn(arguments, in: folder.url)
    #expect(run.status == 1)
    #expect(run.errors.contains("a card has no field colour"))
  }

  /// Out as ONNX and in again, the model gives the same labels.
  @Test func exportedNetworksComeBack() throws {
    let folder = try SegmentCommandTests.scene()
    let export = try Medcnn(
      ["model", "export", "m.safetensors", "-o", "m.onnx", "--size", "16"], in: folder.url)
    #expect(export.status == 0)
    #expect(export.errors.hasPrefix("wrote m.onnx: threshold, channels T1, FLAIR in this order"))
    let back = try Medcnn(
      [
        "model", "import", "--onnx", "m.onnx", "--channels", "T1,FLAIR", "--label", "2=lesion",
        "-o", "back.safetensors",
      ], in: folder.url)
    #expect(back.status == 0, "\(back.errors)")
    var labels: [[UInt16]] = []
    for model in ["m.safetensors", "back.safetensors"] {
      let run = try Medcnn(
        ["segment", "case", "--model", model, "-o", "l.nii"], in: folder.url)
      #expect(run.status == 0, "\(run.errors)")
      labels.append(try ImageFile.readLabelMap(folder.path("l.nii")).voxels)
    }
    #expect(labels[0].contains(2))
    #expect(labels[0] == labels[1])
  }

  @Test func profilesLayersAndTraining() throws {
    let folder = try SegmentCommandTests.scene()
    let command = ["model", "profile", "m.safetensors", "--size", "8x7x6", "--repeats", "1"]
    let layers = try Medcnn(command, in: folder.url)
    #expect(layers.status == 0, "\(layers.errors)")
    #expect(layers.output.contains("layer"))
    let training = try Medcnn(command + ["--training", "--batch", "3"], in: folder.url)
    #expect(training.status == 0, "\(training.errors)")
    for word in ["forward", "loss", "backward", "update", "all", "peak memory"] {
      #expect(training.output.contains(word))
    }
    let huge = try Medcnn(
      ["model", "profile", "m.safetensors", "--size", "2000000000"], in: folder.url)
    #expect(huge.status == 2)
    #expect(huge.errors.contains("cannot be timed"))
  }

  @Test(arguments: [
    (["import", "-o", "x"], "Give either --deepmedic PREFIX --config FILE or --onnx FILE."),
    (["import", "--deepmedic", "a", "-o", "x"], "--deepmedic and --config go together."),
    (
      ["import", "--deepmedic", "a", "--config", "b", "--mirror", "-o", "x"],
      "--mirror is for --onnx only."
    ),
    (["export", "m.safetensors"], "Missing expected argument '--output <file>'"),
    (["profile", "m", "--size", "8", "--batch", "2"], "--batch goes with --training."),
    (["profile", "m", "--size", "8", "--repeats", "0"], "--repeats takes 1 to 1000, not 0."),
  ]) func wrongUsageExitsWith2(_ arguments: [String], _ message: String) throws {
    let run = try Medcnn(["model"] + arguments)
    #expect(run.status == 2)
    #expect(run.errors.contains(message))
  }

  @Test(
    .enabled(
      if: SharedData.place("deepmedic_checkpoint") != nil,
      "the trained checkpoint is not there"))
  func checkpointsThatDoNotFitAreErrors() throws {
    let folder = try TemporaryFolder()
    let checkpoint = try #require(SharedData.place("deepmedic_checkpoint"))
    let prefix = "\(checkpoint)/model.ckpt"
    let config = try String(
      contentsOfFile: "\(checkpoint)/modelConfig.txt", encoding: .utf8)
    let start = "numberFMsPerLayerNormal = [10"
    #expect(config.contains(start))
    let wider = config.replacingOccurrences(of: start, with: "numberFMsPerLayerNormal = [11")
    try folder.write(Array(wider.utf8), to: "wider.txt")
    try folder.write(Array(config.utf8), to: "right.txt")
    // The index alone, without the file of the weights.
    try folder.write(
      Array(try Data(contentsOf: URL(fileURLWithPath: "\(prefix).index"))), to: "alone.index")
    for (prefix, config, message) in [
      (prefix, "wider.txt", "net/W"), ("alone", "right.txt", "alone.data-00000-of-00001"),
      ("none", "right.txt", "none.index: cannot be read"),
      (prefix, "none.txt", "none.txt: cannot be"),
    ] {
      let run = try Medcnn(
        ["model", "import", "--deepmedic", prefix, "--config", config, "-o", "m.safetensors"],
        in: folder.url)
      #expect(run.status == 1)
      #expect(run.errors.contains(message), "\(run.errors)")
      #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
    }
    let run = try Medcnn(
      ["model", "import", "--deepmedic", prefix, "--config", "right.txt", "-o", "m.safetensors"],
      in: folder.url)
    #expect(run.status == 0)
  }

  @Test func missingModelsAndFoldersAreErrors() throws {
    let folder = try TemporaryFolder()
    for name in ["missing.safetensors", "."] {
      let run = try Medcnn(["model", "inspect", name], in: folder.url)
      #expect(run.status == 1)
      #expect(run.errors.hasPrefix("error: \(name): cannot be read: "))
      #expect(run.errors.split(separator: "\n").count == 1)
    }
  }
}
