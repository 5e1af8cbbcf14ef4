import Basics
import ConvNet
import Foundation
import Parallel
import Testing
import VolumeIO
import Volumes

@testable import Segmentation

@Suite struct TrainingCaseTests {
  private func table(_ text: String) throws -> CaseTable {
    try CaseTable(text, folder: URL(fileURLWithPath: "/data", isDirectory: true), path: "cases.csv")
  }

  @Test func readsTables() throws {
    let table = try table(
      "\u{FEFF}id, T1,flair,Label,mask,weight\r\np1,a.nii,\"b, 2.nii\",/x/l.nii,,\r\n"
        + "p2,c.nii,d.nii,m.nii,n.nii,2.5\n")
    #expect(table.channels == ["T1", "flair"])
    #expect(table.rows[0].scans == ["/data/a.nii", "/data/b, 2.nii"])
    #expect(table.rows[0].label == "/x/l.nii")
    #expect(table.rows[0].mask == nil)
    #expect(table.rows[1].mask == "/data/n.nii")
    #expect(table.rows[1].weight == 2.5)
    #expect(try table.cases(channels: ["FLAIR", "t1"]).map(\.name) == ["p1", "p2"])
    #expect { try table.cases(channels: ["T2"]) } throws: { "\($0)".contains("add the column T2") }
  }

  @Test func readsAbsentScansAndNewLabels() throws {
    let table = try table(
      "id,t1,flair,label,relabel\np1,a.nii,,l.nii,3=1 4=ignore\np2,,d.nii,m.nii,\n")
    #expect(table.rows[0].scans == ["/data/a.nii", nil])
    #expect(table.rows[1].scans == [nil, "/data/d.nii"])
    #expect(table.rows[0].relabelling == [3: 1, 4: LabelledScans.ignored])
    #expect(table.rows[1].relabelling.isEmpty)
  }

