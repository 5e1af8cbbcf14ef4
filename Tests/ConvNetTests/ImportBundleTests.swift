import ConvNet
import Foundation
import Testing

/// A small checkpoint (Tests/Oracles/import_tiny_bundle.py).
@Suite struct ImportBundleTests {
  static let prefix = Golden.folder.appendingPathComponent("bundle/tiny").path

  static func bytes(_ ending: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: prefix + ending)))
  }

  @Test func tensorsOfTwoShards() throws {
    let checkpoint = try TensorFlowCheckpoint(prefix: Self.prefix)
    #expect(checkpoint.entries.count == 30)
    #expect(checkpoint.entries["net/W_3"]?.shape == [3, 2, 1, 3, 3])
    #expect(Set(checkpoint.entries.values.map(\.shard)) == [0, 1])
    let epochs = checkpoint.entries["trainer/num_epochs_trained"]
    #expect(epochs?.dataType == 9 && epochs?.shape == [] && epochs?.size == 8)
    #expect(throws: ConvNetError.self) {
      try checkpoint.weight("trainer/num_epochs_trained", shape: [])
    }
  }

  @Test func network() throws {
    let imported = try DeepMedicImporter.load(prefix: Self.prefix, config: Self.prefix + ".cfg")
    let checkpoint = try TensorFlowCheckpoint(prefix: Self.prefix)
    let weights = imported.network.weights
    // The kernel's axes are reversed: (x, y, z) in the file.
    let stored = try checkpoint.weight("net/W_1", shape: [3, 2, 1, 3, 3])
    let kernel = try #require(weights["normal.2.convolution.weight"])
    #expect(kernel.shape == [3, 2, 3, 3, 1])
    #expect(kernel.values[1] == stored.values[3] && kernel.values[3] == stored.values[1])
    // The image's bias goes through the kernel.
    let first = try checkpoint.weight("net/W", shape: [2, 1, 3, 3, 3])
    let bias = try checkpoint.weight("net/b", shape: [1]).values[0]
    let folded = try #require(weights["normal.1.convolution.bias"])
    #expect(abs(folded.values[1] - bias * first.values[27...].reduce(0, +)) < 1e-4)
    // Statistics are the mean over the batches.
    let means = try checkpoint.weight("net/muBnsForRollingAverage_2", shape: [2, 6]).values
    let mean = try #require(weights["fc.1.norm.mean"])
    #expect(abs(mean.values[5] - (means[5] + means[11]) / 2) < 1e-6)
    #expect(
      imported.network.description.nodes.contains {
        $0.operation == .scale(factor: 0.5) && $0.name == "classification.keep"
      })
    let output = try Executor(imported.network).run(Tensor(made: 1, Triple(13, 17, 17)))
    #expect(output.channels == 2 && output.values.allSatisfy(\.isFinite))
  }

  @Test func missingAndMisshapenTensors() throws {
    let index = try Self.bytes(".index")
    let shards = try [
      Self.bytes(".data-00000-of-00002"), Self.bytes(".data-00001-of-00002"),
    ]
    let checkpoint = try TensorFlowCheckpoint(index: index, shards: shards, path: "tiny")
    let text = String(decoding: try Self.bytes(".cfg"), as: UTF8.self)
    func message(_ old: String, _ new: String) -> String {
      do {
        let file = try DeepMedicModelFile(
          text: text.replacingOccurrences(of: old, with: new), path: "tiny.cfg")
        _ = try DeepMedicImporter.network(file, weights: checkpoint)
        return "no error"
      } catch {
        return "\(error)"
      }
    }
    #expect(message("", "") == "no error")
    #expect(
      message("numberOfOutputClasses = 2", "numberOfOutputClasses = 3")
        == "weight \"net/W_5\" has the shape 2x4x1x1x1 where the network needs 3x4x1x1x1")
    #expect(
      message("[4]\nkernelDimFor1stFcLayer = [1,1,1]\ndropoutRatesFc = [0.0, 0.5]", "[4, 2]")
        .contains("weight \"net/gBn_4\" (2) is missing"))
    #expect(message("[3,3,3], [1,3,3]", "[3,3,3]").contains("2 layers and 1 kernels"))
  }

  /// Every damage to the index is noticed, most of it by checksums.
  @Test func damagedIndex() throws {
    let index = try Self.bytes(".index")
    let shards = try [
      Self.bytes(".data-00000-of-00002"), Self.bytes(".data-00001-of-00002"),
    ]
    for count in stride(from: 0, to: index.count, by: 13) {
      #expect(throws: ConvNetError.self) {
        try TensorFlowCheckpoint(index: Array(index[..<count]), shards: shards, path: "t")
      }
    }
    for place in stride(from: 0, to: index.count - 48, by: 7) {
      var damaged = index
      damaged[place] ^= 0x10
      // Only the empty block of meta data may be damaged without harm.
      _ = try? TensorFlowCheckpoint(index: damaged, shards: shards, path: "t")
    }
    #expect(throws: ConvNetError.self) {
      try TensorFlowCheckpoint(prefix: Self.prefix + "-missing")
    }
  }
}
