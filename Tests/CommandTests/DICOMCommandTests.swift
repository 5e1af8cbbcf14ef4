import Foundation
import Testing
import VolumeIO
import Volumes

/// Commands that are given DICOM instead of other images.
@Suite struct DICOMCommandTests {
  private static let resources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("VolumeIOTests/Resources/dicom")

  /// A study of two series of one grid, which are described as a T1 (32) and a FLAIR (30) scan, in one
  /// folder, and the same as NIfTI.
  private static func study() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let study = folder.url.appendingPathComponent("study")
    try FileManager.default.createDirectory(at: study, withIntermediateDirectories: true)
    for (name, title, description) in [
      ("int32", "Case 32 ", "Ax T1   "), ("int8", "Case 30 ", "Ax FLAIR"),
    ] {
      let source = resources.appendingPathComponent(name)
      for file in try FileManager.default.contentsOfDirectory(atPath: source.path) {
        var bytes = try Data(contentsOf: source.appendingPathComponent(file))
        let place = try #require(bytes.range(of: Data(title.utf8)))
        bytes.replaceSubrange(place, with: Data(description.utf8))
        try bytes.write(to: study.appendingPathComponent("\(name)-\(file)"))
      }
      try FileManager.default.copyItem(
        at: resources.appendingPathComponent("\(name).nii.gz"),
        to: folder.url.appendingPathComponent("\(name).nii.gz"))
    }
    return folder
  }

  private func expectNoIdentifiers(
    _ text: some StringProtocol, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for secret in ["Invented", "SECRET", "20200229", "230000"] {
      #expect(!text.contains(secret), sourceLocation: sourceLocation)
    }
  }

  private func expectNoIdentifiers(
    inFile path: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    expectNoIdentifiers(
      String(decoding: bytes, as: Unicode.ASCII.self), sourceLocation: sourceLocation)
  }

  @Test func infoListsTheSeriesOfAFolder() throws {
    let folder = try Self.study()
    let run = try Medcnn(["info", "study"], in: folder.url)
    #expect(run.status == 0 && run.errors.isEmpty)
    #expect(
      run.output == """
        study
          series  modality     size  channels  files  description  UID
          30      MR        12x10x5         1      5  Ax FLAIR     1.2.826.0.1.3680043.10.9999.30.0.1
          32      MR        12x10x5         1      5  Ax T1        1.2.826.0.1.3680043.10.9999.32.0.1

        """)
    let json = try Medcnn(["info", "study", "--json"], in: folder.url)
    let list = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]]
    #expect((list?.first?["series"] as? [Any])?.count == 2)
    expectNoIdentifiers(json.output)
    for arguments in [["study", "--series", "30"], ["study#Ax FLAIR"]] {
      let one = try Medcnn(["info"] + arguments, in: folder.url)
      #expect(one.output.contains("DICOM, int8") && one.output.contains("12 x 10 x 5 voxels"))
      expectNoIdentifiers(one.output)
    }
  }

  @Test func convertTakesOneSeriesOrAll() throws {
    let folder = try Self.study()
    let unclear = try Medcnn(["convert", "study", "a.nii.gz"], in: folder.url)
    #expect(unclear.status == 1)
    #expect(
      unclear.errors == """
        error: study: 2 series: 30 (MR, Ax FLAIR), 32 (MR, Ax T1); choose one as 'study#NUMBER' or \
        with --series; "medcnn info" lists them

        """)
    let expected = try ImageFile.read(folder.path("int8.nii.gz")).volume
    for (arguments, name) in [
      (["study", "a.nii", "--series", "30"], "a.nii"), (["study#30", "b.nrrd"], "b.nrrd"),
      (["study", "c.mha", "--series", "*flair"], "c.mha"),
      (["study", "out/"], "out/30-ax-flair.nii.gz"),
    ] {
      let run = try Medcnn(["convert"] + arguments, in: folder.url)
      #expect(run.status == 0, "\(run.errors)")
      let volume = try ImageFile.read(folder.path(name)).volume
      #expect(volume.samples == expected.samples)
      #expect(volume.geometry.matches(expected.geometry))
      expectNoIdentifiers(run.output + run.errors)
      try expectNoIdentifiers(inFile: folder.path(name))
    }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path("out")).sorted()
        == ["30-ax-flair.nii.gz", "32-ax-t1.nii.gz"])
    let wrong = try Medcnn(["convert", "int8.nii.gz", "out"], in: folder.url)
    #expect(wrong.status == 1 && wrong.errors.contains("out: a folder, which only the series of"))
  }

  /// Of all that the resources hold what can be is written, and nothing else is said.
  @Test func convertGoesOnAfterASeriesThatIsRefused() throws {
    let folder = try TemporaryFolder()
    let run = try Medcnn(["convert", Self.resources.path, "out"], in: folder.url)
    #expect(run.status == 1)
    let all = try Medcnn(["convert", Self.resources.path, "out/"], in: folder.url)
    #expect(all.status == 3)
    let lines = all.errors.split(separator: "\n")
    #expect(lines.allSatisfy { $0.hasPrefix("wrote out/") || $0.hasPrefix("error: /") })
    #expect(lines.count { $0.hasPrefix("error: /") } == 4)
    #expect(all.errors.contains(": series 120: a colour image"))
    #expect(FileManager.default.fileExists(atPath: folder.path("out/100-case-100.nii.gz")))
    expectNoIdentifiers(all.errors)
  }

  @Test func segmentTakesAStudy() throws {
    let folder = try Self.study()
    try SegmentCommandTests.writeModel(to: folder.path("m.safetensors"))
    let model = ["--model", "m.safetensors", "--quiet", "-o"]
    let reference = try Medcnn(
      ["segment"] + model + ["r.nii.gz", "--t1", "int32.nii.gz", "--flair", "int8.nii.gz"],
      in: folder.url)
    #expect(reference.status == 0, "\(reference.errors)")
    let expected = try ImageFile.readLabelMap(folder.path("r.nii.gz"))
    #expect(expected.labels == [2])
    for arguments in [["study"], ["--t1", "study#32", "--flair", "study#ax flair"]] {
      let run = try Medcnn(["segment"] + model + ["l.nii.gz"] + arguments, in: folder.url)
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.output == reference.output)
      let labels = try ImageFile.readLabelMap(folder.path("l.nii.gz"))
      #expect(labels.voxels == expected.voxels && labels.geometry.matches(expected.geometry))
      try expectNoIdentifiers(inFile: folder.path("l.json"))
      let record = try String(contentsOfFile: folder.path("l.json"), encoding: .utf8)
      // Each file of both series and the model.
      #expect(record.components(separatedBy: "\"sha256\"").count - 1 == 11)
    }
    let unclear = try Medcnn(
      ["segment"] + model + ["l.nii.gz", Self.resources.path + "/localiser"], in: folder.url)
    #expect(unclear.status == 1)
    #expect(unclear.errors.contains("none for T1, none for FLAIR among Case 110, Case 110"))
    #expect(unclear.errors.contains("--flair '"))
  }

  @Test func evaluateTakesSeries() throws {
    let folder = try TemporaryFolder()
    let series = Self.resources.appendingPathComponent("inverted").path
    let run = try Medcnn(
      ["evaluate", series, series + ".nii.gz", "--region", "some=100,200,300,400,500,600"],
      in: folder.url)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("some    1.0000"))
  }
}
