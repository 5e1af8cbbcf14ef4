import ConvNet
import Foundation
import Segmentation
import Testing
import VolumeIO
import Volumes

@Suite struct SegmentCommandTests {
  /// A model of two channels that labels a voxel 2 where FLAIR's z-score exceeds 1.
  static func writeModel(to path: String) throws {
    var shape = Convolution(outputChannels: 2, kernel: Triple(repeating: 1))
    shape.hasBias = true
    let description = NetworkDescription(
      input: .init(channels: 2),
      nodes: [.init(name: "score", operation: .convolution(shape), inputs: ["image"])],
      output: "score")
    let network = try Network(
      description: description,
      weights: [
        "score.weight": Weight(shape: [2, 2, 1, 1, 1], values: [0, 0, 0, 1]),
        "score.bias": Weight(shape: [2], values: [1, 0]),
      ])
    try Model(
      network: network,
      channels: ["T1", "FLAIR"].map { Channel(name: $0, normalization: .zScore(over: .mask)) },
      preprocessing: Preprocessing(), inference: .streamed(alignment: 1),
      output: Output(activation: .softmax, decision: .argmax, values: [0, 2]),
      labels: LabelTable([.init(value: 2, name: "lesion", color: [230, 159, 0])]),
      card: ModelCard(name: "threshold", version: "1", description: "A test.")
    ).write(to: URL(fileURLWithPath: path))
  }

