internal import Basics
internal import ConvNet
internal import Dispatch
internal import Parallel
internal import Volumes

/// What a network learns from in one step.
struct TrainingBatch: Sendable {
  var images: [Tensor] = []
  var targets: [TargetMap] = []
  /// The names of the cases that the segments are of.
  var cases: [String] = []
}

/// Makes batches, the next one on a thread of its own while the last one is computed. A batch depends
/// on the seed and the step alone.
final class BatchQueue: Sendable {
  private typealias Outcome = Result<TrainingBatch, any Error>

  private let make: @Sendable (Int) throws -> TrainingBatch
  private let queue = DispatchQueue(label: "segments")
  private let ready = Locked<[Int: Outcome]>([:])

  init(_ make: @escaping @Sendable (Int) throws -> TrainingBatch) {
    self.make = make
  }

  /// The batch of a step.
  ///
  /// - Parameter prefetches: whether the next step's is begun.
  func batch(_ step: Int, prefetches: Bool) throws -> TrainingBatch {
    begin(step)
    // What was begun before is finished then.
    queue.sync {}
    let outcome = ready.withLock { $0.removeValue(forKey: step) }
    if prefetches { begin(step + 1) }
    return try (outcome ?? Result { try make(step) }).get()
  }

  private func begin(_ step: Int) {
    queue.async { [self] in
      guard ready.withLock({ $0[step] == nil }) else { return }
      let outcome = Outcome { try make(step) }
      ready.withLock { $0[step] = outcome }
    }
  }

  /// Waits for what was begun.
  func finish() { queue.sync {} }
}

extension TrainingOptions {
  /// The batch of a step: its segments, drawn, augmented and with channels left out. The last ones are
  /// of phantoms, where there are some.
  func batch(
    _ step: Int, of memory: CaseMemory, phantoms memoryOfPhantoms: CaseMemory? = nil,
    frame: SegmentFrame, rank: Int
  ) throws -> TrainingBatch {
    var batch = TrainingBatch()
    let count = memoryOfPhantoms == nil ? 0 : phantoms?.segments(of: self.batch, step: step) ?? 0
    for number in 0..<self.batch {
      var random = SplitMix(seed: seed, keys: step, rank * self.batch + number)
      let isPhantom = number >= self.batch - count
      let source = isPhantom ? memoryOfPhantoms ?? memory : memory
      let prepared = try source.drawn(step: step, using: &random)
      let voxel = sampling.voxel(of: prepared, using: &random)
      let low = frame.low(around: voxel, of: prepared)
      var (image, target) = augmentation.map(using: &random)
        .segment(of: prepared, at: low, frame: frame)
      augmentation.changeIntensities(of: &image, using: &random)
      leaveOutChannels(of: &image, among: prepared.present, using: &random)
      batch.images.append(image)
      batch.targets.append(target)
      batch.cases.append(prepared.name)
    }
    return batch
  }

  /// Sets channels to 0, as if the scans were not there, but never all.
  ///
  /// - Parameter present: the numbers of the channels that there are.
  private func leaveOutChannels(
    of image: inout Tensor, among present: [Int], using random: inout SplitMix
  ) {
    guard channelDropout > 0, present.count > 1 else { return }
    let spared = present[random.index(below: present.count)]
    let count = image.size.z * image.size.y * image.size.x
    for channel in present where random.chance(channelDropout) && channel != spared {
      image.values.withUnsafeMutableBufferPointer {
        UnsafeMutableBufferPointer(rebasing: $0[channel * count..<(channel + 1) * count])
          .update(repeating: 0)
      }
    }
  }
}

extension SegmentFrame {
  /// Where the output begins for a segment around a voxel.
  fileprivate func low(around voxel: Int, of prepared: PreparedCase) -> SIMD3<Int> {
    let size = prepared.geometry.size
    let output = SIMD3(self.output.x, self.output.y, self.output.z)
    let place = SIMD3(voxel % size.x, voxel / size.x % size.y, voxel / (size.x * size.y))
    var low = place &- SIMD3(output.x / 2, output.y / 2, output.z / 2)
    guard !continuesEdges else { return low }
    for axis in 0..<3 {
      let free = size[axis] - output[axis]
      // As at inference, an image that is smaller lies in the middle.
      low[axis] = free < 0 ? -(-free / 2) : min(max(low[axis], 0), free)
    }
    return low
  }
}
