import ArgumentParser
import ConvNet
import Foundation
import Segmentation

extension ModelCommand {
  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write a model's network in the ONNX format for other programs.",
      discussion: """
        The ONNX file holds the network and its weights: float32 arrays of (1, channels, z, y, x) go \
        in and out. How scans are prepared and what the output means is not in it; "model inspect" \
        tells.

        For research use only.

        Example:
          medcnn model export model.safetensors -o network.onnx
        """)

    @Argument(help: "The model file.", completion: .file(extensions: ["safetensors"]))
    var model: String

    @Option(
      name: .shortAndLong, help: ArgumentHelp("The ONNX file to write.", valueName: "file"),
      completion: .file(extensions: ["onnx"]))
    var output: String

    @Option(
      help: ArgumentHelp(
        "Fix the image's size: N, or X,Y,Z; for programs that cannot compute on shapes. "
          + "(default: any)", valueName: "voxels"))
    var size: GridSize?

    @OptionGroup var messages: QuietOption

    func run() throws {
      let model = try Model(contentsOf: URL(fileURLWithPath: model))
      let fixed = size.map { Triple($0.voxels.z, $0.voxels.y, $0.voxels.x) }
      try ONNXWriter.write(model.network, to: output, inputSize: fixed)
      messages.console.note(
        "wrote \(output): \(model.card.name), channels "
          + model.channels.map(\.name).joined(separator: ", ") + " in this order")
    }
  }
}
