import ConvKernels
import Parallel

/// Packs weights for the kernels, once for each layer and algorithm.
struct Packer {
  var options: Executor.Options
  var workers: Workers

  /// What tells the packed weights of a layer from others.
  struct Key: Hashable {
    var layer: String
    var folded: [String]
    var algorithm: UInt32
    var part: Int
  }

  /// Prepares a convolution.
  ///
  /// - Parameter outputSize: the voxels that are computed at once, by which the algorithm is chosen.
  func prepare(
    _ layer: Layer, _ weights: ConvolutionWeights, outputSize: Triple,
    cache: inout [Key: AlignedFloats]
  ) throws -> PreparedConvolution {
    let inputs = weights.inputChannels / weights.groups
    let outputs = weights.outputChannels / weights.groups
    let bundles = GroupBundles(groups: weights.groups, inputs: inputs, outputs: outputs)
    let taps = weights.kernel.z * weights.kernel.y * weights.kernel.x
    var parts: [PreparedConvolution.Part] = []
    for (number, bundle) in bundles.enumerated() {
      let (first, count) = (bundle.first, bundle.count)
      let convolution = self.convolution(
        inputs: count * inputs, outputs: count * outputs, kernel: weights.kernel,
        stride: weights.stride, dilation: weights.dilation, outputSize: outputSize)
      let packed = try pack(convolution, layer, part: number, cache: &cache) { out, values in
        let group = first + out / outputs
        let channel = first * outputs + out
        let factor = layer.epilogue.multiplier?[channel] ?? 1
        let start = channel * inputs * taps
        for index in 0..<(inputs * taps) {
          values[(group - first) * inputs * taps + index] = weights.weight[start + index] * factor
        }
      }
      parts.append(
        PreparedConvolution.Part(
          convolution: convolution, packed: packed, inputBlock: first * inputs / 8,
          outputBlock: first * outputs / 8))
    }
    return try prepared(parts, layer)
  }

  /// Prepares a transposed convolution.
  func prepare(
    _ layer: Layer, _ shape: TransposedConvolution, weight: [Float], inputChannels: Int,
    inputSize: Triple, outputSize: Triple, cache: inout [Key: AlignedFloats]
  ) throws -> PreparedConvolution {
    let phases = TransposedPhases(shape, inputSize: inputSize, outputSize: outputSize)
    let kernel = shape.kernel
    var parts: [PreparedConvolution.Part] = []
    for (number, phase) in phases.combinations.enumerated() {
      let count = Triple(phase.z.count, phase.y.count, phase.x.count)
      let taps = Triple(phase.z.taps.count, phase.y.taps.count, phase.x.taps.count)
      let convolution = self.convolution(
        inputs: inputChannels, outputs: shape.outputChannels, kernel: taps, stride: .one,
        dilation: .one, outputSize: count)
      let packed = try pack(convolution, layer, part: number, cache: &cache) { out, values in
        let factor = layer.epilogue.multiplier?[out] ?? 1
        var index = 0
        for input in 0..<inputChannels {
          let start = (input * shape.outputChannels + out) * kernel.z * kernel.y * kernel.x
          for z in phase.z.taps {
            for y in phase.y.taps {
              for x in phase.x.taps {
                if let z, let y, let x {
                  values[index] = weight[start + (z * kernel.y + y) * kernel.x + x] * factor
                }
                index += 1
              }
            }
          }
        }
      }
      parts.append(
        PreparedConvolution.Part(
          convolution: convolution, packed: packed,
          outputOffset: Triple(phase.z.output, phase.y.output, phase.x.output),
          outputStep: shape.stride, outputCount: count,
          inputOffset: Triple(
            phases.low.z + phase.z.input, phases.low.y + phase.y.input,
            phases.low.x + phase.x.input)))
    }
    return try prepared(parts, layer)
  }

  private func prepared(
    _ parts: [PreparedConvolution.Part], _ layer: Layer
  ) throws -> PreparedConvolution {
    let epilogue = layer.epilogue
    return PreparedConvolution(
      parts: parts, bias: try epilogue.bias.map { try AlignedFloats(channels: $0) },
      scale: try epilogue.scale.map { try AlignedFloats(channels: $0) },
      shift: try epilogue.shift.map { try AlignedFloats(channels: $0) },
      slope: try epilogue.slope.map { try AlignedFloats(channels: $0) })
  }

  private func convolution(
    inputs: Int, outputs: Int, kernel: Triple, stride: Triple, dilation: Triple, outputSize: Triple
  ) -> ck_convolution {
    func triple(_ triple: Triple) -> (Int32, Int32, Int32) {
      (Int32(triple.z), Int32(triple.y), Int32(triple.x))
    }
    var convolution = ck_convolution(
      in_channels: Int32(inputs), out_channels: Int32(outputs), kernel: triple(kernel),
      stride: triple(stride), dilation: triple(dilation), algorithm: CK_DIRECT,
      isa: options.instructionSet.kernels)
    if !options.strict {
      let (depth, height, width) = triple(outputSize)
      convolution.algorithm = ck_choose(&convolution, depth, height, width)
    }
    return convolution
  }

  /// - Parameter fill: given an output channel, writes its weights (in, kz, ky, kx) over zeros.
  private func pack(
    _ convolution: ck_convolution, _ layer: Layer, part: Int, cache: inout [Key: AlignedFloats],
    fill: (_ out: Int, _ values: UnsafeMutableBufferPointer<Float>) -> Void
  ) throws -> AlignedFloats {
    let key = Key(
      layer: layer.name, folded: layer.epilogue.folded,
      algorithm: convolution.algorithm.rawValue, part: part)
    if let packed = cache[key] { return packed }
    var convolution = convolution
    let outputs = Int(convolution.out_channels)
    let each =
      Int(convolution.in_channels) * Int(convolution.kernel.0) * Int(convolution.kernel.1)
      * Int(convolution.kernel.2)
    let plain = try AlignedFloats(count: outputs * each)
    plain.pointer.update(repeating: 0, count: outputs * each)
    for out in 0..<outputs {
      fill(out, UnsafeMutableBufferPointer(start: plain.pointer + out * each, count: each))
    }
    let packed = try AlignedFloats(count: Int(ck_packed_size(&convolution)))
    let shape = convolution
    nonisolated(unsafe) let (from, to) = (plain.pointer, packed.pointer)
    workers.forEach(Int(ck_pack_task_count(&convolution))) { task, _ in
      withUnsafePointer(to: shape) { ck_pack_task($0, from, to, Int64(task)) }
    }
    cache[key] = packed
    return packed
  }
}
