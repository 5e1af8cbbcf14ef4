import Foundation
import Parallel
import TestSupport
import Testing
import VolumeIO
import Volumes

/// Segmentations against what highdicom reads of them.
@Suite struct DICOMSegmentationTests {
  @Test(arguments: [
    "binary", "explicit", "shuffled", "deflated", "negated", "of_frames", "overlapping",
    "probability", "occupancy", "fractions_rle", "labelmap", "labelmap_rle", "labelmap_jpeg2000",
    "labelmap16",
  ])
  func equalsHighdicom(name: String) throws {
    let segments = try MaskFiles.mask(name).segments()
    try MaskFiles.expect(segments, equal: MaskFiles.truth(name, like: segments.geometry))
  }

  @Test func namesColoursAndMeanings() throws {
    guard case .segmentation(let segmentation) = try MaskFiles.mask("binary") else {
      Issue.record("no segmentation")
      return
    }
    #expect(segmentation.kind == .binary && segmentation.frameCount == 11)
    #expect(segmentation.segments.map(\.number) == [1, 2, 3])
    #expect(segmentation.segments.map(\.label) == ["Liver", "liver lesion", "Öl"])
    #expect(segmentation.segments[0].type == CodedConcept("108369006", "SCT", "Neoplasm"))
    #expect(segmentation.segments[0].category?.meaning == "Morphologically Abnormal Structure")
    #expect(segmentation.segments[0].algorithm == "AUTOMATIC painter")
    #expect(segmentation.referencedSeries.count == 1)
    let table = try segmentation.segments().labelMap().table
    #expect(table.name(of: 2) == "liver lesion")
    // Lab values are rounded.
    for (value, expected) in [
      (UInt16(1), [221, 130, 101]), (2, [20, 200, 60]), (3, [0, 0, 255]),
    ] {
      for (found, wanted) in zip(table.color(of: value), expected) {
        #expect(abs(Int(found) - wanted) <= 1)
      }
    }
  }

