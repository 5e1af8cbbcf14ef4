import Foundation
import Testing
import VolumeIO
import Volumes

@Suite struct EvaluateCommandTests {
  /// Two label maps of a cube each, the prediction shifted by one voxel.
  static func scene(enhancing: UInt16 = 3) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let geometry = try Geometry(size: [24, 20, 16], spacing: [2, 2, 2])
    for (name, shift) in [("truth", 0), ("prediction", 1)] {
      var labels = LabelMap(geometry: geometry)
      for k in 4..<10 {
        for j in 4..<12 {
          for i in 4 + shift..<12 + shift { labels[i, j, k] = j < 7 ? 2 : enhancing }
        }
      }
      try ImageFile.write(labels, to: folder.path("\(name).nii.gz"))
    }
    return folder
  }

  @Test func tableHasLabelsAndRegions() throws {
    let folder = try Self.scene()
    let run = try Medcnn(["evaluate", "prediction.nii.gz", "truth.nii.gz"], in: folder.url)
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    let lines = run.output.split(separator: "\n").map { $0.split(whereSeparator: { $0 == " " }) }
    #expect(lines.map { $0.first ?? "" } == ["region", "label", "label", "WT", "TC", "ET"])
    // 7 of 8 columns of voxels agree.
    #expect(lines[3][1] == "0.8750")
    #expect(lines[3].contains("2.00"), "HD95 is the shift")
  }

  @Test func jsonHasMetricsByTheirNames() throws {
    let folder = try Self.scene()
    let run = try Medcnn(
      ["evaluate", "prediction.nii.gz", "truth.nii.gz", "--json", "--region", "all=2,3"],
      in: folder.url)
    #expect(run.status == 0)
    let json = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    let regions = json?["regions"] as? [[String: Any]]
    #expect(regions?.count == 1)
    #expect(regions?.first?["name"] as? String == "all")
    #expect(regions?.first?["dsc"] as? Double == 0.875)
    #expect(regions?.first?["truth_ml"] as? Double == 3.072)
  }

  @Test func label4IsTheEnhancingTumourOfOlderData() throws {
    let folder = try Self.scene(enhancing: 4)
    let run = try Medcnn(["evaluate", "prediction.nii.gz", "truth.nii.gz"], in: folder.url)
    #expect(run.status == 0)
    #expect(run.errors.contains("label 4 occurs"))
    #expect(run.output.contains("ET "))
  }

  @Test func gridsThatDifferAreAnErrorOrResampled() throws {
    let folder = try Self.scene()
    _ = try Medcnn(
      ["convert", "prediction.nii.gz", "coarse.nii.gz", "--labels", "--spacing", "3"],
      in: folder.url)
    let refused = try Medcnn(["evaluate", "coarse.nii.gz", "truth.nii.gz"], in: folder.url)
    #expect(refused.status == 1)
    #expect(refused.errors.contains("are on different grids"))
    #expect(refused.errors.contains("--resample"))
    let resampled = try Medcnn(
      ["evaluate", "coarse.nii.gz", "truth.nii.gz", "--resample"], in: folder.url)
    #expect(resampled.status == 0)
  }
}
