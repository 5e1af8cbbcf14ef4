import Foundation
import Testing
import VolumeIO
import Volumes

/// `info` and `convert`.
@Suite struct ImageCommandTests {
  /// A small scan, and labels on the same grid.
  static func scene() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let geometry = try Geometry(
      size: [6, 5, 4],
      affine: Affine(i: [-2, 0, 0], j: [0, -2, 0], k: [0, 0, 3], origin: [9, 8, 7]))
    let samples = (0..<geometry.voxelCount).map { Float($0 % 17) }
    try ImageFile.write(
      Volume(geometry: geometry, samples: samples), to: folder.path("scan.nii.gz"), type: .int16)
    let table = LabelTable([.init(value: 2, name: "oedema"), .init(value: 3, name: "enhancing")])
    let labels = try LabelMap(
      geometry: geometry, voxels: samples.map { $0 > 12 ? 3 : $0 > 9 ? 2 : 0 }, table: table)
    try ImageFile.write(labels, to: folder.path("labels.nii.gz"))
    return folder
  }

  @Test func infoTellsWhatAFileHolds() throws {
    let folder = try Self.scene()
    let run = try Medcnn(["info", "scan.nii.gz", "labels.nii.gz"], in: folder.url)
    #expect(run.status == 0)
    #expect(
      run.output == """
        scan.nii.gz
          stored       NIfTI-1, int16, compressed
          size         6 x 5 x 4 voxels
          spacing      2 x 2 x 3 mm
          orientation  LPS
          affine               -2          0          0          9
                                0         -2          0          8
                                0          0          3          7
          values       0 to 16, mean 7.93333, sd 4.93243, 112 voxels not zero
        labels.nii.gz
          stored       NIfTI-1, uint8, compressed
          size         6 x 5 x 4 voxels
          spacing      2 x 2 x 3 mm
          orientation  LPS
          affine               -2          0          0          9
                                0         -2          0          8
                                0          0          3          7
          values       0 to 3, mean 1.05, sd 1.30288, 49 voxels not zero
          label     2  oedema
          label     3  enhancing

        """)
    let json = try Medcnn(["info", "scan.nii.gz", "--json"], in: folder.url)
    let list = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]]
    #expect(list?.first?["stored_type"] as? String == "int16")
  }

  @Test func convertReorientsWithoutMovingAnything() throws {
    let folder = try Self.scene()
    let run = try Medcnn(
      ["convert", "scan.nii.gz", "ras.nii", "--orientation", "RAS", "--type", "float32"],
      in: folder.url)
    #expect(run.status == 0)
    #expect(run.errors.hasPrefix("wrote ras.nii: 6x5x4 voxels of 2.0, 2.0, 3.0 mm, RAS"))
    let before = try ImageFile.read(folder.path("scan.nii.gz")).volume
    let after = try ImageFile.read(folder.path("ras.nii")).volume
    let world = before.geometry.world(at: [1, 2, 3])
    let voxel = after.geometry.voxel(at: world)
    #expect(after[Int(voxel.x), Int(voxel.y), Int(voxel.z)] == before[1, 2, 3])
  }

  @Test func labelsStayLabels() throws {
    let folder = try Self.scene()
    let run = try Medcnn(
      ["convert", "labels.nii.gz", "fine.nii.gz", "--spacing", "1", "--quiet"], in: folder.url)
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    let fine = try ImageFile.readLabelMap(folder.path("fine.nii.gz"))
    #expect(fine.geometry.size == [12, 10, 12])
    #expect(fine.labels == [2, 3])
    #expect(fine.table.name(of: 3) == "enhancing")
  }

  @Test func samplesThatAreNoNumbersCanBeMadeZero() throws {
    let folder = try TemporaryFolder()
    let geometry = try Geometry(size: [2, 2, 1])
    try ImageFile.write(
      Volume(geometry: geometry, samples: [1, .nan, .infinity, 4]), to: folder.path("n.nii"))
    _ = try Medcnn(["convert", "n.nii", "z.nii", "--nan-to-zero"], in: folder.url)
    #expect(try ImageFile.read(folder.path("z.nii")).volume.samples == [1, 0, 0, 4])
  }

  @Test func convertRefusesWhatItCannotDo() throws {
    let folder = try Self.scene()
    for (arguments, message) in [
      (["scan.nii.gz", "x.bmp"], "x.bmp: not a known image format"),
      (["scan.nii.gz", "nowhere/x.nii"], "nowhere/x.nii: cannot be written"),
      (["scan.nii.gz", "x.nii", "--channel", "1"], "channel 1 of a volume with 1 channels"),
      (["scan.nii.gz", "x.nii", "--spacing", "1e-9"], "invalid geometry"),
    ] {
      let run = try Medcnn(["convert"] + arguments, in: folder.url)
      #expect(run.status == 1)
      #expect(run.errors.hasPrefix("error: \(message)"))
      #expect(run.errors.split(separator: "\n").count == 1)
    }
  }
}
