import Foundation
import Segmentation
import Testing
import VolumeIO
import Volumes

@Suite struct TrainCommandTests {
  private let folder: TemporaryFolder

  /// Four small brains with a bright corner, and a plan for a network of a few weights.
  init() throws {
    folder = try TemporaryFolder()
    let geometry = try Geometry(
      size: [14, 13, 12], affine: Affine(i: [1, 0, 0], j: [0, 1, 0], k: [0, 0, 1], origin: .zero))
    var table = "id,flair,label\n"
    for number in 1...4 {
      var volume = Volume(geometry: geometry)
      var labels = LabelMap(
        geometry: geometry, table: LabelTable([.init(value: 1, name: "lesion")]))
      for index in volume.samples.indices {
        let isLesion = index % 14 < 4 + number % 2
        volume.samples[index] = (isLesion ? 200 : 100) + Float(index * 7 % 13)
        labels.voxels[index] = isLesion ? 1 : 0
      }
      try ImageFile.write(volume, to: folder.path("scan\(number).nii"))
      try ImageFile.write(labels, to: folder.path("label\(number).nii"))
      table += "p\(number),scan\(number).nii,label\(number).nii\n"
    }
    try folder.write(Array(table.utf8), to: "cases.csv")
    let plan = """
      architecture:
        deepMedic:
          network:
            normal: {featureMaps: [4], kernels: [[3, 3, 3]]}
            subsampled: []
            fullyConnected: {featureMaps: [], dropoutRates: []}
      training:
        stepsPerEpoch: 8
        batch: 2
        segment: [8, 8, 8]
        optimizer: {adamW: {beta1: 0.9, beta2: 0.999, epsilon: 1.0e-8}}
        learningRate: {initial: 0.05, schedule: {constant: {}}}
      """
    try folder.write(Array(plan.utf8), to: "plan.yaml")
  }

  private func train(_ arguments: [String]) throws -> Medcnn {
    try Medcnn(
      ["train", "--data", "cases.csv", "--config", "plan.yaml"] + arguments, in: folder.url)
  }

