import Foundation
import Testing
import VolumeIO
import Volumes

/// A volume against the same one in another format.
enum DICOMComparison {
  /// Expects the same values at the same places, whatever the order of the axes.
  ///
  /// - Parameter relative: by how much of its value a sample may differ.
  static func expectEqual(
    _ path: String, _ reference: String, dicom: DICOMOptions = DICOMOptions(),
    relative: Float = 0, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let image = try ImageFile.read(path, dicom: dicom)
    let expected = try ImageFile.read(reference).volume
    let volume = image.volume.reoriented(to: expected.geometry.orientation)
    #expect(volume.channels == expected.channels, sourceLocation: sourceLocation)
    try #require(
      volume.geometry.size == expected.geometry.size, sourceLocation: sourceLocation)
    let distances = zip(volume.geometry.corners, expected.geometry.corners).map {
      (($0 - $1) * ($0 - $1)).sum().squareRoot()
    }
    #expect(distances.max()! <= 1e-3, sourceLocation: sourceLocation)
    try #require(volume.samples.count == expected.samples.count, sourceLocation: sourceLocation)
    let wrong = zip(volume.samples, expected.samples).count {
      abs($0 - $1) > relative * abs($1)
    }
    #expect(wrong == 0, "\(path): voxels that differ", sourceLocation: sourceLocation)
    let header = try ImageFile.readHeader(path, dicom: dicom)
    #expect(header.geometry == image.volume.geometry, sourceLocation: sourceLocation)
    #expect(header.channels == image.volume.channels, sourceLocation: sourceLocation)
  }
}
