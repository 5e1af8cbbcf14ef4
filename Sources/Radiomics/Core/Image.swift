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

  /// - Precondition: `intensities.count == geometry.voxelCount`.
  public init(geometry: Geometry, intensities: [Double]) {
    precondition(intensities.count == geometry.voxelCount)
    self.geometry = geometry
    self.intensities = intensities
  }

  /// A channel of a scan.
  ///
  /// - Precondition: `channel` is one of the scan's.
  public init(_ volume: Volume, channel: Int = 0) {
    precondition(0..<volume.channels ~= channel)
    let count = volume.geometry.voxelCount
    let samples = volume.samples[channel * count..<(channel + 1) * count]
    self.init(geometry: volume.geometry, intensities: samples.map(Double.init))
  }
}
