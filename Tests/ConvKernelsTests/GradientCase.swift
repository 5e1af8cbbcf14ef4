import ConvKernels

/// The gradient of a layer's weights for a batch of random images, by the kernels and by double
/// precision.
struct GradientCase: CustomStringConvertible {
  var layer: LayerCase
  var images = 2

  var description: String { "\(layer), \(images) images" }

  struct Operands {
    var inputs: [FeatureMap]
    var deltas: [FeatureMap]
  }

  func operands() -> Operands {
    var numbers = TestNumbers(seed: layer.inChannels * 1000 + layer.outChannels)
    var operands = Operands(inputs: [], deltas: [])
    for _ in 0..<images {
      let input = FeatureMap(
        channels: layer.inChannels, size: layer.inputSize, margin: layer.margin,
        step: layer.inStep)
      input.fill(&numbers)
      let delta = FeatureMap(
        channels: layer.outChannels, size: layer.size, margin: layer.margin, step: layer.outStep)
      delta.fill(&numbers)
      operands.inputs.append(input)
      operands.deltas.append(delta)
    }
    return operands
  }

  /// The gradient (out, in, kz, ky, kx); each stage's tasks run in order or in the reverse order, in
  /// memory that holds NaN at first.
  func weights(_ isa: ck_isa, _ operands: Operands, reversed: Bool = false) -> [Float] {
    let size = layer.size.map(Int32.init)
    var gradient = ck_gradient(
      convolution: layer.convolution(isa), images: Int32(images), size: (size[0], size[1], size[2]))
    func allocate(_ count: Int) -> UnsafeMutablePointer<Float> {
      let memory = UnsafeMutableRawPointer.allocate(byteCount: count * 4, alignment: 64)
      let floats = memory.bindMemory(to: Float.self, capacity: count)
      floats.update(repeating: .nan, count: count)
      return floats
    }
    let memory = allocate(ck_gradient_memory_size(&gradient))
    let scratch = allocate(ck_gradient_scratch_size(&gradient))
    defer {
      memory.deallocate()
      scratch.deallocate()
    }
    let inputs = operands.inputs.map(\.view)
    let deltas = operands.deltas.map(\.view)
    var weights = [Float](
      repeating: .nan, count: layer.outChannels * layer.inChannels * layer.kernel.reduce(1, *))
    for stage in 0..<ck_gradient_stage_count(&gradient) {
      let tasks = ck_gradient_task_count(&gradient, stage)
      for task in 0..<tasks {
        ck_gradient_task(
          &gradient, inputs, deltas, stage, reversed ? tasks - 1 - task : task, memory, scratch,
          &weights)
      }
    }
    return weights
  }

  /// The relative root mean square error by each instruction set of this machine.
  func errors() -> [(isa: ck_isa, error: Double)] {
    let operands = operands()
    let expected = reference(operands)
    let norm = expected.reduce(0) { $0 + $1 * $1 }
    return instructionSets.map { isa in
      var error = 0.0
      for (value, expected) in zip(weights(isa, operands), expected) {
        error += (Double(value) - expected) * (Double(value) - expected)
      }
      return (isa, (error / norm).squareRoot())
    }
  }

  private func reference(_ operands: Operands) -> [Double] {
    let (kernel, stride, dilation) = (layer.kernel, layer.stride, layer.dilation)
    let (size, inSize) = (layer.size, layer.inputSize)
    let inVoxels = inSize.reduce(1, *)
    let outVoxels = size.reduce(1, *)
    let inputs = operands.inputs.map(\.voxels)
    let deltas = operands.deltas.map(\.voxels)
    // Where each output voxel reads at the first tap.
    var places: [Int] = []
    for z in 0..<size[0] {
      for y in 0..<size[1] {
        for x in 0..<size[2] {
          places.append(
            (z * stride[0] * inSize[1] + y * stride[1]) * inSize[2] + x * stride[2])
        }
      }
    }
    var result: [Double] = []
    for out in 0..<layer.outChannels {
      for input in 0..<layer.inChannels {
        for kz in 0..<kernel[0] {
          for ky in 0..<kernel[1] {
            for kx in 0..<kernel[2] {
              let plane = kz * dilation[0] * inSize[1] + ky * dilation[1]
              let first = input * inVoxels + plane * inSize[2] + kx * dilation[2]
              var sum = 0.0
              for image in 0..<images {
                inputs[image].withUnsafeBufferPointer { values in
                  deltas[image].withUnsafeBufferPointer { delta in
                    for voxel in 0..<outVoxels {
                      sum += values[first + places[voxel]] * delta[out * outVoxels + voxel]
                    }
                  }
                }
              }
              result.append(sum)
            }
          }
        }
      }
    }
    return result
  }
}
