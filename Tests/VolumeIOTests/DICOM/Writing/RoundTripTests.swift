import Foundation
import Testing
import Volumes

@testable import VolumeIO

/// What is written as a segmentation or as contours, read again.
@Suite struct RoundTripTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A ball with a hole around another label, and single voxels, of which two touch at a corner.
  private func labels(_ geometry: Geometry) -> LabelMap {
    var labels = LabelMap(
      geometry: geometry,
      table: LabelTable([
        LabelTable.Entry(value: 1, name: "shell"), LabelTable.Entry(value: 2, name: "kernel"),
      ]))
    let middle = SIMD3<Double>(geometry.size) / 2
    for k in 0..<geometry.size.z {
      for j in 0..<geometry.size.y {
        for i in 0..<geometry.size.x {
          let radius = (SIMD3(Double(i), Double(j), Double(k)) - middle).length
          labels[i, j, k] = radius < 1.5 ? 0 : radius < 2.5 ? 2 : radius < 4.2 ? 1 : 0
        }
      }
    }
    labels[0, 0, 0] = 1
    labels[1, 1, 0] = 1
    labels[geometry.size.x - 1, 0, 1] = 2
    return labels
  }

  @Test(arguments: DICOMWritingTests.references, [true, false])
  func voxelsComeBack(reference: String, isSegmentation: Bool) throws {
    let series = try DICOMReference(DICOMWritingTests.root + reference)
    let output = DICOMOutput(reference: series, version: "1")
    let labels = labels(series.geometry)
    let path = folder("out.dcm")
    if isSegmentation {
      try SegmentationObject.write(labels, to: path, output: output)
    } else {
      try StructureSetObject.write(labels, to: path, output: output)
    }
    let mask = try #require(try DICOMMask.read(path))
    #expect(mask.referencedSeries == [series.seriesUID])
    let set = try mask.segments(on: series.geometry)
    // Contours around voxels at the edge run half a voxel beyond.
    #expect(set.warnings.isEmpty)
    #expect(set.overlaps.isEmpty && set.segments.map(\.name) == ["shell", "kernel"])
    for (index, value) in [UInt16(1), 2].enumerated() {
      // Decimal strings hold the grid but for its last digits.
      let mask = set.mask(ofSegment: index)
      #expect(mask.geometry.matches(series.geometry))
      let isEqual = mask.voxels == labels.mask(of: [value]).voxels
      #expect(isEqual)
    }
  }
}
