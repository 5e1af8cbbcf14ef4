import Foundation
import Testing
import VolumeIO
import Volumes

/// Habitats, and the record beside the table.
@Suite struct FeatureHabitatsTests {
  /// A scan of three layers of different brightness, and a mask of all but its border.
  private static func scene() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let geometry = try Geometry(size: [12, 10, 11], spacing: [1, 2, 1])
    var labels = LabelMap(geometry: geometry)
    var samples = [Float](repeating: 0, count: geometry.voxelCount)
    for k in 1..<10 {
      for j in 1..<9 {
        for i in 1..<11 {
          labels[i, j, k] = 2
          let place = (k * 10 + j) * 12 + i
          samples[place] = [300, 100, 200][(k - 1) / 3] + Float(place * 7919 % 13)
        }
      }
    }
    try ImageFile.write(
      try Volume(geometry: geometry, samples: samples), to: folder.path("scan.nii.gz"),
      type: .int16)
    try ImageFile.write(labels, to: folder.path("mask.nii.gz"))
    return folder
  }

  private static let some = [
    "features", "scan.nii.gz", "mask.nii.gz", "--features", "shape_VoxelVolume,firstorder_Mean",
    "-s", "additionalInfo=false",
  ]

  @Test func habitatsAreFoundWrittenAndMeasured() throws {
    let folder = try Self.scene()
    let run = try Medcnn(
      Self.some + ["--habitats", "2-4", "--habitat-map", "map.nii.gz", "--format", "csv"],
      in: folder.url)
    #expect(run.status == 0, "\(run.errors)")
    let chosen = run.errors.split(separator: "\n").filter { $0.hasSuffix("chosen") }
    #expect(chosen.count == 1 && chosen.first?.hasPrefix("3 ") == true, "\(run.errors)")
    let lines = run.output.split(separator: "\n").map { $0.split(separator: ",") }
    #expect(
      lines[0].joined(separator: ",")
        == "Image,Mask,Habitat,HabitatFraction,original_shape_VoxelVolume,original_firstorder_Mean")
    #expect(lines.count == 4)
    for (index, line) in lines.dropFirst().enumerated() {
      #expect(line[2] == "\(index + 1)")
      #expect(abs((Double(line[3]) ?? 0) - 1.0 / 3) < 1e-12)
      #expect(line[4] == "480.0")
      #expect(((Double(line[5]) ?? 0) / 100).rounded(.down) == Double(index + 1))
    }
    let map = try ImageFile.readLabelMap(folder.path("map.nii.gz"))
    #expect(map.labels == [1, 2, 3])
    #expect(map[3, 3, 2] == 3 && map[3, 3, 5] == 1 && map[3, 3, 8] == 2 && map[0, 3, 5] == 0)
  }

  @Test func habitatsDoNotDependOnThreads() throws {
    let folder = try Self.scene()
    let outputs = try ["1", "3"].map { threads in
      let run = try Medcnn(
        Self.some + ["--habitats", "4", "--threads", threads, "-q"], in: folder.url)
      #expect(run.status == 0, "\(run.errors)")
      return run.output
    }
    #expect(outputs[0] == outputs[1])
  }

  @Test func habitatsOfFeatureMapsAndBatches() throws {
    let folder = try Self.scene()
    try folder.write(Array("Image,Mask\nscan.nii.gz,mask.nii.gz\n".utf8), to: "cases.csv")
    let run = try Medcnn(
      [
        "features", "--cases", "cases.csv", "--out-dir", "out", "--out", "t.csv", "--habitats", "2",
        "--habitat-features", "firstorder_Maximum", "--features", "shape_VoxelVolume", "-s",
        "additionalInfo=false",
      ], in: folder.url)
    #expect(run.status == 0, "\(run.errors)")
    let table = try String(contentsOfFile: folder.path("t.csv"), encoding: .utf8)
    #expect(table.split(separator: "\n").count == 3)
    #expect(try ImageFile.readLabelMap(folder.path("out/habitats_1.nii.gz")).labels == [1, 2])
  }

  @Test(arguments: [
    (["--habitats", "1"], 2, "'1' is invalid"), (["--habitats", "5-3"], 2, "'5-3' is invalid"),
    (["--habitat-map", "m.nii.gz"], 2, "need --habitats"),
    (["--habitats", "3", "--habitat-map", "m.png"], 1, ".nii.gz"),
    (["--habitats", "3", "--baseline", "scan.nii.gz", "mask.nii.gz"], 2, "no --baseline"),
    (["--habitats", "90"], 1, "different voxels"),
    (["--habitats", "3", "--habitat-features", "shape_VoxelVolume"], 1, "firstorder"),
  ]) func wrongHabitatsAreRefused(
    _ arguments: [String], _ status: Int32, _ message: String
  ) throws {
    let folder = try Self.scene()
    let run = try Medcnn(Self.some + arguments, in: folder.url)
    #expect(run.status == status)
    #expect(run.errors.contains(message), "\(run.errors)")
  }

  @Test func regionsAreDrawn() throws {
    let folder = try Self.scene()
    let run = try Medcnn(
      Self.some + ["--preview", "p.png", "--image-types", "Original,Gradient,Mean:support=3"],
      in: folder.url)
    #expect(run.status == 0, "\(run.errors)")
    let bytes = try Data(contentsOf: URL(filePath: folder.path("p.png")))
    #expect(Array(bytes.prefix(4)) == [0x89, 0x50, 0x4E, 0x47])
    let ibsi = try Medcnn(Self.some + ["--preview", "p.png", "--ibsi", "C"], in: folder.url)
    #expect(ibsi.status == 2)
  }

  @Test func tablesHaveARecordBesideThem() throws {
    let folder = try Self.scene()
    try folder.write(Array("setting: {binWidth: 5}\n".utf8), to: "p.yaml")
    for (table, record) in [("t.csv", "t.json"), ("u.json", "u.provenance.json")] {
      let run = try Medcnn(
        Self.some + ["-p", "p.yaml", "--image-types", "Mean:support=3", "--out", table],
        in: folder.url)
      #expect(run.status == 0, "\(run.errors)")
      let data = try Data(contentsOf: URL(filePath: folder.path(record)))
      let json = try JSONSerialization.jsonObject(with: data) as? [String: Any]
      let inputs = json?["inputs"] as? [[String: String]] ?? []
      #expect(inputs.map { $0["role"] } == ["scan", "mask", "parameters"])
      #expect(inputs.map { $0["file"] } == ["scan.nii.gz", "mask.nii.gz", "p.yaml"])
      let scan = try [UInt8](Data(contentsOf: URL(filePath: folder.path("scan.nii.gz"))))
      #expect(inputs.first?["sha256"] == SHA256.hexadecimal(of: scan))
      let parameters = json?["parameters"] as? [String: Any]
      #expect((parameters?["setting"] as? [String: Any])?["binWidth"] as? Int == 5)
      #expect((parameters?["imageType"] as? [String: Any])?["Mean"] != nil)
      #expect(json?["version"] is String)
    }
    // A record never takes the place of what is read.
    try folder.write(Array("{\"setting\": {}}".utf8), to: "v.json")
    let run = try Medcnn(Self.some + ["-p", "v.json", "--out", "v.csv"], in: folder.url)
    #expect(run.status == 1 && run.errors.contains("one of the inputs"))
  }
}
