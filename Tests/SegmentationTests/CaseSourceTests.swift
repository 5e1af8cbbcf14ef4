import Foundation
import Testing
import Volumes

@testable import Segmentation

/// Cases from folders in BIDS' form and from DeepMedic's lists.
@Suite final class CaseSourceTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "medcnn-\(UInt64.random(in: 0 ... .max))", isDirectory: true)

  deinit { try? FileManager.default.removeItem(at: folder) }

  private func write(_ path: String, _ text: String = "") throws {
    let url = folder.appendingPathComponent(path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  private func brains() throws {
    try write("dataset_description.json", "{}")
    for scan in ["T1w", "ce-gadolinium_T1w", "FLAIR"] {
      try write("sub-01/anat/sub-01_\(scan).nii.gz")
      try write("sub-02/ses-a/anat/sub-02_ses-a_\(scan).nii")
    }
    try write("sub-01/anat/sub-01_T2w.nii.gz")
    try write("sub-01/anat/sub-01_T1w.json")
    try write("sub-03/anat/sub-03_T1w.nii.gz")
    try write("derivatives/prep/sub-01/anat/sub-01_desc-brain_mask.nii.gz")
    try write("derivatives/prep/sub-01/anat/sub-01_dseg.nii.gz")
    try write("derivatives/experts/sub-01/anat/sub-01_label-lesion_dseg.nii.gz")
    try write("derivatives/experts/sub-02/ses-a/anat/sub-02_ses-a_dseg.nii.gz")
    try write("derivatives/experts/dseg.tsv", "index\tname\n0\tnone\n1\tcore\n2\trim\n")
  }

  @Test func readsBIDS() throws {
    try brains()
    let table = try CaseTable(contentsOf: folder)
    #expect(table.channels == ["T1", "T1c", "FLAIR"])
    #expect(table.rows.map(\.name) == ["sub-01", "sub-02_ses-a"])
    #expect(
      table.rows[0].scans[1]?.hasSuffix("/sub-01/anat/sub-01_ce-gadolinium_T1w.nii.gz") == true)
    #expect(table.rows[0].label.hasSuffix("/sub-01_label-lesion_dseg.nii.gz"))
    #expect(table.rows[0].mask?.hasSuffix("/sub-01_desc-brain_mask.nii.gz") == true)
    #expect(table.rows[1].label.hasSuffix("/ses-a/anat/sub-02_ses-a_dseg.nii.gz"))
    #expect(table.labels.entries.map(\.name) == ["core", "rim"])
    #expect(
      table.notes == [
        "sub-03 is left out: it has no label map", "T2 is left out: sub-02_ses-a have none",
      ])
  }

  @Test(arguments: [
    ("sub-01/anat/sub-01_run-2_T1w.nii.gz", "sub-01 has several scans for T1, sub-01_T1w.nii.gz"),
    (
      "derivatives/prep/sub-01/anat/sub-01_label-tumor_mask.nii.gz",
      "sub-01 has several label maps, sub-01_label-lesion_dseg.nii.gz"
    ),
    ("sub-01/anat/sub-01_label-brain_mask.nii.gz", "sub-01 has several masks of the brain"),
  ]) func refusesWhatIsUnclearInBIDS(_ file: String, _ message: String) throws {
    try brains()
    try write(file)
    #expect { try CaseTable(contentsOf: folder) } throws: { "\($0)".contains(message) }
  }

  @Test func saysWhatAFolderLacks() throws {
    try write("sub-01/anat/sub-01_T1w.nii.gz")
    #expect { try CaseTable(contentsOf: folder) } throws: {
      "\($0)".contains("sub-01 is left out: it has no label map; expected sub-X/anat/*_T1w.nii.gz")
    }
    try FileManager.default.removeItem(at: folder.appendingPathComponent("sub-01"))
    try write("scan.nii.gz")
    #expect { try CaseTable(contentsOf: folder) } throws: {
      "\($0)".contains("found scan.nii.gz; expected nnU-Net's dataset.json or the folders sub-")
    }
  }

  @Test func readsListsOfDeepMedic() throws {
    try write(
      "train/trainConfig.cfg",
      """
      # A comment with "quotes
      sessionName = "s"
      channelsTraining = ["./trainChannels_flair.cfg",  # one
                          "trainChannels_t1c.cfg"]
      gtLabelsTraining = "labels.cfg"
      roiMasksTraining = './masks.cfg'
      epsilonRms = 10**(-4)
      augm = {'reflect': (0.5, 0., 0.),
              'text': "a # b", 'rotate90': {'xy': {'0': 0.}} }
      channelsValidation = ["v_flair.cfg", "v_t1c.cfg"]; gtLabelsValidation = "vl.cfg"
      """)
    for (list, name) in [
      ("trainChannels_flair", "FLAIR"), ("trainChannels_t1c", "T1c"), ("labels", "OT"),
      ("masks", "mask"),
    ] {
      try write(
        "train/\(list).cfg",
        "# list\n../data/pat1/\(name).nii.gz\n\n/data/pat2/\(name).nii.gz\r\n")
    }
    for list in ["v_flair", "v_t1c", "vl"] { try write("train/\(list).cfg", "\(list).nii\n") }
    let url = folder.appendingPathComponent("train/trainConfig.cfg")
    let table = try CaseTable(contentsOf: url)
    #expect(table.channels == ["flair", "t1c"])
    #expect(table.rows.map(\.name) == ["pat1", "pat2"])
    #expect(table.rows[0].label == folder.standardizedFileURL.path + "/data/pat1/OT.nii.gz")
    #expect(table.rows[1].scans == ["/data/pat2/FLAIR.nii.gz", "/data/pat2/T1c.nii.gz"])
    #expect(table.rows[1].mask == "/data/pat2/mask.nii.gz")
    #expect(table.heldOut.count == 1)
    #expect(table.heldOut[0].mask == nil)
    #expect(try table.heldOutCases(channels: ["T1C"]).count == 1)

    try write("train/labels.cfg", "a.nii\n")
    #expect { try CaseTable(contentsOf: url) } throws: {
      "\($0)".contains("trainChannels_flair.cfg lists 2 files where labels.cfg lists 1")
    }
    try write("train/trainConfig.cfg", "channelsTraining = []\n")
    #expect { try CaseTable(contentsOf: url) } throws: {
      "\($0)".contains("no channelsTraining")
    }
    try write("train/trainConfig.cfg", "a = {\nchannelsTraining = []\n")
    #expect { try CaseTable(contentsOf: url) } throws: {
      "\($0)".contains("a bracket is not closed")
    }
  }

  @Test func refusesCasesThatAreAlsoLearnedFrom() throws {
    let table = try CaseTable(
      "id,t1,label\na,x.nii,y.nii\n", folder: folder, path: "cases.csv")
    let other = try CaseTable(
      "id,t1,label\nb,z.nii,../\(folder.lastPathComponent)/y.nii\n", folder: folder, path: "v.csv")
    #expect { try table.refuse(sharedWith: other.rows, of: "v.csv") } throws: {
      "\($0)".contains("v.csv") && "\($0)".contains("b are also among those to learn from")
    }
    try table.refuse(sharedWith: [], of: "v.csv")
  }
}
