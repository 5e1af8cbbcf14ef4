import ConvNet
import Testing

/// What is cropped must be what is there without the crop, whatever the crop lets the executor skip.
@Suite struct CropAfterTests {
  static func transposed() -> ConvNet.Operation {
    var shape = TransposedConvolution(
      outputChannels: 4, kernel: Triple(2, 3, 2), stride: Triple(1, 2, 2))
    shape.paddingLow = Triple(0, 1, 0)
    shape.paddingHigh = Triple(1, 0, 0)
    return .transposedConvolution(shape)
  }

  @Test(arguments: [
    transposed(), .upsampleTrilinear(factors: Triple(2, 1, 2), alignCorners: false),
    .upsampleNearest(factors: Triple(2, 3, 1)), .instanceNorm(epsilon: 1e-5, affine: false),
    .pad(low: Triple(2, 1, 0), high: Triple(1, 0, 1), mode: .edge),
    .maxPool(Pool(kernel: Triple(2, 2, 2), stride: Triple(1, 2, 1))),
    .convolution(Convolution(outputChannels: 4, kernel: Triple(2, 1, 3))), .softmax,
  ])
  func cropping(_ operation: ConvNet.Operation) throws {
    func run(_ crop: Bool) throws -> Tensor {
      var nodes = [
        NetworkDescription.Node(name: "first", operation: operation, inputs: ["image"]),
        .init(name: "activation", operation: .leakyReLU(slope: 0.3), inputs: ["first"]),
      ]
      if crop {
        nodes.append(
          .init(
            name: "cut", operation: .crop(low: Triple(1, 0, 1), high: Triple(1, 1, 0)),
            inputs: ["activation"]))
      }
      let description = NetworkDescription(
        input: .init(channels: 4), nodes: nodes, output: nodes[nodes.count - 1].name)
      let weights = try description.weightShapes().map { need in
        let values = Tensor(made: 1, Triple(1, 1, need.shape.reduce(1, *))).values
        return (need.name, Weight(shape: need.shape, values: values))
      }
      let network = try Network(
        description: description, weights: Dictionary(uniqueKeysWithValues: weights))
      return try Executor(network).run(Tensor(made: 4, Triple(4, 5, 6)))
    }
    let (whole, cut) = (try run(false), try run(true))
    for c in 0..<cut.channels {
      for z in 0..<cut.size.z {
        for y in 0..<cut.size.y {
          for x in 0..<cut.size.x {
            #expect(abs(cut[c, z, y, x] - whole[c, z + 1, y, x + 1]) < 1e-5)
          }
        }
      }
    }
  }
}
