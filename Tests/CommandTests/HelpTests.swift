import Foundation
import Testing

/// Help texts as they were when they were last looked at. After a change on purpose, run
/// `MEDCNN_RECORD=1 swift test --filter HelpTests` and read the difference.
@Suite struct HelpTests {
  static let commands: [[String]] = [
    [], ["info"], ["convert"], ["evaluate"], ["segment"], ["features"], ["train"], ["model"],
    ["model", "import"], ["model", "export"], ["model", "inspect"], ["model", "card"],
    ["model", "profile"],
    ["phantom"],
    ["phantom", "mri"],
    ["phantom", "implant"],
  ]

  @Test(arguments: commands) func helpIsAsRecorded(_ command: [String]) throws {
    let run = try Medcnn(command + ["--help"])
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    #expect(run.output.contains("For research use only"))
    #expect(run.output.contains("Example:"))
    let name = (["medcnn"] + command).joined(separator: "-") + ".txt"
    let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/\(name)")
    if ProcessInfo.processInfo.environment["MEDCNN_RECORD"] != nil {
      try Data(run.output.utf8).write(to: golden)
    }
    #expect(run.output == (try String(contentsOf: golden, encoding: .utf8)))
  }

  @Test func versionIsANumber() throws {
    let run = try Medcnn(["--version"])
    #expect(run.status == 0)
    #expect(run.output.split(separator: ".").count == 3)
  }

  @Test(arguments: [
    (["bogus"], "Unexpected argument 'bogus'"),
    (["info"], "Missing expected argument '<paths> ...'"),
    (["info", "a.nii", "--threads", "0"], "--threads takes 1 to 1024, not 0."),
    (["convert", "a.nii", "b.nii", "--orientation", "RAX"], "--orientation takes three letters"),
    (["convert", "a.nii", "b.nii", "--spacing", "1,0,1"], "'1,0,1' is invalid"),
    (["convert", "a.nii", "b.nii", "--type", "int12"], "'int12' is invalid"),
    (["train", "--data", "a.csv"], "Give --out FILE"),
    (["train", "--data", "a.csv", "--out", "m.txt"], "ends in .safetensors"),
    (
      ["train", "--data", "a.csv", "--out", "m.safetensors", "--validation", "1.5"],
      "'1.5' is invalid"
    ),
    (["train", "--data", "a.csv", "--print-plan", "--validation", "6/5"], "'6/5' is invalid"),
    (["train", "--data", "a.csv", "--architecture", "vgg"], "'vgg' is invalid"),
    (["phantom", "mri"], "Missing expected argument '--out <folder>'"),
    (["phantom", "mri", "--out", "x", "--name", "a/b"], "--name takes a file name"),
    (["phantom", "mri", "--out", "x", "--skull"], "need --kind"),
    (["phantom", "mri", "--out", "x", "--kind", "ms", "--modalities", "ct"], "not 'ct'"),
    (["phantom", "mri", "--out", "x", "--kind", "ms", "--slice-thickness", "40"], "1 to 12 mm"),
    (["phantom", "mri", "--out", "x", "--kind", "mixed", "--lesions", "2"], "needs --kind glioma"),
  ]) func wrongUsageExitsWith2(_ arguments: [String], _ message: String) throws {
    let run = try Medcnn(arguments)
    #expect(run.status == 2)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains(message))
  }
}
