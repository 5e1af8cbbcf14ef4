import ArgumentParser
import ConvNet
import Segmentation

/// How scans are prepared for a network in the ONNX format and what its output means, which the file
/// does not tell.
struct ONNXScheme: ParsableArguments {
  /// How intensities are brought to the network's scale.
  enum Scheme: String, ExpressibleByArgument, CaseIterable {
    case zScore = "z-score"
    case nonZero = "z-score-nonzero"
    case image = "z-score-image"
    case none

    var value: Normalization {
      switch self {
      case .zScore: .zScore(over: .mask)
      case .nonZero: .zScore(over: .nonZero)
      case .image: .zScore(over: .image)
      case .none: .none
      }
    }
  }

  @Option(
    help: ArgumentHelp(
      "How intensities are scaled: by mean and sd of the brain, of the channel's voxels that are "
        + "not zero, or of all voxels, or not at all.", valueName: "scheme"))
  var normalization = Scheme.zScore

  @Option(
    help: ArgumentHelp(
      "The voxel size that the network was trained on: N, or X,Y,Z. (default: any)",
      valueName: "mm"))
  var spacing: Spacing?

  @Option(
    help: ArgumentHelp(
      "The window's extent: N, or X,Y,Z. (default: what the file was exported for)",
      valueName: "voxels"))
  var patch: GridSize?

  @Flag(help: "See each window mirrored along all axes, too, and average.")
  var mirror = false

  @Flag(help: "Each output is a region of its own, which a sigmoid's 0.5 bounds.")
  var regions = false

  @Option(
    help: ArgumentHelp(
      "The order of the network's axes: zyx (nnU-Net) or xyz (MONAI).", valueName: "order"))
  var axes = ONNXImporter.AxisOrder.zyx

  @Option(
    help: ArgumentHelp("The output to take, where the network has several.", valueName: "name"))
  var onnxOutput: String?

  /// An option that was given, for messages.
  var given: String? {
    let options: [(String, Bool)] = [
      ("--normalization", normalization != .zScore), ("--spacing", spacing != nil),
      ("--patch", patch != nil), ("--mirror", mirror), ("--regions", regions),
      ("--axes", axes != .zyx), ("--onnx-output", onnxOutput != nil),
    ]
    return options.first { $0.1 }?.0
  }

  /// nnU-Net's windows, of the size given or exported for.
  func inference(patch exported: Triple?, path: String) throws -> Inference {
    let size =
      patch.map { [$0.voxels.z, $0.voxels.y, $0.voxels.x] }
      ?? exported.map { [$0.z, $0.y, $0.x] }
    guard let size else { throw CommandError.noPatch(path) }
    return .windows(patch: size, step: 0.5, gaussian: 0.125, mirror: mirror ? [0, 1, 2] : [])
  }

  /// What the outputs mean: classes from the background on, or regions.
  func output(
    _ count: Int, of description: NetworkDescription, labels: [UInt16]
  ) throws -> Output {
    let last = description.nodes.last { $0.name == description.output }?.operation
    if regions {
      guard labels.count == count else {
        throw CommandError.labelCount(found: labels.count, expected: count)
      }
      return Output(
        activation: last == .sigmoid ? .none : .sigmoid, decision: .regions, threshold: 0.5,
        values: labels)
    }
    guard labels.isEmpty || labels.count == count - 1 else {
      throw CommandError.labelCount(found: labels.count, expected: count - 1)
    }
    let values = labels.isEmpty ? (1..<max(1, count)).map { UInt16(clamping: $0) } : labels
    return Output(
      activation: last == .softmax ? .none : .softmax, decision: .argmax, values: [0] + values)
  }
}
