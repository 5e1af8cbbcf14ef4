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
  .enabled(if: isHeavy, "whole scans take long: set MEDCNN_HEAVY in an optimised build"))
struct TrainedDeepMedicTests {
  private let folder = sharedData ?? URL(filePath: "/")

  private func model() throws -> Model {
    let checkpoint = folder.appending(path: "deepmedic_checkpoint")
    let imported = try DeepMedicImporter.load(
      prefix: checkpoint.appending(path: "model.ckpt").path,
      config: checkpoint.appending(path: "modelConfig.txt").path)
    return try Model.deepMedic(
      imported.network, configuration: imported.modelFile.network,
      segment: imported.modelFile.inferenceSegment,
      channels: ["T1", "T1c", "T2", "FLAIR"], labels: LabelTable(),
      card: ModelCard(name: "glioma", version: "1", description: "For tests."))
  }

  private func scans(_ model: Model) throws -> [Volume] {
    let place = folder.appending(path: "glioma_4mod/BraTS-GLI-00001-000")
    let names = try FileManager.default.contentsOfDirectory(atPath: place.path).sorted()
    let files = try ChannelMatcher(channels: model.channels).match(
      fileNames: names, folder: place.path)
    return try files.compactMap(\.self).map {
      try ImageFile.read(place.appending(path: names[$0]).path).volume
    }
  }

  private func reference() throws -> LabelMap {
    try ImageFile.readLabelMap(
      folder.appending(path: "glioma_4mod/BraTS-GLI-00001-000/reference_labels.nii.gz").path)
  }

  /// The reference was made with tiles of 27, whose beginnings decide which voxels the pathway by 5
  /// sees.
  @Test func tilesOf27GiveTheReference() throws {
    let model = try model()
    #expect(model.inference == .streamed(alignment: 15, tile: 27))
    let scans = try scans(model)
    let reference = try reference()
    var results: [LabelMap] = []
    for threads in [1, 2] {
      var options = Segmenter.Options()
      options.workers = Workers(count: threads)
      let segmenter = try Segmenter(model, options: options)
      let time = try ContinuousClock().measure {
        results.append(try segmenter.segment(scans).labels)
      }
      print("tiles of 27, \(threads) threads: \(time)")
    }
    let different = zip(results[0].voxels, reference.voxels).count { $0 != $1 }
    print("\(different) of \(reference.voxels.count) voxels differ from the reference")
    #expect(Double(different) <= 0.001 * Double(reference.voxels.count))
    #expect(results[0] == results[1])
  }

  /// In one stream the pathway by 5 sees other voxels than in most of the reference's tiles, which
  /// moves the borders of the tumour's parts a little.
  @Test func oneStreamComesClose() throws {
    let model = try model()
    let scans = try scans(model)
    let reference = try reference()
    var results: [LabelMap] = []
    for threads in [1, 2] {
      var options = Segmenter.Options()
      options.tile = 0
      options.workers = Workers(count: threads)
      let segmenter = try Segmenter(model, options: options)
      let time = try ContinuousClock().measure {
        results.append(try segmenter.segment(scans).labels)
      }
      print("one stream, \(threads) threads: \(time)")
    }
    #expect(results[0] == results[1])
    let evaluation = try Evaluation(
      prediction: results[0], truth: reference,
      regions: EvaluationRegion.labels(of: reference, reference), lesionWise: nil, workers: .all)
    for region in evaluation.regions {
      print("\(region.region.name): Dice \(region.dice)")
      #expect(region.dice >= 0.96)
    }
    // Tiles whose beginnings have the stream's phases give the stream's labels.
    var options = Segmenter.Options()
    options.tile = 45
    let tiles = try Segmenter(model, options: options).segment(scans).labels
    let different = zip(results[0].voxels, tiles.voxels).count { $0 != $1 }
    print("\(different) voxels differ between the stream and tiles of 45")
    #expect(different <= 100)
  }
}
