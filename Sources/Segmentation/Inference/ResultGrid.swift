internal import ConvNet
internal import Foundation
internal import Parallel
internal import Volumes

/// What the network said about the voxels of its grid so far.
struct ResultGrid {
  /// How outputs become labels.
  let output: Output
  /// Where labels may be.
  let mask: Mask
  /// The labels; the background outside of the mask and where nothing was written.
  private(set) var labels: LabelMap
  /// The probabilities of the output channels, where kept; the background is certain outside of the
  /// mask and where nothing was written.
  private(set) var probabilities: Volume?

  /// - Parameter keepsProbabilities: whether ``probabilities`` are wanted.
  init(output: Output, labels table: LabelTable, mask: Mask, keepsProbabilities: Bool) throws {
    self.output = output
    self.mask = mask
    labels = LabelMap(geometry: mask.geometry, table: table)
    guard keepsProbabilities else { return }
    let (count, overflow) = mask.geometry.voxelCount.multipliedReportingOverflow(
      by: output.values.count)
    guard !overflow else {
      throw VolumeError.invalidGeometry("\(output.values.count) probabilities a voxel are too many")
    }
    var samples = [Float](repeating: 0, count: count)
    if let background = output.backgroundChannel {
      let start = background * mask.geometry.voxelCount
      for index in start..<start + mask.geometry.voxelCount { samples[index] = 1 }
    }
    probabilities = try Volume(
      geometry: mask.geometry, channels: output.values.count, samples: samples)
  }

  /// Takes the network's output for a box that begins at a voxel and may reach beyond the grid.
  mutating func write(_ tensor: Tensor, at low: SIMD3<Int>, workers: Workers) {
    let part = SIMD3(tensor.size.x, tensor.size.y, tensor.size.z)
    guard let box = VoxelBox(low: low, high: low &+ part)?.clamped(to: mask.geometry) else {
      return
    }
    let geometry = mask.geometry
    let decision = Decision(output)
    let channels = tensor.channels
    let (plane, count) = (
      tensor.size.x * tensor.size.y, tensor.size.x * tensor.size.y * tensor.size.z
    )
    // Without probabilities, the largest output is as good as the largest probability.
    let activates = probabilities != nil || output.decision != .argmax
    let activation = activates ? output.activation : .none
    let voxelCount = geometry.voxelCount
    var kept = probabilities?.samples ?? []
    probabilities?.samples = []
    kept.withUnsafeMutableBufferPointer { kept in
      labels.withMutableElements { labels in
        tensor.values.withUnsafeBufferPointer { values in
          mask.voxels.withUnsafeBufferPointer { mask in
            nonisolated(unsafe) let (kept, labels, values, mask) = (kept, labels, values, mask)
            workers.forEach(box.size.z) { slice, _ in
              let k = box.low.z + slice
              withUnsafeTemporaryAllocation(of: Float.self, capacity: channels) { voxel in
                for j in box.low.y..<box.high.y {
                  let target = geometry.offset(0, j, k)
                  let source = (k - low.z) * plane + (j - low.y) * part.x - low.x
                  for i in box.low.x..<box.high.x where mask[target + i] {
                    for channel in 0..<channels {
                      voxel[channel] = values[channel * count + source + i]
                    }
                    activation.apply(to: voxel)
                    labels[target + i] = decision.label(of: voxel)
                    guard !kept.isEmpty else { continue }
                    for channel in 0..<channels {
                      kept[channel * voxelCount + target + i] = voxel[channel]
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    probabilities?.samples = kept
  }

  /// The same on another grid: probabilities interpolated linearly, then decided.
  ///
  /// - Parameter mask: where labels may be, on that grid.
  func resampled(to mask: Mask, workers: Workers) throws -> ResultGrid {
    guard let probabilities else {
      preconditionFailure("a result that is to be resampled keeps its probabilities")
    }
    var result = try ResultGrid(
      output: output, labels: labels.table, mask: mask, keepsProbabilities: true)
    let count = mask.geometry.voxelCount
    var samples: [Float] = []
    for channel in output.values.indices {
      samples += try probabilities.channel(channel).resampled(
        to: mask.geometry, by: .linear, outside: channel == output.backgroundChannel ? 1 : 0,
        workers: workers
      ).samples
    }
    let decision = Decision(output)
    let channels = output.values.count
    var labels = result.labels
    labels.withMutableElements { labels in
      samples.withUnsafeMutableBufferPointer { samples in
        mask.voxels.withUnsafeBufferPointer { mask in
          nonisolated(unsafe) let (labels, samples, mask) = (labels, samples, mask)
          workers.forEachRange(of: count, chunk: 1 << 16) { range, _ in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: channels) { voxel in
              for index in range {
                for channel in 0..<channels {
                  let place = channel * count + index
                  if !mask[index] { samples[place] = channel == output.backgroundChannel ? 1 : 0 }
                  voxel[channel] = samples[place]
                }
                if mask[index] { labels[index] = decision.label(of: voxel) }
              }
            }
          }
        }
      }
    }
    result.labels = labels
    result.probabilities = try Volume(
      geometry: mask.geometry, channels: channels, samples: samples)
    return result
  }
}

/// The rule by which the values of a voxel's channels become its label.
private struct Decision {
  let values: [UInt16]
  let kind: Output.Decision
  let threshold: Float

  init(_ output: Output) {
    values = output.values
    kind = output.decision
    threshold = Float(output.threshold ?? 0.5)
  }

  @inline(__always)
  func label(of voxel: UnsafeMutableBufferPointer<Float>) -> UInt16 {
    var best = 0
    switch kind {
    case .regions:
      for channel in voxel.indices.reversed() where voxel[channel] > threshold {
        return values[channel]
      }
      return 0
    case .foreground:
      // The probability of any is what is left to the background, the first.
      guard 1 - voxel[0] > threshold else { return 0 }
      best = 1
    case .argmax: break
    }
    for channel in voxel.indices.dropFirst(best) where voxel[channel] > voxel[best] {
      best = channel
    }
    return values[best]
  }
}

extension Output {
  /// The channel that stands for the background, where there is one.
  var backgroundChannel: Int? { decision == .regions ? nil : values.firstIndex(of: 0) }
}

extension Output.Activation {
  /// Turns the outputs for one voxel into probabilities.
  fileprivate func apply(to voxel: UnsafeMutableBufferPointer<Float>) {
    switch self {
    case .none:
      return
    case .sigmoid:
      for channel in voxel.indices { voxel[channel] = 1 / (1 + exp(-voxel[channel])) }
    case .softmax:
      var largest = -Float.infinity
      for value in voxel { largest = max(largest, value) }
      var sum: Float = 0
      for channel in voxel.indices {
        voxel[channel] = exp(voxel[channel] - largest)
        sum += voxel[channel]
      }
      for channel in voxel.indices { voxel[channel] /= sum }
    }
  }
}
