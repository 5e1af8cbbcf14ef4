import Foundation
import Parallel
import Testing
import VolumeIO
import Volumes

@testable import Segmentation

@Suite(
  .enabled(if: sharedData != nil, "there are no real label maps here: set MEDCNN_SHARED_DATA"),
  .enabled(if: isHeavy, "whole scans take long: set MEDCNN_HEAVY in an optimised build"))
struct RealLabelMapTests {
  @Test func realLabelMapsAgreeWithThePeers() throws {
    let folder = try #require(sharedData)
    func read(_ source: MetricsRow.Source?) throws -> LabelMap? {
      guard case .path(let path)? = source else { return nil }
      return try ImageFile.readLabelMap(folder.appending(path: path).path)
    }
    for row in try golden("metrics_real.json", as: [MetricsRow].self) {
      let truth = try #require(try read(row.truth))
      let prediction =
        try read(row.prediction) ?? shifted(truth, by: SIMD3(row.shift ?? [0, 0, 0]))
      try row.check(truth: truth, prediction: prediction, workers: .all)
    }
  }

  /// Moved along each axis; what leaves the grid comes in at the other side.
  private func shifted(_ map: LabelMap, by shift: SIMD3<Int>) -> LabelMap {
    let size = map.geometry.size
    var result = LabelMap(geometry: map.geometry)
    for (index, label) in map.voxels.enumerated() where label != 0 {
      let voxel = SIMD3(index % size.x, index / size.x % size.y, index / (size.x * size.y))
      let target = (voxel &+ shift &+ size) % size
      result[target.x, target.y, target.z] = label
    }
    return result
  }
}
