import Foundation
import Testing
import VolumeIO
import Volumes

@Suite struct PhantomCommandTests {
  @Test func writesScansTruthAndSidecar() throws {
    let folder = try TemporaryFolder()
    let arguments = ["phantom", "mri", "--size", "32,38,29", "--seed", "7", "--out", "case"]
    let run = try Medcnn(arguments, in: folder.url)
    #expect(run.status == 0)
    #expect(run.errors.hasPrefix("wrote phantom-7-{t1n,t1c,t2w,t2f,seg}.nii.gz to case"))
    #expect(run.output.hasPrefix("label  name"))
    let truth = try ImageFile.readLabelMap(folder.path("case/phantom-7-seg.nii.gz"))
    #expect(truth.labels == [1, 2, 3])
    #expect(truth.table.name(of: 2) == "oedema")
    for scan in ["t1n", "t1c", "t2w", "t2f"] {
      let header = try ImageFile.readHeader(folder.path("case/phantom-7-\(scan).nii.gz"))
      #expect(header.geometry == truth.geometry)
      #expect(header.storedType == .int16)
    }
    let sidecar = try Data(contentsOf: URL(fileURLWithPath: folder.path("case/phantom-7.json")))

    // The same again, quietly, gives the same files.
    let again = try Medcnn(arguments.dropLast() + ["again", "--quiet"], in: folder.url)
    #expect(again.status == 0)
    #expect(again.errors.isEmpty)
    #expect(again.output == run.output)
    #expect(!sidecar.isEmpty)
    for name in ["phantom-7-t1c.nii.gz", "phantom-7-seg.nii.gz"] {
      let first = try Data(contentsOf: URL(fileURLWithPath: folder.path("case/\(name)")))
      let second = try Data(contentsOf: URL(fileURLWithPath: folder.path("again/\(name)")))
      #expect(first == second)
    }
  }

  @Test(arguments: [
    (["--size", "8"], "a phantom's size cannot be 8x8x8; give 16 to 512 voxels an axis"),
    (["--lesions", "40"], "a phantom's number of lesions cannot be 40; give 0 to 12"),
    (["--noise", "7"], "a phantom's noise cannot be 7.0; give 0 to 1 times white matter's signal"),
  ]) func impossiblePhantomsAreErrors(_ options: [String], _ message: String) throws {
    let folder = try TemporaryFolder()
    let run = try Medcnn(["phantom", "mri", "--out", "x"] + options, in: folder.url)
    #expect(run.status == 1)
    #expect(run.errors == "error: \(message)\n")
    #expect(run.output.isEmpty)
  }

  @Test func implantsLesionsAndListsTheCases() throws {
    let folder = try TemporaryFolder()
    let brains = try Medcnn(
      [
        "phantom", "mri", "--kind", "glioma", "--count", "2", "--seed", "3", "--size", "32",
        "--modalities", "t1c,t2f", "--out", "cases", "--quiet",
      ], in: folder.url)
    #expect(brains.status == 0)
    let arguments = [
      "phantom", "implant", "--data", "cases/cases.csv", "--count", "2", "--seed", "9",
    ]
    let run = try Medcnn(arguments + ["--out", "made"], in: folder.url)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("wrote implant-10 (2 of 2): phantom-"))
    #expect(run.errors.contains(" with lesions of phantom-"))
    let list = try String(contentsOfFile: folder.path("made/cases.csv"), encoding: .utf8)
    #expect(list.hasPrefix("id,t1c,flair,label,mask\nimplant-9,implant-9/implant-9-t1c.nii.gz,"))
    let truth = try ImageFile.readLabelMap(folder.path("made/implant-9/implant-9-seg.nii.gz"))
    #expect(!truth.labels.isEmpty)
    // The trainer takes the table as it is.
    let again = try Medcnn(
      ["phantom", "implant", "--data", "made/cases.csv", "--count", "1", "--out", "x", "-q"],
      in: folder.url)
    #expect(again.status == 0, "\(again.errors)")