  @Test func replacesLabels() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "medcnn-\(UInt64.random(in: 0 ... .max)).nii")
    defer { try? FileManager.default.removeItem(at: url) }
    let geometry = try MadeCases.scans(1).labels.geometry
    var labels = LabelMap(geometry: geometry)
    (labels[1, 0, 0], labels[2, 0, 0], labels[3, 0, 0]) = (1, 3, 4)
    try ImageFile.write(labels, to: url.path)
    let row = CaseTable.Row(
      name: "p", scans: [nil], label: url.path, relabelling: [3: 1, 4: 3], weight: 1)
    let read = try row.readLabels(workers: Workers(count: 1))
    #expect((0..<5).map { read[$0, 0, 0] } == [0, 1, 1, 3, 0])
  }

  @Test(arguments: [
    ("", "it is empty"),
    ("t1,flair\na,b\n", "expected \"label\""),
    ("label\na\n", "one for each channel"),
    ("t1,T1,label\na,b,c\n", "not distinct"),
    ("t1,label\n", "no case"),
    ("t1,label\na\n", "line 2 has 1 fields"),
    ("id,t1,label\np,,c\n", "p has no scan"),
    ("id,t1,label\np,a,\n", "p has no label"),
    ("t1,label,relabel\na,b,3>1\n", "the relabelling \"3>1\""),
    ("t1,label,relabel\na,b,3=1 3=2\n", "the relabelling"),
    ("t1,label,weight\na,b,-1\n", "row 1 has the weight \"-1\""),
    ("t1,label\n\"a,b\n", "does not end"),
    ("id,t1,label\np,a,b\np,c,d\n", "two cases have the id p"),
  ]) func refusesBadTables(_ text: String, _ message: String) {
    #expect { try table(text) } throws: { "\($0)".contains(message) }
  }

  @Test func readsFoldersOfNNUNet() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "medcnn-\(UInt64.random(in: 0 ... .max))", isDirectory: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let labels = folder.appendingPathComponent("labelsTr")
    try FileManager.default.createDirectory(at: labels, withIntermediateDirectories: true)
    let description = folder.appendingPathComponent("dataset.json")
    try Data(
      """
      {"channel_names": {"0": "FLAIR", "1": "T1"}, "labels": {"background": 0, "core": 2, "rim": 1},
       "numTraining": 2, "file_ending": ".nii.gz"}
      """.utf8
    ).write(to: description)
    for name in ["b_2.nii.gz", "a.nii.gz", "notes.txt"] {
      try Data().write(to: labels.appendingPathComponent(name))
    }
    let table = try CaseTable(contentsOf: folder)
    #expect(table.channels == ["FLAIR", "T1"])
    #expect(table.rows.map(\.name) == ["a", "b_2"])
    #expect(table.rows[1].scans[1]?.hasSuffix("/imagesTr/b_2_0001.nii.gz") == true)
    #expect(table.rows[1].label.hasSuffix("/labelsTr/b_2.nii.gz"))
    #expect(table.labels.entries.map(\.name) == ["rim", "core"])
    func write(_ labels: String) throws {
      let text = #"{"channel_names": {"0": "T1"}, "labels": \#(labels), "file_ending": ".nii.gz"}"#
      try Data(text.utf8).write(to: description)
    }
    try write(
      #"{"background": 0, "whole": [1, 2, 3], "core": [2, 3], "a rim": 3}, "#
        + #""regions_class_order": [1, 2, 3]"#)
    let regions = try #require(CaseTable(contentsOf: folder).regions)
    #expect(regions.map(\.name) == ["whole", "core", "a rim"])
    #expect(regions.map(\.members) == [[1, 2, 3], [2, 3], [3]])
    #expect(regions.map(\.value) == [1, 2, 3])
    try write(#"{"whole": [1, 2], "core": [2]}, "regions_class_order": [1]"#)
    #expect { try CaseTable(contentsOf: folder) } throws: {
      "\($0)".contains("regions_class_order has 1 labels where 2 regions are named")
    }
    try write(#"{"whole": [1, 300], "core": [2]}, "regions_class_order": [1, 2]"#)
    #expect { try CaseTable(contentsOf: folder) } throws: {
      "\($0)".contains("the region whole has the label 300")
    }
    try write(#"{"background": 0, "rim": 1, "ignore": 2}"#)
    let ignoring = try CaseTable(contentsOf: folder)
    #expect(ignoring.labels.entries.map(\.name) == ["rim"])
    #expect(ignoring.rows[0].relabelling == [2: LabelledScans.ignored])
    try write(#"{"background": 0, "rim": 3, "ignore": 2}"#)
    #expect { try CaseTable(contentsOf: folder) } throws: {
      "\($0)".contains("the label ignore is not one number above all others")
    }
    try write(#"{"whole": "x"}"#)
    #expect { try CaseTable(contentsOf: folder) } throws: { "\($0)".contains("labels") }
  }

  @Test func findsBadCasesBeforeTheFirstStep() throws {
    let good = try MadeCases.scans(0)
    @Sendable func with(_ change: (inout LabelledScans) throws -> Void) rethrows -> LabelledScans {
      var scans = good
      try change(&scans)
      return scans
    }
    let shifted = try Geometry(
      size: good.labels.geometry.size,
      affine: Affine(i: [1, 0, 0], j: [0, 1, 0], k: [0, 0, 1], origin: [9, 0, 0]))
    let bad: [(String, LabelledScans?, String)] = [
      ("missing", nil, "no-such-file.nii"),
      (
        "grid", try with { $0.labels = try LabelMap(geometry: shifted, voxels: $0.labels.voxels) },
        "label map"
      ),
      ("label", try MadeCases.scans(0, blobLabel: 7), "labels 7"),
      ("mask", with { $0.mask = Mask(geometry: good.labels.geometry) }, "mask is empty"),
      ("zero", with { $0.scans = [Volume(geometry: $0.labels.geometry)] }, "are zero"),
      (
        "constant", with { $0.scans = [Volume(geometry: $0.labels.geometry, repeating: 3)] },
        "do not vary"
      ),
    ]
    let cases =
      bad.map { name, scans, _ in
        TrainingCase(name: name) { workers in
          if let scans { return scans }
          let volume = try ImageFile.read("/no-such-file.nii", workers: workers).volume
          return LabelledScans(scans: [volume], labels: good.labels)
        }
      } + MadeCases.cases(0..<1)
      + [
        TrainingCase(name: "healthy") { _ in
          with { $0.labels = LabelMap(geometry: $0.labels.geometry) }
        }
      ]
    let check = try TrainingCheck(
      cases, model: MadeCases.deepMedic(), options: MadeCases.options(steps: 1))
    #expect(check.usable.map(\.name) == ["case 0", "healthy"])
    #expect(check.withoutLabels == ["healthy"])
    #expect(check.problems.map(\.name) == bad.map(\.0))
    for (problem, expected) in zip(check.problems, bad) {
      #expect(problem.reason.contains(expected.2), "\(problem)")
    }
    let error = SegmentationError.cases(check.problems, of: cases.count)
    #expect("\(error)".contains("6 of 8 cases cannot be used: missing: "))
  }

  private func prepared(_ frame: SegmentFrame, _ model: Model) throws -> PreparedCase {
    try PreparedCase(
      name: "a", MadeCases.scans(1), model: model, classes: ClassTable(model.output), frame: frame,
      workers: Workers(count: 1))
  }

  @Test func voxelsOfUnknownTruthAreNeitherLearnedFromNorJudgedBy() throws {
    let model = try MadeCases.deepMedic()
    var scans = try MadeCases.scans(1)
    let lesion = scans.labels.voxels
    scans.labels.voxels = lesion.map { $0 == 1 ? LabelledScans.ignored : $0 }
    let frame = try SegmentFrame(model, segment: Triple(12, 11, 10))
    let prepared = try PreparedCase(
      name: "a", scans, model: model, classes: ClassTable(model.output), frame: frame,
      workers: Workers(count: 1))
    #expect(prepared.voxels.joined().isEmpty)
    #expect(prepared.classes.count { $0 == TargetMap.ignored } == lesion.count { $0 == 1 })

    // Whatever is found where nobody knows the truth, it is as good as before.
    var options = Segmenter.Options()
    options.workers = Workers(count: 1)
    let segmenter = try Segmenter(model, options: options)
    let unknown = scans
    var scores = try HeldOutScores(model: model, options: MadeCases.options(steps: 1))
    let found = try scores.add(segmenter, TrainingCase(name: "a") { _ in unknown })
    var emptied = unknown
    emptied.labels.voxels = zip(found.voxels, unknown.labels.voxels).map { found, truth in
      truth == LabelledScans.ignored ? truth : found
    }
    let perfect = emptied
    try scores.add(segmenter, TrainingCase(name: "b") { _ in perfect })
    #expect(scores.rows[1].whole.map { $0 == 1 } ?? true)
  }

  @Test func mirroredTwiceIsTheSame() throws {
    let model = try MadeCases.deepMedic()
    let frame = try SegmentFrame(model, segment: Triple(12, 11, 10))
    let prepared = try prepared(frame, model)
    let (image, target) = SegmentMap().segment(of: prepared, at: [2, -3, 4], frame: frame)
    #expect(image.size == Triple(12, 11, 10))
    #expect(target.size == Triple(8, 7, 6))
    var mirrored = SegmentMap()
    mirrored.mirrors = [true, false, false]
    let (other, otherTarget) = mirrored.segment(of: prepared, at: [2, -3, 4], frame: frame)
    for z in 0..<12 {
      for y in 0..<11 {
        for x in 0..<10 { #expect(image[0, z, y, x] == other[0, z, y, 9 - x]) }
      }
    }
    for row in 0..<8 * 7 {
      let range = row * 6..<row * 6 + 6
      #expect(Array(target.classes[range]) == otherTarget.classes[range].reversed())
    }
    // Beyond the border nothing is known of the truth.
    #expect(target.classes[..<6].allSatisfy { $0 == TargetMap.ignored })
  }

  @Test func aTurnOfNothingIsInterpolatedToTheSame() throws {
    for model in [try MadeCases.deepMedic(), try MadeCases.uNet()] {
      let frame = try SegmentFrame(model, segment: Triple(repeating: 12))
      let prepared = try prepared(frame, model)
      var turned = SegmentMap()
      turned.rotate(about: 2, by: 0)
      let plain = SegmentMap().segment(of: prepared, at: [3, -2, 1], frame: frame)
      let other = turned.segment(of: prepared, at: [3, -2, 1], frame: frame)
      #expect(plain.target == other.target)
      #expect(plain.image == other.image)
      var quarter = SegmentMap()
      quarter.rotate(about: 2, by: .pi / 2)
      let seen = quarter.segment(of: prepared, at: [3, 4, 1], frame: frame)
      let upright = SegmentMap().segment(of: prepared, at: [3, 4, 1], frame: frame)
      let size = frame.output.x
      // A quarter turn about k takes i to j: at (x, y) is seen what lies at (-y, x).
      for y in 0..<size {
        for x in 0..<size {
          #expect(
            seen.target.classes[y * size + x] == upright.target.classes[x * size + size - 1 - y])
        }
      }
    }
  }

  @Test func samplesTheClassesAsAsked() throws {
    let model = try MadeCases.deepMedic()
    let frame = try SegmentFrame(model, segment: Triple(repeating: 12))
    let prepared = try prepared(frame, model)
    func fraction(_ sampling: Sampling) -> Double {
      var random = SplitMix(seed: 3)
      let voxels = (0..<400).map { _ in sampling.voxel(of: prepared, using: &random) }
      #expect(voxels.allSatisfy { prepared.mask[$0] })
      return Double(voxels.count { prepared.classes[$0] == 1 }) / 400
    }
    #expect(fraction(.foreground(fraction: 1)) == 1)
    #expect(fraction(.foreground(fraction: 0)) == 0)
    #expect(abs(fraction(.foreground(fraction: 0.3)) - 0.3) < 0.08)
    #expect(abs(fraction(.perClass) - 0.5) < 0.08)
    let blob = Double(prepared.voxels[1].count) / Double(prepared.mask.count { $0 })
    #expect(abs(fraction(.uniform(oversampled: 0)) - blob) < 0.08)
  }

  @Test func intensitiesKeepTheBackgroundAndChannelsAreLeftOut() throws {
    var image = Tensor(channels: 2, size: Triple(repeating: 6))
    for index in image.values.indices where index % 3 != 0 {
      image.values[index] = Float(index % 7) - 3.5
    }
    let before = image
    var random = SplitMix(seed: 1)
    var augmentation = Augmentation.nnUNet
    augmentation.noise = 1
    augmentation.gamma = 1
    augmentation.contrast = 1
    augmentation.brightness = 1
    augmentation.blur = 1
    augmentation.lowResolution = 1
    augmentation.changeIntensities(of: &image, using: &random)
    #expect(zip(image.values, before.values).allSatisfy { ($0 == 0) == ($1 == 0) && $0.isFinite })
    #expect(image != before)
  }

  @Test func smoothingKeepsConstantsAndTakesAwayDetail() {
    let size = Triple(5, 6, 7)
    func smoothed(
      _ values: [Float], _ change: (UnsafeMutableBufferPointer<Float>) -> Void
    ) -> [Float] {
      var values = values
      values.withUnsafeMutableBufferPointer { change($0) }
      return values
    }
    let blur = { (values: UnsafeMutableBufferPointer<Float>) in
      Smoothing.apply(Smoothing.gaussian(1), to: values, size)
    }
    let coarsen = { (values: UnsafeMutableBufferPointer<Float>) in
      Smoothing.coarsen(values, size, to: 0.5)
    }
    let flat = (0..<210).map { $0 % 7 < 2 ? Float(0) : 2 }
    let rough = flat.enumerated().map { $1 == 0 ? 0 : 2 + Float($0 % 2) }
    func spread(_ values: [Float]) -> Float {
      let inside = values.filter { $0 != 0 }
      let mean = inside.reduce(0, +) / Float(inside.count)
      return inside.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
    for change in [blur, coarsen] {
      #expect(zip(smoothed(flat, change), flat).allSatisfy { abs($0 - $1) < 1e-5 })
      let found = smoothed(rough, change)
      #expect(zip(found, rough).allSatisfy { ($0 == 0) == ($1 == 0) })
      #expect(spread(found) < spread(rough))
    }
    // A Gaussian of 1 along x: the weights of the neighbours of a peak.
    var peak = [Float](repeating: 1, count: 9)
    peak[4] = 2
    let line = peak.withUnsafeMutableBufferPointer { values in
      Smoothing.apply(Smoothing.gaussian(1), to: values, Triple(1, 1, 9))
      return Array(values)
    }
    let total = 1 + 2 * (exp(-0.5) + exp(-2.0) + exp(-4.5))
    #expect(abs(Double(line[4]) - (1 + 1 / total)) < 1e-5)
    #expect(abs(Double(line[5]) - (1 + exp(-0.5) / total)) < 1e-5)
  }
}
