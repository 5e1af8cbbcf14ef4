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
  var algorithm = CK_DIRECT
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

  var description: String {
    "\(inChannels) to \(outChannels), \(size), kernel \(kernel), stride \(stride), dilation "
      + "\(dilation), algorithm \(algorithm.rawValue)"
  }

  struct Outcome {
    var output: FeatureMap
    var raw: FeatureMap?
    /// Relative root mean square errors against double precision.
    var error: Double
    var rawError: Double
    var isIntact: Bool
  }

  func run(_ isa: ck_isa, reversed: Bool = false) -> Outcome {
    var numbers = TestNumbers(seed: inChannels * 1000 + outChannels)
    let input = FeatureMap(
      channels: inChannels,
      size: (0..<3).map { (size[$0] - 1) * stride[$0] + (kernel[$0] - 1) * dilation[$0] + 1 },
      margin: margin, step: inStep)
    input.fill(&numbers)
    let output = FeatureMap(channels: outChannels, size: size, margin: margin, step: outStep)
    let raw =
      keepsRaw ? FeatureMap(channels: outChannels, size: size, margin: margin, step: outStep) : nil
    let residual =
      residualChannels > 0
      ? FeatureMap(channels: residualChannels, size: size, margin: margin) : nil
    residual?.fill(&numbers)
    let taps = kernel.reduce(1, *)
    let weights = numbers.array(outChannels * inChannels * taps)
    func perChannel(_ present: Bool) -> [Float]? {
      guard present else { return nil }
      return numbers.array(outChannels)
        + [Float](repeating: 0, count: (outChannels + 7) / 8 * 8 - outChannels)
    }
    let channel = (
      bias: perChannel(bias), scale: perChannel(affine), shift: perChannel(affine),
      slope: perChannel(slope)
    )
    var convolution = ck_convolution()
    convolution.in_channels = Int32(inChannels)
    convolution.out_channels = Int32(outChannels)
    convolution.kernel = (Int32(kernel[0]), Int32(kernel[1]), Int32(kernel[2]))
    convolution.stride = (Int32(stride[0]), Int32(stride[1]), Int32(stride[2]))
    convolution.dilation = (Int32(dilation[0]), Int32(dilation[1]), Int32(dilation[2]))
    convolution.algorithm = algorithm
    convolution.isa = isa
    convolve(
      convolution, input, weights, channel, residual: residual, raw: raw, output: output,
      reversed: reversed)
    let expected = reference(input, weights, channel, residual: residual)
    return Outcome(
      output: output, raw: raw, error: relativeError(output, expected.output),
      rawError: raw.map { relativeError($0, expected.raw) } ?? 0,
      isIntact: output.isIntact && (raw?.isIntact ?? true))
  }

  private typealias PerChannel = (
    bias: [Float]?, scale: [Float]?, shift: [Float]?, slope: [Float]?
  )

  private func convolve(
    _ convolution: ck_convolution, _ input: FeatureMap, _ weights: [Float], _ channel: PerChannel,
    residual: FeatureMap?, raw: FeatureMap?, output: FeatureMap, reversed: Bool
  ) {
    var convolution = convolution
    let packedCount = ck_packed_size(&convolution)
    let packed = UnsafeMutablePointer<Float>.allocate(capacity: packedCount)
    defer { packed.deallocate() }
    ck_pack(&convolution, weights, packed)
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
      if let residual { epilogue.residual = residual.view }
      if let raw { epilogue.raw = raw.view }
      var input = input.view
      var output = output.view
      let tasks = ck_task_count(&convolution, &output)
      for task in 0..<tasks {
        ck_convolve(
          &convolution, &input, packed, &epilogue, &output, reversed ? tasks - 1 - task : task,
          scratchFloats)
      }
    }
  }

  private func reference(
    _ input: FeatureMap, _ weights: [Float], _ channel: PerChannel, residual: FeatureMap?
  ) -> (output: [Double], raw: [Double]) {
    var result: (output: [Double], raw: [Double]) = ([], [])
    for out in 0..<outChannels {
      for z in 0..<size[0] {
        for y in 0..<size[1] {
          for x in 0..<size[2] {
            var sum = Double(channel.bias?[out] ?? 0)
            for channel in 0..<inChannels {
              var weight = (out * inChannels + channel) * kernel.reduce(1, *)
              for kz in 0..<kernel[0] {
                for ky in 0..<kernel[1] {
                  for kx in 0..<kernel[2] {
                    let value = input[
                      channel, z * stride[0] + kz * dilation[0], y * stride[1] + ky * dilation[1],
                      x * stride[2] + kx * dilation[2]]
                    sum += Double(weights[weight]) * Double(value)
                    weight += 1
                  }
                }
              }
            }
            if let residual, out < residualChannels { sum += Double(residual[out, z, y, x]) }
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
    var index = 0
    for out in 0..<outChannels {
      for z in 0..<size[0] {
        for y in 0..<size[1] {
          for x in 0..<size[2] {
            let difference = Double(map[out, z, y, x]) - expected[index]
            error += difference * difference
            norm += expected[index] * expected[index]
            index += 1
          }
        }
      }
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
