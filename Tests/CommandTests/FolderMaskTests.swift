import Foundation
import Testing
import VolumeIO
import Volumes

/// Folders with DICOM masks where commands take a mask.
@Suite struct FolderMaskTests {
  private static let resources =
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "VolumeIOTests/Resources")

  private let folder: TemporaryFolder

  /// A series of images, 32, and a segmentation, 9, in the folder `study`.
  init() throws {
    folder = try TemporaryFolder()
    try FileManager.default.copyItem(
      at: Self.resources.appending(path: "dicom/int32"), to: folder.url.appending(path: "study"))
    try add("binary", as: "seg.dcm")
  }

  private func add(_ name: String, as copy: String) throws {
    try FileManager.default.copyItem(
      at: Self.resources.appending(path: "masks/\(name).dcm"),
      to: folder.url.appending(path: "study/\(copy)"))
  }

  private func run(_ arguments: String...) throws -> Medcnn {
    try Medcnn(arguments, in: folder.url)
  }

  @Test func infoListsMasks() throws {
    try add("structures", as: "rt.dcm")
    let run = try run("info", "study")
    #expect(run.status == 0)
    let lines = run.output.split(separator: "\n").dropFirst(3)
    #expect(
      Array(lines) == [
        "  masks  modality  segments or ROIs  description  file",
        "  9      SEG                      3  -            study/seg.dcm",
        "  u      RTSTRUCT                 8  -            study/rt.dcm",
      ])
    #expect(try self.run("info", "study", "--json").output.contains("\"parts\" : 8"))
    #expect(try self.run("info", "study#9").output.contains("DICOM segmentation, binary"))
    #expect(try self.run("info", "study#u").output.contains("DICOM structure set"))
  }

  @Test func convertTakesImagesUnlessMasksAreAskedFor() throws {
    #expect(try run("convert", "study", "a.nii.gz").status == 0)
    #expect(try ImageFile.readHeader(folder.path("a.nii.gz")).geometry.size == [12, 10, 5])
    for arguments in [["study", "--roi", "*"], ["study#9"], ["study", "--series", "9"]] {
      let run = try Medcnn(
        ["convert"] + arguments.prefix(1) + ["b.nii.gz"] + arguments.dropFirst(), in: folder.url)
      #expect(run.status == 0, "\(run.errors)")
      #expect(try ImageFile.readLabelMap(folder.path("b.nii.gz")).labels == [1, 2, 3])
    }
    let all = try run("convert", "study", "out/")
    #expect(all.status == 0)
    #expect(all.errors.contains("left out segmentations and structure sets (9)"))
    try add("structures", as: "rt.dcm")
    let unclear = try run("convert", "study", "c.nii.gz", "--roi", "1")
    #expect(unclear.status == 1)
    #expect(unclear.errors.contains("9 (SEG), u (RTSTRUCT); choose one as 'study#NUMBER'"))
  }

  @Test func evaluateAndSegmentTakeFolders() throws {
    let whole = try run("evaluate", "study", "study/seg.dcm")
    #expect(whole.status == 0 && whole.output.contains("Liver         1.0000"))
    try SegmentCommandTests.writeModel(to: folder.path("m.safetensors"))
    let scans = ["--t1", "study#32", "--flair", "study#32"]
    let model = ["segment", "--model", "m.safetensors"] + scans + ["-o", "l.nii.gz", "--mask"]
    let run = try Medcnn(model + ["study"], in: folder.url)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("note: study/seg.dcm was made from another series than study"))
    let record = try String(contentsOfFile: folder.path("l.json"), encoding: .utf8)
    #expect(record.contains("seg.dcm"))
    let file = try Medcnn(model + ["study/seg.dcm"], in: folder.url)
    #expect(file.output == run.output)
  }

  @Test func fractionsBecomeSamples() throws {
    try add("probability", as: "fractions.dcm")
    #expect(try run("convert", "study/fractions.dcm", "p.nii.gz", "--fractions").status == 0)
    let samples = try ImageFile.read(folder.path("p.nii.gz")).volume.samples
    #expect(samples.contains { $0 > 0 && $0 < 0.5 } && samples.allSatisfy { 0...1 ~= $0 })
    let image = try run("convert", "study#32", "q.nii.gz", "--fractions")
    #expect(image.status == 1 && image.errors.contains("leave out --fractions"))
  }
}
