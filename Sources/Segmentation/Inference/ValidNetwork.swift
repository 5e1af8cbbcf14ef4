internal import ConvNet
internal import Volumes

/// How the output of a network without padding lies in its input.
struct ValidNetwork: Sendable {
  /// The voxel of the input at which the first voxel of the output lies.
  let low: Triple
  /// The number of voxels by which the output is smaller than the input.
  let shrinkage: Triple

  /// - Throws: ``SegmentationError/option(found:expected:)`` where the output is not at the input's
  ///   resolution or its size does not follow that of the input.
  init(_ description: NetworkDescription) throws {
    // Any size that is large enough for all pathways tells; small ones are cheaper to reason about.
    let size = try ValidNetwork.acceptedSize(description)
    let output = try description.outputSize(for: size)
    let larger = Triple(size.z + 15, size.y + 15, size.x + 15)
    let largerOutput = try description.outputSize(for: larger)
    for axis in 0..<3 where largerOutput[axis] - output[axis] != 15 {
      throw SegmentationError.option(
        found: "a network whose output does not grow with its input voxel by voxel",
        expected: "a network without padding or strides for inference of the kind \"streamed\"; "
          + "use \"windows\"")
    }
    shrinkage = Triple(size.z - output.z, size.y - output.y, size.x - output.x)
    low = try ValidNetwork.origin(description, size: size)
  }

  /// The input's size for a size of the output.
  func inputSize(for output: Triple) -> Triple {
    Triple(output.z + shrinkage.z, output.y + shrinkage.y, output.x + shrinkage.x)
  }

  private static func acceptedSize(_ description: NetworkDescription) throws -> Triple {
    var extent = 16
    while true {
      do {
        let size = Triple(repeating: extent)
        _ = try description.outputSize(for: size)
        return size
      } catch {
        extent *= 2
        if extent > 4096 { throw error }
      }
    }
  }

  /// Follows the first input of each node from the image to the output; where paths of several
  /// resolutions join, the first is the one at the image's own.
  private static func origin(_ description: NetworkDescription, size: Triple) throws -> Triple {
    let sizes = try description.sizes(for: size)
    // A value's voxel n lies at origin + n step in the image.
    var places: [String: (origin: SIMD3<Double>, step: SIMD3<Double>)] = [
      description.input.name: (.zero, SIMD3(1, 1, 1))
    ]
    for node in description.nodes {
      guard let input = node.inputs.first, var place = places[input] else { continue }
      func extent(_ kernel: Triple, _ dilation: Triple) -> SIMD3<Double> {
        (SIMD3(kernel) - 1) * SIMD3(dilation) / 2
      }
      let one = Triple(repeating: 1)
      switch node.operation {
      case .convolution(let shape):
        place.origin +=
          place.step * (extent(shape.kernel, shape.dilation) - SIMD3(shape.paddingLow))
        place.step *= SIMD3(shape.stride)
      case .maxPool(let pool), .averagePool(let pool):
        place.origin += place.step * (extent(pool.kernel, one) - SIMD3(pool.paddingLow))
        place.step *= SIMD3(pool.stride)
      case .transposedConvolution(let shape):
        place.step /= SIMD3(shape.stride)
        place.origin -= place.step * (extent(shape.kernel, one) - SIMD3(shape.paddingLow))
      case .upsampleNearest(let factors), .upsampleTrilinear(let factors, _):
        place.step /= SIMD3(factors)
        place.origin -= place.step * (SIMD3(factors) - 1) / 2
      case .subsample(let factors):
        place.step *= SIMD3(factors)
      case .crop(let low, _):
        place.origin += place.step * SIMD3(low)
      case .pad(let low, _, _):
        place.origin -= place.step * SIMD3(low)
      case .cropLike(let centred):
        if centred, let from = sizes[input], let to = sizes[node.inputs[1]] {
          let cut = Triple((from.z - to.z) / 2, (from.y - to.y) / 2, (from.x - to.x) / 2)
          place.origin += place.step * SIMD3(cut)
        }
      default:
        break
      }
      places[node.name] = place
    }
    guard let output = places[description.output], output.step == SIMD3(1, 1, 1) else {
      throw SegmentationError.option(
        found: "a network whose output has another resolution than its input",
        expected: "one at the input's resolution")
    }
    let rounded = output.origin.rounded(.down)
    return Triple(Int(rounded.x), Int(rounded.y), Int(rounded.z))
  }
}

extension SIMD3<Double> {
  /// z, y and x in this order.
  fileprivate init(_ triple: Triple) {
    self.init(Double(triple.z), Double(triple.y), Double(triple.x))
  }
}