  @Test func chosenByNumberNameAndPattern() throws {
    let mask = try MaskFiles.mask("binary")
    func numbers(_ chosen: String...) throws -> [Int] {
      try mask.segments(MaskOptions(chosen: chosen)).segments.map(\.number)
    }
    #expect(try numbers("2") == [2])
    #expect(try numbers("LIVER") == [1])
    #expect(try numbers("liver*") == [1, 2])
    #expect(try numbers("ö?", "1") == [1, 3])
    let error = #expect(throws: VolumeIOError.self) { try numbers("spleen") }
    #expect(
      error?.description.contains(
        "no segment 'spleen' among 1 (Liver), 2 (liver lesion), 3 (Öl)") == true)
    let renumbered = try mask.segments(
      MaskOptions(chosen: ["3", "liver*"], numbersByChoice: true))
    #expect(renumbered.segments.map(\.label) == [1, 2])
    #expect(renumbered.segments.map(\.name) == ["Öl", "Liver, liver lesion"])
    let all = try mask.segments()
    #expect(
      renumbered.segments.map(\.voxels) == [
        all.segments[2].voxels, all.segments[0].voxels + all.segments[1].voxels,
      ])
  }

  @Test func thresholds() throws {
    let mask = try MaskFiles.mask("probability")
    let counts = try [0.001, 0.25, 0.5, 0.75, 1].map {
      try mask.segments(MaskOptions(threshold: $0)).segments[0].voxels
    }
    #expect(counts == counts.sorted(by: >) && counts[0] > 800 && counts[4] < 20)
    #expect(throws: VolumeIOError.self) { try mask.segments(MaskOptions(threshold: 0)) }
  }

  @Test func overlapsAreNamedAndLayered() throws {
    let mask = try MaskFiles.mask("overlapping")
    let segments = try mask.segments()
    // The third overlaps with the second only.
    #expect(segments.layers.count == 2)
    #expect(segments.segments.map(\.layer) == [0, 1, 0])
    #expect(segments.overlaps.map(\.first) == [0, 1] && segments.overlaps.map(\.second) == [1, 2])
    let truth = try MaskFiles.truth("overlapping", like: segments.geometry)
    let shared = Mask(nonZeroOf: try truth.channel(0)).voxels.indices.count {
      truth.samples[$0] > 0 && truth.samples[$0 + truth.geometry.voxelCount] > 0
    }
    #expect(segments.overlaps[0].voxels == shared)
    let error = #expect(throws: VolumeIOError.self) { try segments.labelMap() }
    #expect(
      error?.description.contains(
        "1 (Liver) and 2 (liver lesion) share \(shared) voxels; 2 (liver lesion) and 3 (Öl)")
        == true)
    #expect(error?.description.contains("--roi") == true)
    #expect(try mask.segments(MaskOptions(chosen: ["1", "3"])).labelMap().labels == [1, 3])
    #expect(segments.mask.count == Mask(nonZeroOf: truth).count)
    // As an image its layers are channels.
    let image = try ImageFile.read(MaskFiles.root + "overlapping.dcm")
    #expect(image.volume.channels == 2 && image.header.labelTables.count == 2)
    #expect(try image.labelMaps() == segments.layers)
  }

  @Test(arguments: ["binary", "labelmap", "shuffled"]) func onTheImagesGrid(name: String) throws {
    let grid = try ImageFile.readHeader(MaskFiles.root + "grid.nii.gz").geometry
    let mask = try MaskFiles.mask(name)
    #expect(try mask.segments().isAligned(with: grid))
    let segments = try mask.segments(on: grid)
    #expect(segments.warnings.isEmpty)
    try MaskFiles.expect(segments, equal: MaskFiles.truth("labels"))
    // In any order of the axes.
    let turned = grid.reoriented(to: try #require(Orientation("SAR")))
    try MaskFiles.expect(
      try mask.segments(on: turned), equal: MaskFiles.truth("labels", like: turned))
  }

  @Test func onAnotherGrid() throws {
    let grid = try ImageFile.readHeader(MaskFiles.root + "grid.nii.gz").geometry
    let mask = try MaskFiles.mask("binary")
    let fine = try grid.resampled(spacing: [0.4, 0.5, 1.25])
    let segments = try mask.segments(on: fine)
    #expect(segments.warnings == ["resampled to the nearest voxel, since its grid is another one"])
    let whole = try mask.segments()
    let expected = try whole.labelMap().resampled(to: fine, workers: .all)
    let wrong = zip(try segments.labelMap().voxels, expected.voxels).count { $0 != $1 }
    #expect(wrong == 0)
    let part = try grid.cropped(to: try #require(VoxelBox(low: [0, 0, 0], high: [13, 11, 4])))
    let cut = try mask.segments(on: part)
    let lost = whole.mask.count - cut.mask.count
    #expect(lost > 0 && cut.warnings == ["\(lost) voxels lie beyond the image and are left out"])
  }

  @Test func threadsDoNotMatter() throws {
    let mask = try MaskFiles.mask("overlapping")
    let one = try mask.segments(workers: Workers(count: 1))
    let many = try mask.segments(workers: Workers(count: 5))
    #expect(one.layers == many.layers && one.segments == many.segments)
    #expect(one.overlaps == many.overlaps)
  }

  static let samples = SharedData.root.map { $0 + "/dicom/seg_samples/test_files/" }

  /// What pydicom reads of highdicom's own test files: the voxels of each segment.
  @Test(
    .enabled(if: samples != nil, "the shared scans are not here"),
    arguments: [
      ("ct_binary", [638], [16, 16, 3]), ("ct_binary_fractional", [638], [16, 16, 3]),
      ("ct_true_fractional", [638], [16, 16, 3]), ("ct_binary_overlap", [64, 16], [16, 16, 165]),
      ("ct_binary_single_frame", [1832], [128, 128, 1]),
    ])
  func highdicomsSamples(name: String, counts: [Int], size: [Int]) throws {
    let path = try #require(Self.samples) + "seg_image_\(name).dcm"
    let segments = try #require(try DICOMMask.read(path)).segments()
    #expect(segments.segments.map(\.voxels) == counts)
    #expect((0..<3).map { segments.geometry.size[$0] } == size)
  }

  @Test(
    .enabled(if: samples != nil, "the shared scans are not here"),
    arguments: [
      "sm_control", "sm_control_labelmap", "sm_control_labelmap_palette_color", "sm_dots",
      "sm_dots_tiled_full", "sm_numbers", "cr_binary",
    ])
  func withoutAPlace(name: String) throws {
    let path = try #require(Self.samples) + "seg_image_\(name).dcm"
    guard case .segmentation(let segmentation)? = try DICOMMask.read(path) else {
      Issue.record("no segmentation")
      return
    }
    #expect(!segmentation.segments.isEmpty)
    let problem = try #require(segmentation.problem)
    #expect(problem.contains(name == "cr_binary" ? "position in the patient" : "microscope"))
    let error = #expect(throws: VolumeIOError.self) { try segmentation.segments() }
    #expect(error?.description.contains("place in the patient") == true)
  }

  /// A phantom whose frames end within bytes: the scan is bright where the mask is.
  @Test(.enabled(if: samples != nil, "the shared scans are not here"))
  func packedBits() throws {
    let root = try #require(SharedData.root) + "/dicom/ct_with_seg/"
    let scan = try ImageFile.read(root + "image").volume
    let mask = try #require(try DICOMMask.read(root + "mask/mask.dcm"))
    let image = try mask.header(ofImage: root + "image")
    let segments = try mask.segments(on: image.geometry)
    #expect(segments.warnings.isEmpty && segments.segments[0].voxels == 322)
    let labels = try segments.labelMap()
    #expect(labels.table.entries.map(\.name) == ["Liver"])
    for k in 0..<3 {
      for (i, j) in [(0, 0), (22, 0), (0, 37), (22, 37)] { #expect(labels[i, j, k] == 1) }
    }
    #expect(labels.geometry.matches(scan.geometry))
  }
}
