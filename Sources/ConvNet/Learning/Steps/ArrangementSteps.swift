import Parallel

/// The channels of all inputs, one after the other.
final class ConcatenationStep: LearningStep {
  private let channels: [Int]

  /// - Parameter channels: those of each input.
  init(channels: [Int]) { self.channels = channels }

  func forward(
    _ inputs: [FeatureBatch], to output: FeatureBatch, _ weights: StepWeights,
    _ context: LearningContext
  ) {
    var channel = 0
    for input in inputs {
      Channels.copy(
        from: input, 0, to: output, channel, count: input.channels, workers: context.workers)
      channel += input.channels
    }
  }

  func backward(
    _ inputs: [FeatureBatch], _ output: FeatureBatch, delta: FeatureBatch,
    to targets: [DeltaTarget?], _ weights: StepWeights, _ context: LearningContext
  ) -> [String: [Float]] {
    var channel = 0
    for (count, target) in zip(channels, targets) {
      if let target {
        Channels.copy(
          from: delta, channel, to: target.batch, 0, count: count, adds: target.adds,
          workers: context.workers)
      }
      channel += count
    }
    return [:]
  }
}

/// The sum of two inputs, of which the second has the first's size and as many channels or fewer.
final class AdditionStep: LearningStep {
  func forward(
    _ inputs: [FeatureBatch], to output: FeatureBatch, _ weights: StepWeights,
    _ context: LearningContext
  ) {
    let (first, second) = (inputs[0], inputs[1])
    output.forEachRow(workers: context.workers) { image, block, z, y in
      if block < second.blocks {
        let addend = second[image]
        var from = addend.address(block, z, y)
        Rows.map(first[image], output[image], block, z, y) { x in
          defer { from += addend.xStride }
          return x + from.vector
        }
      } else {
        Rows.map(first[image], output[image], block, z, y) { $0 }
      }
    }
  }

  func backward(
    _ inputs: [FeatureBatch], _ output: FeatureBatch, delta: FeatureBatch,
    to targets: [DeltaTarget?], _ weights: StepWeights, _ context: LearningContext
  ) -> [String: [Float]] {
    for case let target? in targets {
      Channels.copy(
        from: delta, 0, to: target.batch, 0, count: target.batch.channels, adds: target.adds,
        workers: context.workers)
    }
    return [:]
  }
}

/// Voxels added at both ends of each axis.
final class PaddingStep: LearningStep {
  private let low: Triple
  private let mode: PaddingMode

  init(low: Triple, mode: PaddingMode) {
    self.low = low
    self.mode = mode
  }

  func forward(
    _ inputs: [FeatureBatch], to output: FeatureBatch, _ weights: StepWeights,
    _ context: LearningContext
  ) {
    for image in 0..<output.count {
      Copying.pad(
        low: low, mode: mode, input: inputs[0][image], output: output[image],
        slices: 0..<output.size.z, workers: context.workers)
    }
  }

  /// Each voxel gets the sum of the deltas of all voxels that showed it.
  func backward(
    _ inputs: [FeatureBatch], _ output: FeatureBatch, delta: FeatureBatch,
    to targets: [DeltaTarget?], _ weights: StepWeights, _ context: LearningContext
  ) -> [String: [Float]] {
    guard let target = targets[0] else { return [:] }
    let input = target.batch
    if !target.adds { input.clear(workers: context.workers) }
    let (size, blocks) = (delta.size, delta.blocks)
    let sources = (0..<3).map { axis in
      (0..<size[axis]).map { mode.source($0 - low[axis], of: input.size[axis]) }
    }
    context.workers.forEach(delta.count * blocks) { task, _ in
      let (from, to) = (delta[task / blocks], input[task / blocks])
      let block = task % blocks
      for z in 0..<size.z {
        guard let inZ = sources[0][z] else { continue }
        for y in 0..<size.y {
          guard let inY = sources[1][y] else { continue }
          for x in 0..<size.x {
            guard let inX = sources[2][x] else { continue }
            to.address(block, inZ, inY, inX).vector += from.address(block, z, y, x).vector
          }
        }
      }
    }
    return [:]
  }
}

/// Copies of channels between maps.
enum Channels {
  /// Copies channels from one on to a place; the lanes beyond the target's last channel become zero
  /// where that is copied.
  ///
  /// - Parameter adds: whether they are added to what is there.
  static func copy(
    from source: FeatureBatch, _ first: Int, to target: FeatureBatch, _ place: Int, count: Int,
    adds: Bool = false, workers: Workers
  ) {
    let size = target.size
    let blocks = place / 8..<(place + count + 7) / 8
    workers.forEach(target.count * size.z) { task, _ in
      let (image, z) = (task / size.z, task % size.z)
      let (from, to) = (source[image], target[image])
      for block in blocks {
        // The target's channels of this block that are copied.
        let lanes = max(0, place - block * 8)..<min(8, place + count - block * 8)
        let isWhole = lanes == 0..<8 && (first - place) % 8 == 0
        for y in 0..<size.y {
          if isWhole {
            let other = (first + block * 8 - place) / 8
            var a = from.address(other, z, y)
            var b = to.address(block, z, y)
            for _ in 0..<size.x {
              b.vector = adds ? b.vector + a.vector : a.vector
              a += from.xStride
              b += to.xStride
            }
            continue
          }
          for lane in lanes {
            let channel = first + block * 8 + lane - place
            var a = from.address(channel / 8, z, y) + channel % 8
            var b = to.address(block, z, y) + lane
            for _ in 0..<size.x {
              b.pointee = adds ? b.pointee + a.pointee : a.pointee
              a += from.xStride
              b += to.xStride
            }
          }
          guard !adds, lanes.upperBound < 8, place + count >= target.channels else {
            continue
          }
          for lane in lanes.upperBound..<8 {
            var b = to.address(block, z, y) + lane
            for _ in 0..<size.x {
              b.pointee = 0
              b += to.xStride
            }
          }
        }
      }
    }
  }
}