  @Test func trainsAndGoesOnAndSegments() throws {
    let first = try train(["--epochs", "1", "--validation", "0.25", "--out", "a.safetensors"])
    #expect(first.status == 0, "\(first.errors)")
    #expect(first.output.isEmpty)
    #expect(first.errors.contains("3 cases, 1 held out"))
    #expect(
      try Model(contentsOf: folder.url.appendingPathComponent("a.safetensors")).card.name == "a")
    let again = try train(["--epochs", "2", "--validation", "0.25", "--out", "a.safetensors"])
    #expect(again.status == 1)
    #expect(again.errors.contains("give --resume"))
    let resumed = try train(
      ["--epochs", "2", "--validation", "0.25", "--out", "a.safetensors", "--resume"])
    #expect(resumed.status == 0, "\(resumed.errors)")
    let whole = try train(
      ["--epochs", "2", "--validation", "0.25", "--out", "b.safetensors", "--threads", "1"])
    #expect(whole.status == 0, "\(whole.errors)")
    let models = try ["a", "b"].map {
      try Model(contentsOf: folder.url.appendingPathComponent("\($0).safetensors"))
    }
    #expect(models[0].network == models[1].network)
    for ending in ["csv", "png"] {
      #expect(
        try Data(contentsOf: folder.url.appendingPathComponent("a.\(ending)"))
          == Data(contentsOf: folder.url.appendingPathComponent("b.\(ending)")))
    }
    let further = try train(
      [
        "--epochs", "1", "--validation", "0", "--initial", "b.safetensors", "--out",
        "c.safetensors",
      ])
    #expect(further.status == 0, "\(further.errors)")
    let segmented = try Medcnn(
      ["segment", "scan1.nii", "--model", "a.safetensors", "-o", "found.nii"], in: folder.url)
    #expect(segmented.status == 0, "\(segmented.errors)")
    #expect(segmented.output.contains("lesion"))
  }

  @Test func crossValidatesAndGoesOn() throws {
    let options = [
      "--epochs", "1", "--folds", "2", "--predictions", "found", "--out", "a.safetensors",
    ]
    let run = try train(options)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("fold 2 of 2"))
    #expect(run.errors.contains("wrote a.folds.csv: dice all labels "))
    let table = try String(contentsOfFile: folder.path("a.folds.csv"), encoding: .utf8)
    let lines = table.split(separator: "\n")
    #expect(lines[0] == "case,fold,dice all labels,dice lesion")
    #expect(Set(lines.dropFirst().map { $0.prefix(2) }) == ["p1", "p2", "p3", "p4"])
    #expect(lines.count == 5)
    for number in 1...4 {
      let map = try ImageFile.readLabelMap(folder.path("found/p\(number).nii.gz"))
      #expect(map.geometry.size == [14, 13, 12])
    }
    let card = try Model(contentsOf: folder.url.appendingPathComponent("a.fold1.safetensors")).card
    #expect(card.accuracy?.contains("2 cases held out, which chose nothing") == true)
    #expect(try train(options).errors.contains("give --resume"))
    // As if it had been killed in the second fold.
    for ending in ["safetensors", "cases.csv"] {
      try FileManager.default.removeItem(atPath: folder.path("a.fold2.\(ending)"))
    }
    try FileManager.default.removeItem(atPath: folder.path("a.folds.csv"))
    let again = try train(options + ["--resume"])
    #expect(again.status == 0, "\(again.errors)")
    #expect(again.errors.contains("fold 1 of 2 is finished"))
    #expect(try String(contentsOfFile: folder.path("a.folds.csv"), encoding: .utf8) == table)
    let wrong = try train(["--folds", "2", "--validation", "0.5", "--out", "b.safetensors"])
    #expect(wrong.status == 2)
  }

  /// A file system that is full, as far as one program goes.
  @Test func keepsTheLastCheckpointWhereNoMoreCanBeWritten() throws {
    let options = ["--validation", "0", "--out", "a.safetensors"]
    #expect(try train(["--epochs", "1"] + options).status == 0)
    let checkpoint = folder.url.appendingPathComponent("a.checkpoint.safetensors")
    let before = try Data(contentsOf: checkpoint)
    let full = try Medcnn(
      ["train", "--data", "cases.csv", "--config", "plan.yaml", "--epochs", "2", "--resume"]
        + options, in: folder.url, largestFile: 1)
    #expect(full.status == 1)
    #expect(full.errors.contains("a.checkpoint.safetensors: cannot be written"))
    #expect(try Data(contentsOf: checkpoint) == before)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(left.allSatisfy { !$0.contains(".tmp") && !$0.contains("sb-") })
    let resumed = try train(["--epochs", "2", "--resume"] + options)
    #expect(resumed.status == 0, "\(resumed.errors)")
  }

  @Test func refusesCasesHeldOutThatAreLearnedFrom() throws {
    let run = try train(["--validation", "cases.csv", "--out", "a.safetensors"])
    #expect(run.status == 1)
    #expect(run.errors.contains("are also among those to learn from"))
  }

  @Test func printsThePlan() throws {
    let run = try train(["--print-plan", "--seed", "7"])
    #expect(run.status == 0)
    #expect(run.output.contains("\n  seed: 7\n"))
    #expect(run.output.contains("name: \"lesion\""))
    #expect(run.output.contains("medianShape: [14, 13, 12]"))
    // What is printed can be read.
    try folder.write(Array(run.output.utf8), to: "plan.yaml")
    #expect(try train(["--print-plan"]).output == run.output)
    try folder.write(Array("training: {epoch: 3}".utf8), to: "plan.yaml")
    let wrong = try train(["--print-plan"])
    #expect(wrong.status == 1)
    #expect(wrong.errors.contains("a key that is not known: training.epoch"))
  }

  @Test func namesBadCasesBeforeTheFirstStep() throws {
    try folder.write(
      Array("id,flair,label\np1,scan1.nii,label1.nii\np2,scan2.nii,gone.nii\n".utf8),
      to: "cases.csv")
    let run = try train(["--out", "a.safetensors"])
    #expect(run.status == 1)
    #expect(run.errors.contains("1 of 2 cases cannot be used: p2: "))
    #expect(run.errors.contains("gone.nii"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("a.checkpoint.safetensors")))
    let rest = try train([
      "--skip-bad", "--epochs", "1", "--validation", "0", "--out", "a.safetensors",
    ])
    #expect(rest.status == 0, "\(rest.errors)")
    #expect(rest.errors.contains("left out p2: "))
    let nowhere = try train(["--out", "none/a.safetensors"])
    #expect(nowhere.status == 1)
    #expect(nowhere.errors.contains("cannot be written"))
  }
}
