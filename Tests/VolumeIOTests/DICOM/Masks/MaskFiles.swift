import Foundation
import Testing
import VolumeIO
import Volumes

/// The made segmentations and structure sets, and what they hold.
enum MaskFiles {
  static let root = Resources.root + "/masks/"

  static func mask(_ name: String) throws -> DICOMMask {
    try #require(try DICOMMask.read("\(root)\(name).dcm"))
  }

  /// A channel for each segment, in axes that run as those of a grid.
  static func truth(_ name: String, like grid: Geometry? = nil) throws -> Volume {
    let truth = try ImageFile.read("\(root)\(name).nii.gz").volume
    return grid.map { truth.reoriented(to: $0.orientation) } ?? truth
  }

  /// Expects that each segment has the voxels of a channel.
  static func expect(
    _ segments: SegmentSet, equal truth: Volume, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try #require(segments.geometry.matches(truth.geometry), sourceLocation: sourceLocation)
    try #require(segments.segments.count == truth.channels, sourceLocation: sourceLocation)
    for (index, segment) in segments.segments.enumerated() {
      let expected = Mask(nonZeroOf: try truth.channel(index))
      let wrong = zip(segments.mask(ofSegment: index).voxels, expected.voxels).count { $0 != $1 }
      #expect(wrong == 0, "\(segment.number) (\(segment.name))", sourceLocation: sourceLocation)
      #expect(segment.voxels == expected.count, sourceLocation: sourceLocation)
    }
  }
}
