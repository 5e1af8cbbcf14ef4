import ConvKernels
import Parallel

/// The gradient of a convolution's weights over a batch of images: for each pair of channels and tap,
/// the sum over images and output voxels of the input voxel read there times the gradient of the
/// output. docs/backpropagation.md, Eq. 7 and 11; docs/winograd.md says how 3x3x3 convolutions compute it.
struct WeightGradient {
  let inputs: Int
  let outputs: Int
  let kernel: Triple
  let stride: Triple
  let dilation: Triple
  let groups: Int
  let options: Executor.Options

  /// - Parameters:
  ///   - maps: each image's input, of equal size, zero padding included.
  ///   - deltas: the gradient of each image's output.
  /// - Returns: the gradient (outputs, inputs / groups, z, y, x), the same to the last bit for any
  ///   number of threads.
  /// - Throws: ``ConvNetError/invalidInput(found:expected:)`` where memory is lacking.
  func compute(
    inputs maps: [FeatureView], deltas: [FeatureView], workers: Workers
  ) throws -> [Float] {
    let each = inputs / groups * kernel.z * kernel.y * kernel.x
    let channels = outputs / groups
    var result = [Float](repeating: 0, count: outputs * each)
    guard let size = deltas.first?.size else { return result }
    for bundle in GroupBundles(groups: groups, inputs: inputs / groups, outputs: channels) {
      let dense = try compute(
        inputs: bundle.count * (inputs / groups), outputs: bundle.count * channels, size: size,
        maps: maps.map { $0.channels(from: bundle.first * (inputs / groups) / 8) },
        deltas: deltas.map { $0.channels(from: bundle.first * channels / 8) }, workers: workers)
      // Weights between the groups of a bundle do not exist.
      for out in 0..<bundle.count * channels {
        let start = (out * bundle.count + out / channels) * each
        let target = (bundle.first * channels + out) * each
        result.replaceSubrange(target..<target + each, with: dense[start..<start + each])
      }
    }
    return result
  }

  /// The gradient without groups.
  private func compute(
    inputs: Int, outputs: Int, size: Triple, maps: [ck_map], deltas: [ck_map], workers: Workers
  ) throws -> [Float] {
    func triple(_ triple: Triple) -> (Int32, Int32, Int32) {
      (Int32(triple.z), Int32(triple.y), Int32(triple.x))
    }
    var gradient = ck_gradient(
      convolution: ck_convolution(
        in_channels: Int32(inputs), out_channels: Int32(outputs), kernel: triple(kernel),
        stride: triple(stride), dilation: triple(dilation), algorithm: CK_DIRECT,
        isa: options.instructionSet.kernels),
      images: Int32(maps.count), size: triple(size))
    if !options.strict { gradient.convolution.algorithm = ck_gradient_choose(&gradient) }
    let memory = try AlignedFloats(count: ck_gradient_memory_size(&gradient))
    let scratchSize = (ck_gradient_scratch_size(&gradient) + 15) / 16 * 16
    let scratch = try AlignedFloats(count: scratchSize * workers.count)
    let count = outputs * inputs * kernel.z * kernel.y * kernel.x
    return [Float](unsafeUninitializedCapacity: count) { weights, initialized in
      let job = Job(gradient: gradient, maps: maps, deltas: deltas, weights: weights.baseAddress!)
      for stage in 0..<ck_gradient_stage_count(&gradient) {
        workers.forEach(Int(ck_gradient_task_count(&gradient, stage))) { task, worker in
          withUnsafePointer(to: job.gradient) {
            ck_gradient_task(
              $0, job.maps, job.deltas, stage, Int64(task), memory.pointer,
              scratch.pointer + worker * scratchSize, job.weights)
          }
        }
      }
      initialized = count
    }
  }

  /// What all tasks read, and the result, of which each writes an own part.
  private struct Job: @unchecked Sendable {
    var gradient: ck_gradient
    var maps: [ck_map]
    var deltas: [ck_map]
    var weights: UnsafeMutablePointer<Float>
  }
}

extension FeatureView {
  /// All channels from the beginning of a block on.
  fileprivate func channels(from block: Int) -> ck_map {
    ck_map(channels(from: block, count: channels - block * 8))
  }
}
