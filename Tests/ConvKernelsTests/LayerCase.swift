import ConvKernels

/// The instruction sets that this machine runs.
let instructionSets: [ck_isa] = [CK_ISA_BASE, CK_ISA_AVX2, CK_ISA_AVX512].filter {
  $0.rawValue <= ck_best_isa().rawValue
}

/// One convolution with random data, its result by the kernels and by double precision.
struct LayerCase: CustomStringConvertible {
  var inChannels: Int
  var outChannels: Int
  /// The size of the output, (z, y, x) as the other triples.
  var size: [Int]
  var kernel = [3, 3, 3]
  var stride = [1, 1, 1]
  var dilation = [1, 1, 1]
  var bias = false
  /// The channels of the residual, 0 for none.
  var residualChannels = 0
  var keepsRaw = false
  var affine = false
  var slope = false
  /// Voxels around each map that must be neither used nor written.
  var margin = 1
  var inStep = 1
  var outStep = 1
  var algorithm = CK_DIRECT

  var description: String {
    "\(inChannels) to \(outChannels), \(size), kernel \(kernel), stride \(stride), dilation "
      + "\(dilation), algorithm \(algorithm.rawValue)"
  }

  struct Outcome {
    var isa: ck_isa
    var output: FeatureMap
    /// Relative root mean square errors against double precision.
    var error: Double
    var rawError: Double
    var isIntact: Bool
  }

  private typealias PerChannel = (
    bias: [Float]?, scale: [Float]?, shift: [Float]?, slope: [Float]?
  )

  var inputSize: [Int] {
    (0..<3).map { (size[$0] - 1) * stride[$0] + (kernel[$0] - 1) * dilation[$0] + 1 }
  }

  /// The random data of the layer.
  private struct Operands {
    var input: FeatureMap
    var weights: [Float]
    var channel: PerChannel
    var residual: FeatureMap?
  }

  private func operands() -> Operands {
    var numbers = TestNumbers(seed: inChannels * 1000 + outChannels)
    let input = FeatureMap(
      channels: inChannels, size: inputSize, margin: margin, step: inStep)
    input.fill(&numbers)
    let residual =
      residualChannels > 0
      ? FeatureMap(channels: residualChannels, size: size, margin: margin) : nil
    residual?.fill(&numbers)
    let weights = numbers.array(outChannels * inChannels * kernel.reduce(1, *))
    func perChannel(_ present: Bool) -> [Float]? {
      guard present else { return nil }
      return numbers.array(outChannels)
        + [Float](repeating: 0, count: (outChannels + 7) / 8 * 8 - outChannels)
    }
    let channel = (
      bias: perChannel(bias), scale: perChannel(affine), shift: perChannel(affine),
      slope: perChannel(slope)
    )
    return Operands(input: input, weights: weights, channel: channel, residual: residual)
  }

  func convolution(_ isa: ck_isa) -> ck_convolution {
    var convolution = ck_convolution()
    convolution.in_channels = Int32(inChannels)
    convolution.out_channels = Int32(outChannels)
    convolution.kernel = (Int32(kernel[0]), Int32(kernel[1]), Int32(kernel[2]))
    convolution.stride = (Int32(stride[0]), Int32(stride[1]), Int32(stride[2]))
    convolution.dilation = (Int32(dilation[0]), Int32(dilation[1]), Int32(dilation[2]))
    convolution.algorithm = algorithm
    convolution.isa = isa
    return convolution
  }

  private func outputMap() -> FeatureMap {
    FeatureMap(channels: outChannels, size: size, margin: margin, step: outStep)
  }

  /// The output alone, whose tasks are computed in order or in the reverse order.
  func values(_ isa: ck_isa, reversed: Bool) -> [Float] {
    let output = outputMap()
    convolve(convolution(isa), operands(), raw: nil, output: output, reversed: reversed)
    return output.values
  }

  /// The layer by each instruction set of this machine.
  func outcomes() -> [Outcome] {
    let operands = operands()
    let expected = reference(operands)
    return instructionSets.map { isa in
      let output = outputMap()
      let raw = keepsRaw ? outputMap() : nil
      convolve(convolution(isa), operands, raw: raw, output: output, reversed: false)
      return Outcome(
        isa: isa, output: output, error: relativeError(output, expected.output),
        rawError: raw.map { relativeError($0, expected.raw) } ?? 0,
        isIntact: output.isIntact && (raw?.isIntact ?? true))
    }
  }

