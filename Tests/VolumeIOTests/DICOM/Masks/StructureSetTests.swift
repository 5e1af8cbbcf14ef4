import Foundation
import Parallel
import TestSupport
import Testing
import VolumeIO
import Volumes

/// Structure sets against voxels that shapely finds inside their contours.
@Suite struct StructureSetTests {
  private func grid() throws -> Geometry {
    try ImageFile.readHeader(MaskFiles.root + "grid.nii.gz").geometry
  }

  @Test func equalsShapely() throws {
    let segments = try MaskFiles.mask("structures").segments(on: grid())
    try MaskFiles.expect(segments, equal: MaskFiles.truth("structures"))
    #expect(segments.segments.map(\.label) == [1, 2, 3, 5, 6, 7, 8, 9])
  }

  /// The slices of an image may run along any of its axes.
  @Test(arguments: ["RAS", "SRA", "ASL", "PIR"]) func anyOrderOfAxes(letters: String) throws {
    let turned = try grid().reoriented(to: try #require(Orientation(letters)))
    let segments = try MaskFiles.mask("structures").segments(on: turned)
    try MaskFiles.expect(segments, equal: MaskFiles.truth("structures", like: turned))
  }

  @Test func listsWhatTheFileSays() throws {
    guard case .structureSet(let structures) = try MaskFiles.mask("structures") else {
      Issue.record("no structure set")
      return
    }
    #expect(structures.rois.map(\.name).prefix(3) == ["GTV-1", "Ring", "Keyhole"])
    #expect(structures.rois.map(\.type).prefix(3) == ["GTV", "ORGAN", ""])
    #expect(structures.rois[1].color == [10, 254, 3])
    #expect(structures.rois.map(\.contourCount) == [8, 6, 1, 4, 4, 9, 13, 2])
    #expect(structures.rois.map(\.skippedContourCount) == [0, 0, 0, 0, 0, 0, 0, 3])
    #expect(structures.referencedSeries.count == 1)
  }

  @Test func tellsWhatIsLeftOut() throws {
    let mask = try MaskFiles.mask("structures")
    let warnings = try mask.segments(on: grid()).warnings
    #expect(
      warnings == [
        "ROI 6 (Every other): its contours are 5.0 mm apart and the slices 2.5 mm; slices without "
          + "contours remain empty",
        "ROI 7 (Finer): contours in 5 planes are left out, since others are nearer to the same "
          + "slices",
        "ROI 8 (Beyond): contours in 5 planes beyond the image are left out",
        "ROI 8 (Beyond): it reaches beyond the image, and is cut there",
        "ROI 9 (Odds): 3 contours that enclose no area (points, open lines) are left out",
        "ROI 9 (Odds): 1 contours that are there twice are drawn once",
      ])
    #expect(try mask.segments(MaskOptions(chosen: ["ring"]), on: grid()).warnings.isEmpty)
  }

  @Test func chosenByPattern() throws {
    let mask = try MaskFiles.mask("structures")
    let segments = try mask.segments(MaskOptions(chosen: ["GTV*"]), on: grid())
    #expect(segments.segments.map(\.number) == [1, 5])
    let error = #expect(throws: VolumeIOError.self) {
      try mask.segments(MaskOptions(chosen: ["PTV"]), on: self.grid())
    }
    #expect(error?.description.contains("no ROI 'PTV' among 1 (GTV-1), 2 (Ring)") == true)
  }

  /// Numbers that are no labels: the places in the file are.
  @Test func numbersThatAreNoLabels() throws {
    let segments = try MaskFiles.mask("numbers").segments(on: grid())
    #expect(segments.segments.map(\.number) == [0, 70000])
    #expect(segments.segments.map(\.label) == [1, 2])
    #expect(segments.segments.map(\.voxels) == [9, 0])
    #expect(segments.warnings == ["ROI 70000 (b): it has no closed contours"])
  }

  @Test func needsAGrid() throws {
    let mask = try MaskFiles.mask("structures")
    let error = #expect(throws: VolumeIOError.self) { try mask.segments() }
    #expect(error?.description.contains("which have no grid of their own; name the image") == true)
    let series = try #require(mask.referencedSeries.first)
    #expect(error?.description.contains("(series \(series)) with --like") == true)
    #expect(throws: VolumeIOError.self) {
      try ImageFile.readLabelMap(MaskFiles.root + "structures.dcm")
    }
  }

  @Test func slicesMustBeParallel() throws {
    let grid = try grid()
    var affine = grid.affine
    affine.k += affine.i * 0.5
    affine.i -= affine.k * 0.1
    let tilted = try Geometry(size: grid.size, affine: affine)
    let error = #expect(throws: VolumeIOError.self) {
      try MaskFiles.mask("structures").segments(on: tilted)
    }
    #expect(error?.description.contains("is not parallel to the slices") == true)
  }

  @Test func threadsDoNotMatter() throws {
    let mask = try MaskFiles.mask("structures")
    let one = try mask.segments(on: grid(), workers: Workers(count: 1))
    let many = try mask.segments(on: grid(), workers: Workers(count: 5))
    #expect(one.layers == many.layers && one.overlaps == many.overlaps)
  }

  static let patient = SharedData.root.map { $0 + "/dicom/sts_025" }

  /// A patient's structure sets against the masks that MIRP made of them.
  @Test(
    .enabled(if: patient != nil, "the shared scans are not here"),
    arguments: ["CT", "PET", "MR_T1"])
  func equalsMIRP(modality: String) throws {
    let root = try #require(Self.patient)
    let mask = try #require(try DICOMMask.read("\(root)/\(modality)/mask/RS.dcm"))
    let grid = try mask.header(ofImage: "\(root)/\(modality)/image").geometry
    let segments = try mask.segments(on: grid)
    let truth = try ImageFile.readLabelMap("\(root)_nifti/\(modality)_mask.nii.gz")
      .reoriented(to: grid.orientation)
    let wrong = zip(try segments.labelMap().voxels, truth.voxels).count { $0 != $1 }
    #expect(wrong == 0)
    #expect(segments.warnings.isEmpty)
  }
}