    let alone = "id,t1,label\na,a.nii.gz,b.nii.gz\n"
    try alone.write(toFile: folder.path("alone.csv"), atomically: true, encoding: .utf8)
    let refused = try Medcnn(
      ["phantom", "implant", "--data", "alone.csv", "--count", "1", "--out", "x"], in: folder.url)
    #expect(refused.status == 1)
    #expect(
      refused.errors
        == "error: alone.csv: one patient alone; give several, or --lesions with outlines\n")

    // What does not fit together is named by its case.
    for (name, size, value) in [("grid", 9, Float(1)), ("nan", 8, Float.nan)] {
      let scan = Volume(geometry: try Geometry(size: [8, 8, 8]), repeating: value)
      var labels = LabelMap(geometry: try Geometry(size: [size, 8, 8]))
      labels[4, 4, 4] = 1
      try ImageFile.write(scan, to: folder.path("\(name).nii"))
      try ImageFile.write(labels, to: folder.path("\(name)-seg.nii"))
      try "id,t1,label\na,\(name).nii,\(name)-seg.nii\nb,\(name).nii,\(name)-seg.nii\n".write(
        toFile: folder.path("\(name).csv"), atomically: true, encoding: .utf8)
      let run = try Medcnn(
        ["phantom", "implant", "--data", "\(name).csv", "--count", "1", "--out", "y"],
        in: folder.url)
      #expect(run.status == 1)
      #expect(
        run.errors.contains(
          size == 9 ? ": the scans and the label map are on different grids" : "512 samples are NaN"
        ))
    }
  }

  @Test func writesFoldersAndAListForSeveralCases() throws {
    let folder = try TemporaryFolder()
    let run = try Medcnn(
      [
        "phantom", "mri", "--kind", "mixed", "--count", "2", "--seed", "3", "--size", "24",
        "--modalities", "t1c,t2f", "--tissues", "--skull", "--out", "cases", "--quiet",
      ], in: folder.url)
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    #expect(run.output.isEmpty)
    #expect(
      try String(contentsOfFile: folder.path("cases/cases.csv"), encoding: .utf8) == """
        id,t1c,flair,label
        phantom-3,phantom-3/phantom-3-t1c.nii.gz,phantom-3/phantom-3-t2f.nii.gz,\
        phantom-3/phantom-3-seg.nii.gz
        phantom-4,phantom-4/phantom-4-t1c.nii.gz,phantom-4/phantom-4-t2f.nii.gz,\
        phantom-4/phantom-4-seg.nii.gz

        """)
    for name in ["phantom-3/phantom-3", "phantom-4/phantom-4"] {
      let labels = try ImageFile.readLabelMap(folder.path("cases/\(name)-seg.nii.gz"))
      let tissues = try ImageFile.readLabelMap(folder.path("cases/\(name)-tissue.nii.gz"))
      let scan = try ImageFile.readHeader(folder.path("cases/\(name)-t2f.nii.gz"))
      #expect(labels.geometry == tissues.geometry)
      #expect(labels.geometry == scan.geometry)
    }
  }

  @Test func settingsComeFromAFile() throws {
    let folder = try TemporaryFolder()
    let arguments = ["phantom", "mri", "--kind", "ms", "--size", "24", "--out", "x", "--settings"]
    try folder.write(Array(#"{"plaques": [2, 2], "noise": [0, 0]}"#.utf8), to: "good.json")
    #expect(try Medcnn(arguments + ["good.json"], in: folder.url).status == 0)
    try folder.write(Array(#"{"plaqes": [2, 2]}"#.utf8), to: "bad.json")
    let run = try Medcnn(arguments + ["bad.json"], in: folder.url)
    #expect(run.status == 1)
    #expect(run.errors.contains("bad.json: "))
    #expect(run.errors.contains("no 'plaqes', only size, "))
    #expect(run.errors.split(separator: "\n").count == 1)
  }

  @Test func folderThatCannotBeMadeIsAnError() throws {
    let folder = try TemporaryFolder()
    try folder.write([1], to: "taken")
    let run = try Medcnn(
      ["phantom", "mri", "--size", "16", "--lesions", "0", "--out", "taken"], in: folder.url)
    #expect(run.status == 1)
    #expect(run.errors.hasPrefix("error: taken: the folder cannot be made: "))
    #expect(run.errors.split(separator: "\n").count == 1)
  }
}