  private func convolve(
    _ convolution: ck_convolution, _ operands: Operands, raw: FeatureMap?, output: FeatureMap,
    reversed: Bool
  ) {
    let channel = operands.channel
    var convolution = convolution
    let packedCount = ck_packed_size(&convolution)
    let packed = UnsafeMutablePointer<Float>.allocate(capacity: packedCount)
    defer { packed.deallocate() }
    ck_pack(&convolution, operands.weights, packed)
    let scratch = UnsafeMutableRawPointer.allocate(
      byteCount: ck_scratch_size(&convolution) * 4, alignment: 64)
    defer { scratch.deallocate() }
    let scratchFloats = scratch.assumingMemoryBound(to: Float.self)
    withPointers([channel.bias, channel.scale, channel.shift, channel.slope]) { pointers in
      var epilogue = ck_epilogue()
      epilogue.bias = pointers[0]
      epilogue.scale = pointers[1]
      epilogue.shift = pointers[2]
      epilogue.slope = pointers[3]
      if let residual = operands.residual { epilogue.residual = residual.view }
      if let raw { epilogue.raw = raw.view }
      var input = operands.input.view
      var output = output.view
      let tasks = ck_task_count(&convolution, &output)
      for task in 0..<tasks {
        ck_convolve(
          &convolution, &input, packed, &epilogue, &output, reversed ? tasks - 1 - task : task,
          scratchFloats)
      }
    }
  }

  private func reference(_ operands: Operands) -> (output: [Double], raw: [Double]) {
    let channel = operands.channel
    let input = operands.input.voxels
    let inSize = operands.input.size
    let weights = operands.weights.map(Double.init)
    // The input voxels of an output voxel, relative to the first.
    var taps: [Int] = []
    for channel in 0..<inChannels {
      for kz in 0..<kernel[0] {
        for ky in 0..<kernel[1] {
          for kx in 0..<kernel[2] {
            let plane = channel * inSize[0] + kz * dilation[0]
            taps.append(
              (plane * inSize[1] + ky * dilation[1]) * inSize[2] + kx * dilation[2])
          }
        }
      }
    }
    var result: (output: [Double], raw: [Double]) = ([], [])
    for out in 0..<outChannels {
      for z in 0..<size[0] {
        for y in 0..<size[1] {
          for x in 0..<size[2] {
            var sum = Double(channel.bias?[out] ?? 0)
            let row = z * stride[0] * inSize[1] + y * stride[1]
            let first = row * inSize[2] + x * stride[2]
            let weight = out * taps.count
            for tap in 0..<taps.count { sum += weights[weight + tap] * input[first + taps[tap]] }
            if let residual = operands.residual, out < residualChannels {
              sum += Double(residual[out, z, y, x])
            }
            result.raw.append(sum)
            if let scale = channel.scale, let shift = channel.shift {
              sum = sum * Double(scale[out]) + Double(shift[out])
            }
            if let slope = channel.slope, sum <= 0 { sum *= Double(slope[out]) }
            result.output.append(sum)
          }
        }
      }
    }
    return result
  }

  private func relativeError(_ map: FeatureMap, _ expected: [Double]) -> Double {
    var error = 0.0
    var norm = 0.0
    for (value, expected) in zip(map.voxels, expected) {
      error += (value - expected) * (value - expected)
      norm += expected * expected
    }
    return (error / norm).squareRoot()
  }
}

/// Calls `body` with the addresses of arrays that live until it returns.
private func withPointers(
  _ arrays: [[Float]?], _ pointers: [UnsafePointer<Float>?] = [],
  _ body: ([UnsafePointer<Float>?]) -> Void
) {
  guard let first = arrays.first else { return body(pointers) }
  let rest = Array(arrays.dropFirst())
  guard let first else { return withPointers(rest, pointers + [nil], body) }
  first.withUnsafeBufferPointer { withPointers(rest, pointers + [$0.baseAddress], body) }
}
