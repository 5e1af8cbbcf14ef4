import Testing

@testable import Segmentation

@Suite struct ChannelMatcherTests {
  private let matcher = ChannelMatcher(
    channels: ["T1", "T1c", "T2", "FLAIR"].map { Channel(name: $0, normalization: .none) })

  @Test(arguments: [
    ["c-t1n.nii.gz", "c-t1c.nii.gz", "c-t2w.nii.gz", "c-t2f.nii.gz", "c-seg.nii.gz"],
    ["B_t1.nii", "B_t1ce.nii", "B_t2.nii", "B_flair.nii", "B_seg.nii", "notes.txt"],
    ["case_0000.nii.gz", "case_0001.nii.gz", "case_0002.nii.gz", "case_0003.nii.gz"],
    [
      "sub-1_T1w.nii.gz", "sub-1_ce-gadolinium_T1w.nii.gz", "sub-1_T2w.nii.gz",
      "sub-1_FLAIR.nii.gz", "sub-1_desc-brain_mask.nii.gz", "sub-1_T1w.json",
    ],
    [
      "P_1998.02.08_t1_LPS.nii.gz", "P_1998.02.08_t1Gd_LPS.nii.gz", "P_1998.02.08_t2_LPS.nii.gz",
      "P_1998.02.08_flair_LPS.nii.gz", "P_GlistrBoost.txt",
    ],
    ["A_t1_bet.nii.gz", "A_t1c_bet.nii.gz", "A_t2_bet.nii.gz", "A_fla_bet.nii.gz", "A_seg.nii.gz"],
    ["T1.hdr", "T1 post.hdr", "T2.hdr", "T2 FLAIR.hdr", "T1.img", "T1 post.img"],
    ["T1.MHA", "T1-CE.mha", "T2.nrrd", "Flair.nhdr"],
  ])
  func names(_ files: [String]) throws {
    #expect(try matcher.match(fileNames: files, folder: "scans") == [0, 1, 2, 3])
    let back = try matcher.match(fileNames: files.reversed(), folder: "scans")
    #expect(back == [0, 1, 2, 3].map { files.count - 1 - $0 })
  }

  @Test func missing() {
    #expect {
      try matcher.match(fileNames: ["t1.nii", "t1ce.nii", "t2.nii", "x.nii"], folder: "scans")
    } throws: {
      "\($0)" == "found in scans none for FLAIR among t1.nii, t1ce.nii, t2.nii, x.nii; "
        + "the model takes one image for each of T1, T1c, T2, FLAIR; "
        + "name the files: --t1 FILE --t1c FILE --t2 FILE --flair FILE"
    }
  }

  @Test func several() {
    #expect {
      try matcher.match(
        fileNames: ["a_t1.nii", "b_t1.nii", "t1c.nii", "t2.nii", "flair.nii"], folder: "scans")
    } throws: {
      "\($0)".hasPrefix("found in scans a_t1.nii, b_t1.nii for T1 among ")
    }
  }

  @Test func oneFileForSeveral() {
    #expect {
      try matcher.match(
        fileNames: ["t1_on_flair.nii", "t1c.nii", "t2.nii"], folder: "scans")
    } throws: {
      "\($0)".hasPrefix("found in scans t1_on_flair.nii for several channels among ")
    }
  }

  private let anyOf = ChannelMatcher(
    channels: ["T1", "T1c", "T2", "FLAIR"].map {
      Channel(name: $0, normalization: .none, optional: true)
    })

  @Test(
    arguments: [
      (["sub-1_FLAIR.nii.gz"], [nil, nil, nil, 0]),
      (["x-t1c.nii.gz", "x-t2f.nii.gz", "x-seg.nii.gz"], [nil, 0, nil, 1]),
      (["case_0000.nii", "case_0001.nii", "case_0002.nii", "case_0003.nii"], [0, 1, 2, 3]),
    ] as [([String], [Int?])]) func optionalChannels(_ files: [String], _ found: [Int?]) throws
  {
    #expect(try anyOf.match(fileNames: files, folder: "scans") == found)
  }

  @Test(arguments: ["scan.nii.gz", "case_0000.nii.gz"]) func unknownKind(_ name: String) {
    #expect {
      try anyOf.match(fileNames: [name], folder: "scans")
    } throws: {
      "\($0)"
        == "found \(name), whose name does not tell what kind of scan it is; the model takes any "
        + "of T1, T1c, T2, FLAIR; say it: --t1 \(name) or --t1c \(name) or --t2 \(name) or "
        + "--flair \(name)"
    }
  }

  @Test func severalForAnOptionalChannel() {
    #expect {
      try anyOf.match(fileNames: ["a_t1.nii", "b_t1.nii"], folder: "scans")
    } throws: {
      "\($0)".hasPrefix("found in scans a_t1.nii, b_t1.nii for T1 among ")
    }
  }

  @Test func noImages() {
    #expect {
      try matcher.match(fileNames: ["readme.txt"], folder: "scans")
    } throws: {
      "\($0)".hasPrefix("found in scans no image among readme.txt; ")
    }
    #expect(throws: SegmentationError.self) { try matcher.match(fileNames: [], folder: "scans") }
  }
}
