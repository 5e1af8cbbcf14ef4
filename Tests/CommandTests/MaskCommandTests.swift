import Foundation
import Testing
import VolumeIO
import Volumes

/// DICOM segmentations and structure sets where a command takes a mask.
@Suite struct MaskCommandTests {
  private static let masks =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("VolumeIOTests/Resources/masks").path + "/"

  @Test func infoListsSegmentsAndROIs() throws {
    let run = try Medcnn(["info", Self.masks + "binary.dcm", Self.masks + "numbers.dcm"])
    #expect(run.status == 0)
    let lines = run.output.split(separator: "\n").map(String.init)
    #expect(lines[1] == "  stored       DICOM segmentation, binary, 11 frames")
    #expect(lines[2] == "  size         13 x 11 x 6 voxels")
    #expect(
      lines.contains("  segment  name          type      algorithm          voxels    ml"))
    #expect(
      lines.contains("        2  liver lesion  Neoplasm  AUTOMATIC painter      44  0.10"))
    #expect(lines.contains("    ROI  name  type  contours"))
    #expect(lines.contains("  70000  b     GTV          0"))
    #expect(!run.output.contains("Invented") && !run.output.contains("SECRET"))
    let json = try Medcnn(["info", Self.masks + "overlapping.dcm", "--json", "--roi", "2"])
    let list = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]]
    let segments = list?.first?["segments"] as? [[String: Any]]
    #expect(segments?.count == 1 && segments?.first?["name"] as? String == "liver lesion")
  }

  @Test func convertDrawsROIsOnAnImage() throws {
    let folder = try TemporaryFolder()
    let run = try Medcnn(
      [
        "convert", Self.masks + "structures.dcm", "gtv.nii.gz", "--like",
        Self.masks + "grid.nii.gz", "--roi", "gtv-2*", "--roi", "KEYHOLE",
      ], in: folder.url)
    #expect(run.status == 0)
    let lines = run.output.split(separator: "\n")
    try #require(lines.count == 3)
    #expect(lines[0] == "label  name           voxels    ml")
    #expect(lines[2].contains("5  gtv-2 shifted"))
    let labels = try ImageFile.readLabelMap(folder.path("gtv.nii.gz"))
    #expect(labels.labels == [3, 5] && labels.table.name(of: 5) == "gtv-2 shifted")
    let bare = try Medcnn(["convert", Self.masks + "structures.dcm", "a.nii.gz"], in: folder.url)
    #expect(bare.status == 1 && bare.errors.contains("with --like"))
  }

  @Test func convertRefusesOverlapsByName() throws {
    let folder = try TemporaryFolder()
    let input = Self.masks + "overlapping.dcm"
    let run = try Medcnn(["convert", input, "a.nii.gz"], in: folder.url)
    #expect(run.status == 1 && run.output.isEmpty)
    #expect(run.errors.contains("1 (Liver) and 2 (liver lesion) share"))
    #expect(run.errors.contains("one of 2 layers with --channel"))
    let layer = try Medcnn(["convert", input, "a.nii.gz", "--channel", "1", "-q"], in: folder.url)
    #expect(layer.status == 0 && layer.errors.isEmpty)
    #expect(try ImageFile.readLabelMap(folder.path("a.nii.gz")).labels == [2])
    let one = try Medcnn(["convert", input, "b.seg.nrrd", "--roi", "Liver"], in: folder.url)
    #expect(one.status == 0)
    #expect(try ImageFile.readLabelMap(folder.path("b.seg.nrrd")).table.name(of: 1) == "Liver")
  }

  @Test func evaluateTakesEither() throws {
    let run = try Medcnn([
      "evaluate", Self.masks + "shuffled.dcm", Self.masks + "binary.dcm", "--truth-roi", "liver*",
      "--roi", "1", "--json",
    ])
    #expect(run.status == 0)
    #expect(!run.output.contains("\"WT\""))
    // A structure set is drawn on the other file's grid.
    let drawn = try Medcnn([
      "evaluate", Self.masks + "structures.dcm", Self.masks + "labelmap.dcm", "--roi", "GTV-1",
      "--truth-roi", "Liver", "--like", Self.masks + "grid.nii.gz",
    ])
    #expect(drawn.status == 0 && drawn.output.contains("Liver"))
    // Frames at other places are background in the other segmentation.
    let folder = try TemporaryFolder()
    _ = try Medcnn(
      ["convert", Self.masks + "binary.dcm", "whole.nii.gz", "--like", Self.masks + "grid.nii.gz"],
      in: folder.url)
    let same = try Medcnn(["evaluate", Self.masks + "binary.dcm", "whole.nii.gz"], in: folder.url)
    #expect(same.status == 0)
    for line in same.output.split(separator: "\n").dropFirst() {
      #expect(line.contains("  1.0000       1.0000     1.0000"))
    }
  }

  @Test func wrongUsage() throws {
    let run = try Medcnn(["info", Self.masks + "binary.dcm", "--threshold", "0"])
    #expect(run.status == 2 && run.errors.contains("--threshold takes a fraction above 0"))
    let absent = try Medcnn(["info", Self.masks + "binary.dcm", "--roi", "spleen"])
    #expect(absent.status == 1 && absent.errors.contains("no segment 'spleen' among 1 (Liver)"))
  }
}
