import ConvNet
import Foundation
import TestSupport
import Testing

/// The published checkpoint, which is not part of the repository.
enum DeepMedicCheckpoint {
  static let folder = SharedData.place("deepmedic_checkpoint")

  static var prefix: String { (folder ?? "") + "/model.ckpt" }
  static var config: String { (folder ?? "") + "/modelConfig.txt" }
}

@Suite(
  .enabled(
    if: DeepMedicCheckpoint.folder != nil,
    "the checkpoint is not here; MEDCNN_SHARED_DATA names the folder with the shared data"))
struct ImportDeepMedicTests {
  /// Against PyTorch (Tests/Oracles/import_deepmedic.py).
  @Test func probabilities() throws {
    let imported = try DeepMedicImporter.load(
      prefix: DeepMedicCheckpoint.prefix, config: DeepMedicCheckpoint.config)
    #expect(imported.modelFile.warnings.isEmpty)
    #expect(imported.modelFile.inferenceSegment == Triple(repeating: 45))
    // 45 for the normal pathway and what the others see beyond it.
    let result = try Executor(imported.network).run(Tensor(made: 4, Triple(repeating: 109)))
    #expect(result.channels == 5 && result.size == Triple(repeating: 27))

    let golden = try String(
      contentsOf: Golden.folder.appendingPathComponent("deepmedic.txt"), encoding: .utf8)
    var checked = 0
    for line in golden.split(separator: "\n") where !line.hasPrefix("#") {
      let fields = line.split(separator: " ")
      let numbers = fields.compactMap { Float($0) }
      let found: [Float]
      if fields[0] == "sum" {
        let voxels = 27 * 27 * 27
        found = (0..<5).map { label in
          Float(
            result.values[label * voxels..<(label + 1) * voxels].reduce(0.0) { $0 + Double($1) })
        }
      } else {
        found = (0..<5).map {
          result[$0, Int(numbers[2]), Int(numbers[1]), Int(numbers[0])]
        }
      }
      for (value, expected) in zip(found, numbers.suffix(5)) {
        // Relative to each probability, however small.
        #expect(abs(value - expected) <= 1e-4 * abs(expected), "\(line)")
      }
      checked += 1
    }
    #expect(checked == 11)
  }

  /// Each kind of damage gives one error that says where it is.
  @Test func damagedCheckpoints() throws {
    let index = try bytes(DeepMedicCheckpoint.prefix + ".index")
    let shard = try bytes(DeepMedicCheckpoint.prefix + ".data-00000-of-00001")
    let modelFile = try DeepMedicModelFile(path: DeepMedicCheckpoint.config)
    func message(_ index: [UInt8], _ shards: [[UInt8]]) -> String {
      do {
        let checkpoint = try TensorFlowCheckpoint(index: index, shards: shards, path: "model")
        _ = try DeepMedicImporter.network(modelFile, weights: checkpoint)
        return "no error"
      } catch {
        return "\(error)"
      }
    }
    #expect(message(index, [shard]) == "no error")
    #expect(message([], [shard]).contains("does not end as the index"))
    #expect(message(Array(index.dropLast(100)), [shard]).contains("does not end as the index"))
    var wrongMagic = index
    wrongMagic[index.count - 1] ^= 1
    #expect(message(wrongMagic, [shard]).contains("does not end as the index"))
    var wrongBlock = index
    wrongBlock[300] ^= 1
    #expect(message(wrongBlock, [shard]).contains("does not match its checksum"))
    #expect(message(index, []).contains("has 0 shards where its index speaks of 1"))
    #expect(message(index, [Array(shard.prefix(1000))]).contains("ends beyond the 1000 bytes"))
    let entry = try #require(
      try TensorFlowCheckpoint(index: index, shards: [shard], path: "").entries["net/W_3"])
    var wrongValue = shard
    wrongValue[entry.offset + 5] ^= 1
    #expect(message(index, [wrongValue]).contains("\"net/W_3\" does not match its checksum"))
    #expect(entry.shape == [16, 14, 3, 3, 3])
  }

  @Test func tensorsThatDoNotFitTheConfiguration() throws {
    let checkpoint = try TensorFlowCheckpoint(prefix: DeepMedicCheckpoint.prefix)
    let text = try String(contentsOfFile: DeepMedicCheckpoint.config, encoding: .utf8)
    func message(_ old: String, _ new: String) -> String {
      do {
        let changed = text.replacingOccurrences(of: old, with: new)
        let modelFile = try DeepMedicModelFile(text: changed, path: "modelConfig.txt")
        _ = try DeepMedicImporter.network(modelFile, weights: checkpoint)
        return "no error"
      } catch {
        return "\(error)"
      }
    }
    #expect(
      message("numberFMsPerLayerFC = [60, 80]", "numberFMsPerLayerFC = [60, 81]")
        == "weight \"net/W_25\" has the shape 80x60x1x1x1 where the network needs 81x60x1x1x1")
    #expect(
      message("useSubsampledPathway = True", "useSubsampledPathway = False")
        .contains("\"net/gBn_7\" has the shape 10 where the network needs 25"))
    #expect(
      message("subsampleFactor = [[3,3,3],[5,5,5]]", "subsampleFactor = [[3,3,3],[5,5,5],[7,7,7]]")
        .contains("\"net/b_3\" has the shape 5 where the network needs 4"))
    #expect(throws: ConvNetError.self) {
      try DeepMedicImporter.load(prefix: "/nowhere/model.ckpt", config: DeepMedicCheckpoint.config)
    }
  }

  private func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }
}
