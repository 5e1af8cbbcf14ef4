import ArgumentParser
import ConvNet
import Foundation
import Segmentation
import Volumes

extension ModelCommand {
  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a model file of a network that another program trained.",
      discussion: """
        Reads DeepMedic's checkpoints (TensorFlow) with their modelConfig file, and networks in the \
        ONNX format, as MONAI and nnU-Net export them. What the input channels and labels are is \
        not told there: say it with --channels and --label, and for ONNX also how scans are \
        prepared.

        For research use only.

        Example:
          medcnn model import --deepmedic model.ckpt --config modelConfig.txt \\
            --channels T1,T1c,T2,FLAIR -o model.safetensors
          medcnn model import --onnx unet.onnx --channels T1,T1c,T2,FLAIR \\
            --label 1=core --label 2=oedema --label 3=enhancing --spacing 1 \\
            -o model.safetensors
        """)

    /// A label's name: VALUE=NAME.
    struct Label: ExpressibleByArgument {
      let value: UInt16
      let name: String

      init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, let value = UInt16(parts[0]), value > 0 else { return nil }
        self.value = value
        name = String(parts[1])
      }
    }

    @Option(
      help: ArgumentHelp(
        "DeepMedic's checkpoint: its path without .index and .data-...", valueName: "prefix"),
      completion: .file())
    var deepmedic: String?

    @Option(
      help: ArgumentHelp("DeepMedic's modelConfig file.", valueName: "file"), completion: .file())
    var config: String?

    @Option(
      help: ArgumentHelp("A network in the ONNX format.", valueName: "file"),
      completion: .file(extensions: ["onnx"]))
    var onnx: String?

    @Option(
      help: ArgumentHelp(
        "What the input channels are, in order. (default for four: T1,T1c,T2,FLAIR)",
        valueName: "names"))
    var channels: String?

    @Option(
      name: .customLong("label"),
      help: ArgumentHelp(
        "The name of a label; repeatable. For ONNX in the order of the outputs.",
        valueName: "value=name"))
    var labels: [Label] = []

    @Option(
      help: ArgumentHelp("The model's name. (default: what the file says)", valueName: "name"))
    var name: String?

    @Option(
      name: .shortAndLong, help: ArgumentHelp("The model file to write.", valueName: "file"),
      completion: .file(extensions: ["safetensors"]))
    var output: String

    @OptionGroup(title: "For ONNX") var scheme: ONNXScheme
    @OptionGroup var messages: QuietOption

    func validate() throws {
      guard (deepmedic == nil) != (onnx == nil) else {
        throw ValidationError("Give either --deepmedic PREFIX --config FILE or --onnx FILE.")
      }
      guard (deepmedic == nil) == (config == nil) else {
        throw ValidationError("--deepmedic and --config go together.")
      }
      if onnx == nil, let option = scheme.given {
        throw ValidationError("\(option) is for --onnx only.")
      }
    }

    func run() throws {
      let model: Model
      if let deepmedic, let config {
        model = try importDeepMedic(prefix: deepmedic, config: config)
      } else if let onnx {
        model = try importONNX(onnx)
      } else {
        return
      }
      try model.write(to: URL(fileURLWithPath: output))
      let weights = model.network.weights.values.reduce(0) { $0 + $1.values.count }
      messages.console.note(
        "wrote \(output): \(model.card.name), \(weights) weights, channels "
          + model.channels.map(\.name).joined(separator: ", ") + ", labels "
          + model.labels.entries.map { "\($0.value) \($0.name)" }.joined(separator: ", "))
    }

    private func importDeepMedic(prefix: String, config: String) throws -> Model {
      let imported = try DeepMedicImporter.load(prefix: prefix, config: config)
      let file = imported.modelFile
      for warning in file.warnings { messages.console.note("warning: \(warning)") }
      let names = try channelNames(count: file.network.inputChannels)
      return try Model.deepMedic(
        imported.network, configuration: file.network, segment: file.inferenceSegment,
        channels: names,
        labels: labelTable(classes: file.network.classes, channels: names),
        card: ModelCard(
          name: name ?? file.name, version: "1",
          description: "Imported from a checkpoint that DeepMedic trained.",
          limitations: "What it was trained on and how accurate it is are not in the checkpoint.",
          citation: "Kamnitsas et al., Efficient multi-scale 3D CNN with fully connected CRF for "
            + "accurate brain lesion segmentation, Medical Image Analysis 36, 2017"))
    }

    private func importONNX(_ path: String) throws -> Model {
      let imported = try ONNXImporter.load(
        path: path, output: scheme.onnxOutput, axes: scheme.axes)
      let description = imported.network.description
      let outputs = try description.channels(of: description.output)
      let names = try channelNames(count: description.input.channels)
      return try Model(
        network: imported.network,
        channels: names.map { Channel(name: $0, normalization: scheme.normalization.value) },
        preprocessing: Preprocessing(
          // MONAI brings images to RAS; nnU-Net leaves them as they are stored.
          axes: scheme.axes == .xyz ? .ras : .stored,
          spacing: scheme.spacing.map { (0..<3).map($0.millimetres.element) }),
        inference: scheme.inference(patch: imported.inputSize, path: path),
        output: scheme.output(outputs, of: description, labels: labels.map(\.value)),
        labels: labelTable(classes: scheme.regions ? 0 : outputs, channels: names),
        card: ModelCard(
          name: name
            ?? URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent,
          version: "1", description: "Imported from an ONNX file.",
          limitations: "What it was trained on and how accurate it is are not in the file."))
    }

    private func channelNames(count: Int) throws -> [String] {
      if let channels {
        let names = channels.split(separator: ",").map(String.init)
        guard names.count == count else {
          throw SegmentationError.channels(
            found: "\(names.count == 1 ? "1 name" : "\(names.count) names") (\(channels))",
            expected: "\(count) channels",
            remedy: "name each of them once in --channels")
        }
        return names
      }
      guard count == 4 else {
        throw SegmentationError.channels(
          found: "no --channels", expected: "\(count) channels",
          remedy: "name them in the order of training, such as --channels "
            + (1...max(1, min(count, 6))).map { "name\($0)" }.joined(separator: ","))
      }
      messages.console.note("channels are taken as T1, T1c, T2, FLAIR; --channels names others")
      return ["T1", "T1c", "T2", "FLAIR"]
    }

    /// The names given, or BraTS's for networks of its four scans.
    private func labelTable(classes: Int, channels: [String]) -> LabelTable {
      let isBraTS = Set(channels.map { $0.lowercased() }) == ["t1", "t1c", "t2", "flair"]
      guard labels.isEmpty, isBraTS, classes == 4 || classes == 5 else {
        let unnamed = labels.isEmpty && classes > 1 ? Array(1..<UInt16(min(classes, 1000))) : []
        return LabelTable(
          labels.map { .init(value: $0.value, name: $0.name) }
            + unnamed.map { .init(value: $0, name: "label \($0)") })
      }
      messages.console.note(
        "labels are named as in BraTS \(classes == 4 ? "2023" : "2013"); --label names others")
      let core = LabelTable.Entry(value: 1, name: "necrotic core", color: [213, 94, 0])
      let oedema = LabelTable.Entry(value: 2, name: "oedema", color: [86, 180, 233])
      let other = LabelTable.Entry(value: 3, name: "non-enhancing core", color: [0, 158, 115])
      let enhancing = LabelTable.Entry(
        value: classes == 4 ? 3 : 4, name: "enhancing tumour", color: [240, 228, 66])
      return LabelTable(
        classes == 4 ? [core, oedema, enhancing] : [core, oedema, other, enhancing])
    }
  }
}

extension SIMD3<Double> {
  /// By number: 0, 1 or 2.
  fileprivate func element(_ index: Int) -> Double { self[index] }
}
