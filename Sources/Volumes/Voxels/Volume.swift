/// A scan: Float32 samples on a grid, in one or more channels.
///
/// Samples are true values: a file's slope and intercept are applied. In memory the first voxel
/// axis is fastest and the channel slowest: sample (c, i, j, k) is at
/// `c * voxelCount + geometry.offset(i, j, k)`.
public struct Volume: Sendable, Equatable {
  /// The grid.
  public let geometry: Geometry
  /// The number of channels (modalities, time points, components), at least 1.
  public let channels: Int
  /// All samples, `channels * geometry.voxelCount` of them.
  public var samples: [Float]

  /// - Throws: ``VolumeError/sampleCount(found:expected:)`` where the samples do not fit.
  public init(geometry: Geometry, channels: Int = 1, samples: [Float]) throws(VolumeError) {
    let (expected, overflow) = geometry.voxelCount.multipliedReportingOverflow(by: channels)
    guard channels >= 1, !overflow, samples.count == expected else {
      throw .sampleCount(found: samples.count, expected: overflow ? Int.max : expected)
    }
    self.init(geometry: geometry, channels: channels, unchecked: samples)
  }

  init(geometry: Geometry, channels: Int, unchecked samples: [Float]) {
    precondition(samples.count == channels * geometry.voxelCount)
    self.geometry = geometry
    self.channels = channels
    self.samples = samples
  }

  /// A volume of one value.
  public init(geometry: Geometry, channels: Int = 1, repeating value: Float = 0) {
    precondition(channels >= 1)
    self.geometry = geometry
    self.channels = channels
    samples = [Float](repeating: value, count: channels * geometry.voxelCount)
  }

  /// The sample of a voxel.
  public subscript(i: Int, j: Int, k: Int, channel channel: Int = 0) -> Float {
    get { samples[channel * geometry.voxelCount + geometry.offset(i, j, k)] }
    set { samples[channel * geometry.voxelCount + geometry.offset(i, j, k)] = newValue }
  }

  /// One channel as a volume of its own.
  ///
  /// - Throws: ``VolumeError/noSuchChannel(found:channels:)``.
  public func channel(_ index: Int) throws(VolumeError) -> Volume {
    guard 0..<channels ~= index else { throw .noSuchChannel(found: index, channels: channels) }
    let count = geometry.voxelCount
    return try Volume(
      geometry: geometry, samples: Array(samples[index * count..<(index + 1) * count]))
  }

  /// Several volumes on one grid as the channels of one.
  ///
  /// - Throws: ``VolumeError/geometryMismatch(first:_:second:_:)`` where the grids differ.
  public init(stacking volumes: [Volume]) throws(VolumeError) {
    guard let first = volumes.first else { throw .sampleCount(found: 0, expected: 1) }
    for (index, volume) in volumes.enumerated() where !volume.geometry.matches(first.geometry) {
      throw .geometryMismatch(
        first: "channel 1", first.geometry, second: "channel \(index + 1)", volume.geometry)
    }
    try self.init(
      geometry: first.geometry, channels: volumes.reduce(0) { $0 + $1.channels },
      samples: Array(volumes.map(\.samples).joined()))
  }
}