  /// A ball of brain with a large and a small bright lesion, and the model.
  static func scene() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try writeModel(to: folder.path("m.safetensors"))
    let geometry = try Geometry(
      size: [30, 28, 26],
      affine: Affine(i: [-2, 0, 0], j: [0, -2, 0], k: [0, 0, 2], origin: [29, 27, -25]))
    var t1 = Volume(geometry: geometry)
    var flair = Volume(geometry: geometry)
    for k in 0..<26 {
      for j in 0..<28 {
        for i in 0..<30 {
          let world = geometry.world(at: [Double(i), Double(j), Double(k)])
          func distance(_ center: SIMD3<Double>) -> Double {
            ((world - center) * (world - center)).sum().squareRoot()
          }
          guard distance(.zero) < 22 else { continue }
          t1[i, j, k] = Float(100 + (i * 7 + j * 3 + k) % 11)
          let isLesion = distance([8, 4, 2]) < 5 || distance([-10, -4, -4]) < 2.5
          flair[i, j, k] = isLesion ? 300 : Float(90 + (i + j + k) % 5)
        }
      }
    }
    try FileManager.default.createDirectory(
      at: folder.url.appendingPathComponent("case"), withIntermediateDirectories: true)
    try ImageFile.write(t1, to: folder.path("case/p_T1w.nii.gz"), type: .int16)
    try ImageFile.write(flair, to: folder.path("case/p_FLAIR.nii.gz"), type: .int16)
    try ImageFile.write(
      Volume(stacking: [t1, flair]), to: folder.path("both.nii.gz"), type: .int16)
    return folder
  }

  static let named = ["--t1", "case/p_T1w.nii.gz", "--flair", "case/p_FLAIR.nii.gz"]

  static func segment(_ arguments: [String], in folder: TemporaryFolder) throws -> Medcnn {
    try Medcnn(
      ["segment", "--model", "m.safetensors", "-o", "labels.nii.gz"] + arguments, in: folder.url)
  }

  @Test func everyWayToGiveScansGivesTheSameLabels() throws {
    let folder = try Self.scene()
    var labels: [LabelMap] = []
    for scans in [
      Self.named, ["case"], ["both.nii.gz"], ["case/p_FLAIR.nii.gz", "case/p_T1w.nii.gz"],
      ["--channel", "t1=case/p_T1w.nii.gz", "--channel", "FLAIR=case/p_FLAIR.nii.gz"],
    ] {
      let run = try Self.segment(scans, in: folder)
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.output.hasPrefix("label  name"))
      labels.append(try ImageFile.readLabelMap(folder.path("labels.nii.gz")))
    }
    #expect(labels[0].labels == [2])
    #expect(labels[0].table.name(of: 2) == "lesion")
    #expect(labels[0].geometry.orientation.description == "LPS")
    #expect(labels.allSatisfy { $0 == labels[0] })
  }

  @Test func everyOutputIsWritten() throws {
    let folder = try Self.scene()
    let run = try Self.segment(
      Self.named + ["--preview", "o.png", "--probabilities", "p.nii.gz", "--quiet"], in: folder)
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    let lines = run.output.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[1].hasSuffix(" 2"), "two lesions")
    let png = try Data(contentsOf: URL(fileURLWithPath: folder.path("o.png")))
    #expect(png.starts(with: [0x89, 0x50, 0x4E, 0x47]))
    let probabilities = try ImageFile.read(folder.path("p.nii.gz")).volume
    #expect(probabilities.channels == 2)
    #expect(probabilities.samples.allSatisfy { 0...1 ~= $0 })
    let text = try Data(contentsOf: URL(fileURLWithPath: folder.path("labels.json")))
    let record = try JSONSerialization.jsonObject(with: text) as? [String: Any]
    let inputs = record?["inputs"] as? [[String: Any]]
    #expect(inputs?.map { $0["role"] as? String } == ["T1", "FLAIR", "model"])
    #expect((inputs?[0]["sha256"] as? String)?.count == 64)
    #expect(inputs?[0]["file"] as? String == "p_T1w.nii.gz")
  }

  @Test func resultsDoNotDependOnThreads() throws {
    let folder = try Self.scene()
    var files: [Data] = []
    for threads in ["1", "2"] {
      let run = try Self.segment(
        Self.named + ["--threads", threads, "--probabilities", "p.nii"], in: folder)
      #expect(run.status == 0)
      files.append(try Data(contentsOf: URL(fileURLWithPath: folder.path("p.nii"))))
    }
    #expect(files[0] == files[1])
  }

  @Test func lesionsCanBeDropped() throws {
    let folder = try Self.scene()
    for option in [["--keep-largest"], ["--min-lesion-ml", "0.2"]] {
      let run = try Self.segment(Self.named + option, in: folder)
      #expect(run.output.split(separator: "\n").last?.hasSuffix(" 1") == true)
    }
  }

  @Test func scansOnOtherGridsAreResampledWithAWarning() throws {
    let folder = try Self.scene()
    _ = try Medcnn(
      ["convert", "case/p_FLAIR.nii.gz", "case/p_FLAIR.nii.gz", "--spacing", "1.5"],
      in: folder.url)
    let run = try Self.segment(Self.named, in: folder)
    #expect(run.status == 0)
    #expect(run.errors.contains("warning: FLAIR was resampled from"))
    let header = try ImageFile.readHeader(folder.path("labels.nii.gz"))
    #expect(header.geometry.size == [30, 28, 26])
  }

  @Test func whatCannotBeSegmentedIsAnError() throws {
    let folder = try Self.scene()
    let empty = LabelMap(geometry: try ImageFile.readHeader(folder.path("both.nii.gz")).geometry)
    try ImageFile.write(empty, to: folder.path("empty.nii.gz"))
    try ImageFile.write(
      Volume(geometry: empty.geometry, repeating: .nan), to: folder.path("nan.nii.gz"))
    try ImageFile.write(Volume(geometry: empty.geometry), to: folder.path("zero.nii.gz"))
    try ImageFile.write(
      Volume(geometry: Geometry(size: [30, 28, 1])), to: folder.path("flat.nii.gz"))
    for (arguments, message) in [
      (["--t1", "case/p_T1w.nii.gz"], "found T1; the model takes T1, FLAIR; give --flair FILE"),
      (
        Self.named + ["--channel", "ADC=case/p_T1w.nii.gz"],
        "found T1, FLAIR, ADC; the model takes T1, FLAIR; leave out ADC"
      ),
      (["case/p_T1w.nii.gz"], "found 1 scan; the model takes 2 (T1, FLAIR)"),
      (Self.named + ["--mask", "empty.nii.gz"], "the mask is empty"),
      (
        ["--t1", "nan.nii.gz", "--flair", "nan.nii.gz"],
        "nan.nii.gz: 21840 samples are NaN or infinite"
      ),
      (
        ["--t1", "flat.nii.gz", "--flair", "flat.nii.gz"],
        "flat.nii.gz: an image of one slice (30x28x1 voxels)"
      ),
      (
        ["--t1", "zero.nii.gz", "--flair", "zero.nii.gz"], "all voxels of the scans are zero"
      ),
      (["empty-folder"], "empty-folder: cannot be read"),
      (["--t1", "case", "--flair", "case"], "case: "),
      (Self.named + ["--preview", "no/folder/o.png"], "no/folder/o.png: cannot be written"),
      (Self.named + ["-o", "labels.txt"], "labels.txt: not a known image format"),
      (
        Self.named + ["-o", "case/../case/p_T1w.nii.gz"],
        "case/../case/p_T1w.nii.gz: cannot be written: it is one of the inputs"
      ),
    ] as [([String], String)] {
      let run = try Self.segment(arguments, in: folder)
      #expect(run.status == 1, "\(arguments)")
      #expect(run.output.isEmpty)
      let error = run.errors.split(separator: "\n").filter { $0.hasPrefix("error: ") }
      #expect(error.count == 1)
      #expect(error.first?.hasPrefix("error: \(message)") == true, "\(run.errors)")
    }
  }

  /// The model that the program brings, on any of its scans, to a name of its own.
  @Test(arguments: [["case"], ["--flair", "case/p_FLAIR.nii.gz"], ["case/p_T1w.nii.gz"]])
  func withoutAModelTheProgramBringsOne(_ scans: [String]) throws {
    let folder = try Self.scene()
    let run = try Medcnn(["segment"] + scans, in: folder.url)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("segmented with lesion"))
    let written = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(written.contains { $0.hasSuffix("_lesions.nii.gz") })
  }

  @Test(arguments: [
    (["-o", "x.nii.gz"], "Give scans"),
    (["case", "--t1", "a", "-o", "x.nii"], "not both"),
    (["--t1", "a", "--channel", "T1=b", "-o", "x.nii"], "'t1' is given twice"),
    (["case", "-o", "x.nii", "--memory", "lots"], "'lots' is invalid"),
    (["case", "-o", "x.nii", "--tile", "513"], "--tile takes 1 to 512 voxels"),
    (["case", "-o", "x.nii", "--min-lesion-ml", "-1"], "--min-lesion-ml"),
    (["case", "-o", "x.nii", "--preview", "x.jpg"], "--preview writes PNG"),
  ]) func wrongUsageExitsWith2(_ arguments: [String], _ message: String) throws {
    let run = try Medcnn(["segment"] + arguments)
    #expect(run.status == 2)
    #expect(run.errors.contains(message))
  }
}
