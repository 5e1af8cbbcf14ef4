import ConvNet
import Foundation
import Parallel
import Testing
import VolumeIO
import Volumes

@testable import Segmentation

/// A trained DeepMedic on a real scan, where an independent implementation has been before.
@Suite(
  .enabled(if: sharedData != nil, "there is no trained checkpoint here: set MEDCNN_SHARED_DATA"),
  .enabled(if: isOptimized, "whole scans take minutes in a debug build: test with -c release"))
struct TrainedDeepMedicTests {
  private let folder = sharedData ?? URL(filePath: "/")

  private func model() throws -> Model {
    let checkpoint = folder.appending(path: "deepmedic_checkpoint")
    let imported = try DeepMedicImporter.load(
      prefix: checkpoint.appending(path: "model.ckpt").path,
      config: checkpoint.appending(path: "modelConfig.txt").path)
    return try Model.deepMedic(
      imported.network, configuration: imported.modelFile.network,
      channels: ["T1", "T1c", "T2", "FLAIR"], labels: LabelTable(),
      card: ModelCard(name: "glioma", version: "1", description: "For tests."))
  }

  private func scans(_ model: Model) throws -> [Volume] {
    let place = folder.appending(path: "glioma_4mod/BraTS-GLI-00001-000")
    let names = try FileManager.default.contentsOfDirectory(atPath: place.path).sorted()
    let files = try ChannelMatcher(channels: model.channels).match(
      fileNames: names, folder: place.path)
    return try files.map { try ImageFile.read(place.appending(path: names[$0]).path).volume }
  }

  private func reference() throws -> LabelMap {
    try ImageFile.readLabelMap(
      folder.appending(path: "glioma_4mod/BraTS-GLI-00001-000/reference_labels.nii.gz").path)
  }

  @Test func tilesOf27GiveTheReference() throws {
    let model = try model()
    var options = Segmenter.Options()
    options.tile = 27
    let labels = try Segmenter(model, options: options).segment(scans(model)).labels
    let reference = try reference()
    let equal = zip(labels.voxels, reference.voxels).count { $0 == $1 }
    let fraction = Double(equal) / Double(labels.voxels.count)
    let inTumour = zip(labels.voxels, reference.voxels).count { $0 != $1 }
    #expect(fraction >= 0.999, "\(inTumour) voxels differ")
    print("tiles of 27: \(inTumour) of \(labels.voxels.count) voxels differ")
  }

  @Test func streamedGivesDice99() throws {
    let model = try model()
    let scans = try scans(model)
    let reference = try reference()
    let clock = ContinuousClock()
    var results: [LabelMap] = []
    for threads in [1, 2] {
      var options = Segmenter.Options()
      options.workers = Workers(count: threads)
      let segmenter = try Segmenter(model, options: options)
      let time = try clock.measure { results.append(try segmenter.segment(scans).labels) }
      print("streamed, \(threads) threads: \(time)")
    }
    #expect(results[0] == results[1])
    for label in reference.labels {
      let region = EvaluationRegion(name: "label", labels: [label])
      let evaluation = try Evaluation(
        prediction: results[0], truth: reference, regions: [region], lesionWise: nil, workers: .all)
      print("label \(label): Dice \(evaluation.regions[0].dice)")
      #expect(evaluation.regions[0].dice >= 0.99)
    }
  }
}
