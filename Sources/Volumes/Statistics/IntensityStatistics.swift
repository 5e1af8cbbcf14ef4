public import Parallel

/// What the intensities of some voxels amount to, in double precision.
public struct IntensityStatistics: Sendable, Hashable {
  /// The number of voxels, at least 1.
  public let count: Int
  /// The smallest intensity.
  public let minimum: Double
  /// The largest intensity.
  public let maximum: Double
  /// The mean.
  public let mean: Double
  /// The standard deviation of the voxels as a population: the root of the mean squared deviation.
  public let standardDeviation: Double
}

extension Volume {
  /// The statistics of one channel, over a mask or over all voxels; NaN throughout where a voxel is
  /// NaN.
  ///
  /// - Parameter workers: the result is the same to the last bit for any number.
  /// - Throws: ``VolumeError/emptyMask``, ``VolumeError/noSuchChannel(found:channels:)`` and
  ///   ``VolumeError/geometryMismatch(first:_:second:_:)``.
  public func statistics(
    channel: Int = 0, in mask: Mask? = nil, workers: Workers
  ) throws(VolumeError) -> IntensityStatistics {
    let planes = try sums(channel, mask, workers, PartialSums()) { sums, sample in
      sums.add(Double(sample))
    }
    let total = planes.reduce(into: PartialSums()) { $0.add($1) }
    guard total.count > 0 else { throw .emptyMask }
    let mean = total.sum / Double(total.count)
    // About the mean, in a second pass: the difference of large sums of squares would be inexact.
    let deviations = try sums(channel, mask, workers, 0.0) { sum, sample in
      let deviation = Double(sample) - mean
      sum += deviation * deviation
    }
    let variance = deviations.reduce(0, +) / Double(total.count)
    return IntensityStatistics(
      count: total.count, minimum: mean.isNaN ? .nan : total.minimum,
      maximum: mean.isNaN ? .nan : total.maximum, mean: mean,
      standardDeviation: variance.squareRoot())
  }

  /// Folds the samples of each plane of a channel, or those of them that are in a mask.
  func sums<Sum: Sendable>(
    _ channel: Int, _ mask: Mask?, _ workers: Workers, _ zero: Sum,
    _ add: @Sendable (_ sum: inout Sum, _ sample: Float) -> Void
  ) throws(VolumeError) -> [Sum] {
    guard 0..<channels ~= channel else {
      throw .noSuchChannel(found: channel, channels: channels)
    }
    if let mask { try requireMatch(of: "the volume", geometry, "the mask", mask.geometry) }
    let planeCount = geometry.size.x * geometry.size.y
    let start = channel * geometry.voxelCount
    var result = [Sum](repeating: zero, count: geometry.size.z)
    result.withUnsafeMutableBufferPointer { result in
      nonisolated(unsafe) let result = result
      samples.withUnsafeBufferPointer { samples in
        nonisolated(unsafe) let samples = samples
        workers.forEach(geometry.size.z) { k, _ in
          var sum = zero
          let first = k * planeCount
          if let mask {
            mask.voxels.withUnsafeBufferPointer { voxels in
              for index in first..<first + planeCount where voxels[index] {
                add(&sum, samples[start + index])
              }
            }
          } else {
            for index in first..<first + planeCount { add(&sum, samples[start + index]) }
          }
          result[k] = sum
        }
      }
    }
    return result
  }
}

/// What is known of some of the voxels.
private struct PartialSums: Sendable {
  var count = 0
  var minimum = Double.infinity
  var maximum = -Double.infinity
  var sum = 0.0

  mutating func add(_ value: Double) {
    count += 1
    if value < minimum { minimum = value }
    if value > maximum { maximum = value }
    sum += value
  }

  mutating func add(_ other: PartialSums) {
    count += other.count
    minimum = min(minimum, other.minimum)
    maximum = max(maximum, other.maximum)
    sum += other.sum
  }
}
