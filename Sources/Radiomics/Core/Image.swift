public import VolumeIO
public import Volumes

/// One channel of a scan in double precision, as filters and features need it.
///
/// A filtered or interpolated intensity that lies at the edge of a bin changes bins with its last
/// bits: single precision would move voxels between bins. In memory the first voxel axis is fastest.
public struct Image: Sendable, Equatable {
  /// The grid.
  public let geometry: Geometry
  /// The intensity of each voxel, `geometry.voxelCount` of them.
  public var intensities: [Double]
  /// The type in which the field's programs hold such an image: what they compute from it is rounded
  /// as this type is.
  public var storedType: StoredType

  /// - Precondition: `intensities.count == geometry.voxelCount`.
  public init(geometry: Geometry, intensities: [Double], storedType: StoredType = .float64) {
    precondition(intensities.count == geometry.voxelCount)
    self.geometry = geometry
    self.intensities = intensities
    self.storedType = storedType
  }

  /// A channel of a scan.
  ///
  /// - Parameter storedType: the type of the file's samples.
  /// - Precondition: `channel` is one of the scan's.
  public init(_ volume: Volume, channel: Int = 0, storedType: StoredType = .float64) {
    precondition(0..<volume.channels ~= channel)
    let count = volume.geometry.voxelCount
    let samples = volume.samples[channel * count..<(channel + 1) * count]
    self.init(
      geometry: volume.geometry, intensities: samples.map(Double.init), storedType: storedType)
  }
}
