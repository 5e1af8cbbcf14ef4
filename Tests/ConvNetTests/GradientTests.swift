import Basics
import ConvNet
import Foundation
import Parallel
import Testing

/// Gradients by back-propagation against central differences in double precision.
@Suite struct GradientTests {
  /// A network of one operation, or of a few where it needs a companion.
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let nodes: [NetworkDescription.Node]
    var size = [5, 4, 6]
    var channels = 3
    var testDescription: String { name }
  }

  private static func one(
    _ name: String, _ operation: ConvNet.Operation, size: [Int] = [5, 4, 6], channels: Int = 3
  ) -> Case {
    Case(
      name: name, nodes: [.init(name: "n", operation: operation, inputs: ["image"])], size: size,
      channels: channels)
  }

  private static func convolution(
    _ outputs: Int, _ kernel: Triple, _ change: (inout Convolution) -> Void = { _ in }
  ) -> ConvNet.Operation {
    var shape = Convolution(outputChannels: outputs, kernel: kernel)
    change(&shape)
    return .convolution(shape)
  }

  static let cases: [Case] = [
    one("convolution 3x3x3", convolution(4, Triple(3, 3, 3))),
    one(
      "padded convolution",
      convolution(9, Triple(3, 3, 3)) {
        $0.paddingLow = Triple(1, 1, 1)
        $0.paddingHigh = Triple(1, 1, 1)
      }),
    one(
      "convolution by 2",
      convolution(4, Triple(3, 3, 3)) {
        $0.stride = Triple(2, 2, 2)
        $0.paddingLow = Triple(1, 1, 1)
        $0.paddingHigh = Triple(1, 1, 1)
      }),
    one(
      "uneven convolution",
      convolution(5, Triple(2, 1, 3)) {
        $0.stride = Triple(1, 3, 2)
        $0.paddingLow = Triple(1, 0, 2)
        $0.hasBias = false
      }),
    one(
      "dilated convolution",
      convolution(4, Triple(3, 2, 3)) {
        $0.dilation = Triple(2, 1, 2)
        $0.paddingLow = Triple(2, 0, 2)
        $0.paddingHigh = Triple(2, 1, 2)
      }),
    one(
      "dilated strided convolution",
      convolution(4, Triple(2, 2, 2)) {
        $0.dilation = Triple(2, 2, 1)
        $0.stride = Triple(2, 1, 2)
        $0.paddingLow = Triple(0, 3, 0)
      }),
    one(
      "grouped convolution",
      convolution(6, Triple(3, 1, 2)) {
        $0.groups = 2
        $0.paddingLow = Triple(1, 0, 0)
      }, channels: 4),
    one(
      "mirrored convolution",
      convolution(4, Triple(3, 3, 3)) {
        $0.paddingLow = Triple(1, 1, 1)
        $0.paddingHigh = Triple(1, 1, 1)
        $0.paddingMode = .mirror
      }),
    one("pointwise convolution", convolution(5, Triple(1, 1, 1)), channels: 11),
    one(
      "padded pointwise convolution",
      convolution(5, Triple(1, 1, 1)) {
        $0.paddingLow = Triple(1, 1, 1)
        $0.paddingHigh = Triple(0, 1, 2)
      }),
    one(
      "transposed convolution",
      .transposedConvolution(
        TransposedConvolution(
          outputChannels: 4, kernel: Triple(2, 2, 2), stride: Triple(2, 2, 2)))),
    one(
      "uneven transposed convolution",
      {
        var shape = TransposedConvolution(
          outputChannels: 4, kernel: Triple(3, 2, 3), stride: Triple(2, 1, 3))
        shape.paddingLow = Triple(1, 0, 1)
        shape.paddingHigh = Triple(0, 1, 1)
        shape.outputPadding = Triple(1, 0, 0)
        return .transposedConvolution(shape)
      }()),
    one("batch norm", .batchNorm(epsilon: 1e-3)),
    one("instance norm", .instanceNorm(epsilon: 1e-3, affine: true)),
    one("plain instance norm", .instanceNorm(epsilon: 1e-3, affine: false)),
    one("PReLU", .prelu),
    one("leaky ReLU", .leakyReLU(slope: 0.1)),
    one("ReLU", .relu),
    one("softmax", .softmax, channels: 10),
    one("sigmoid", .sigmoid),
    one("max pooling", .maxPool(Pool(kernel: Triple(2, 3, 2), stride: Triple(1, 1, 2)))),
    one(
      "padded max pooling",
      {
        var pool = Pool(kernel: Triple(3, 3, 3), stride: Triple(2, 2, 2))
        pool.paddingLow = Triple(1, 1, 1)
        pool.paddingHigh = Triple(1, 1, 1)
        return .maxPool(pool)
      }()),
    one(
      "average pooling",
      {
        var pool = Pool(kernel: Triple(3, 2, 3), stride: Triple(2, 2, 1))
        pool.paddingLow = Triple(1, 0, 1)
        return .averagePool(pool)
      }()),
    one("nearest up-sampling", .upsampleNearest(factors: Triple(2, 1, 3))),
    one("trilinear", .upsampleTrilinear(factors: Triple(2, 3, 2), alignCorners: false)),
    one("trilinear, aligned", .upsampleTrilinear(factors: Triple(2, 2, 3), alignCorners: true)),
    one("subsampling", .subsample(factors: Triple(2, 3, 1))),
    one("crop", .crop(low: Triple(1, 0, 2), high: Triple(1, 1, 0))),
    one("padding", .pad(low: Triple(1, 2, 0), high: Triple(0, 1, 2), mode: .zero)),
    one("mirrored padding", .pad(low: Triple(2, 1, 2), high: Triple(1, 2, 3), mode: .mirror)),
    one("edge padding", .pad(low: Triple(2, 1, 2), high: Triple(1, 2, 3), mode: .edge)),
    one("scale", .scale(factor: -0.7)),
    Case(
      name: "joined with a residual",
      nodes: [
        .init(name: "a", operation: convolution(5, Triple(3, 3, 3)), inputs: ["image"]),
        .init(
          name: "like", operation: .cropLike(centred: true), inputs: ["image", "a"]),
        .init(name: "joined", operation: .concatenate, inputs: ["a", "like", "a"]),
        .init(name: "b", operation: .prelu, inputs: ["joined"]),
        .init(name: "sum", operation: .add, inputs: ["b", "image"]),
        .init(name: "twice", operation: .add, inputs: ["sum", "sum"]),
      ]),
    Case(
      name: "padded convolution of a crop",
      nodes: [
        .init(
          name: "cut", operation: .crop(low: Triple(1, 0, 1), high: Triple(0, 1, 0)),
          inputs: ["image"]),
        .init(
          name: "n",
          operation: convolution(4, Triple(3, 3, 3)) {
            $0.paddingLow = Triple(1, 1, 1)
            $0.paddingHigh = Triple(1, 1, 1)
          }, inputs: ["cut"]),
        .init(name: "sum", operation: .add, inputs: ["n", "cut"]),
      ]),
  ]

  @Test(arguments: cases) func centralDifferences(_ test: Case) throws {
    var generator = SplitMix(state: 5)
    let description = NetworkDescription(
      input: .init(channels: test.channels), nodes: test.nodes, output: test.nodes.last?.name ?? "")
    try Self.check(
      description, size: test.size, tries: Self.isHeavy ? nil : 3, using: &generator)
  }

  @Test(arguments: 0..<6) func randomNetworks(seed: Int) throws {
    var made = RandomNetwork(seed: UInt64(seed))
    let description = made.description()
    try Self.check(description, size: [7, 8, 6], tries: 2, using: &made.generator)
  }

  /// All values take minutes in a debug build.
  private static let isHeavy = ProcessInfo.processInfo.environment["MEDCNN_HEAVY"] != nil

  /// - Parameter tries: how many values of each weight and image are tried; all where nil.
  static func check(
    _ description: NetworkDescription, size: [Int], tries: Int? = nil,
    using generator: inout SplitMix
  ) throws {
    let network = try Network(
      description: description,
      weights: RandomNetwork.weights(for: description, using: &generator))
    let size = Triple(size[0], size[1], size[2])
    let images = (0..<2).map { _ in
      var image = Tensor(channels: description.input.channels, size: size)
      for index in image.values.indices {
        image.values[index] = Float.random(in: -1...1, using: &generator)
      }
      return image
    }
    // The loss is a weighted sum of the outputs, whose gradient is its weights.
    let reference = DoubleNetwork(network)
    let outputs = try reference.run(images.map { DoubleNetwork.Map($0) })[description.output] ?? []
    let factors = outputs.map { output in
      var factor = Tensor(channels: output.channels, size: output.size)
      for index in factor.values.indices {
        factor.values[index] = Float.random(in: -1...1, using: &generator)
      }
      return factor
    }
    func loss(_ network: DoubleNetwork, _ images: [DoubleNetwork.Map]) throws -> Double {
      zip(try network.run(images)[description.output] ?? [], factors).reduce(0) { sum, pair in
        zip(pair.0.values, pair.1.values).reduce(sum) { $0 + $1.0 * Double($1.1) }
      }
    }
    for strict in isHeavy ? [true, false] : [false] {
      let training = TrainingNetwork(
        network, options: .init(strict: strict), workers: .init(count: 2))
      let pass = try training.pass(images, wantsImageGradients: true) { outputs in
        let found = outputs[description.output] ?? []
        for (output, expected) in zip(found, Self.outputs(reference, images, description)) {
          #expect(Golden.relativeError(output, expected) < 2e-5)
        }
        return (0, [description.output: factors])
      }
      let single = try TrainingNetwork(
        network, options: .init(strict: strict), workers: .init(count: 1)
      ).pass(images, wantsImageGradients: true) { _ in (0, [description.output: factors]) }
      #expect(single.gradients == pass.gradients)
      #expect(single.imageGradients == pass.imageGradients)

      let step = 1e-5
      func compare(
        _ name: String, _ found: [Float], _ change: (Int, Double) throws -> Double
      ) throws {
        let scale = found.map { abs($0) }.max() ?? 0
        let places = tries.map { count in
          (0..<count).map { _ in Int.random(in: found.indices, using: &generator) }
        }
        for index in places ?? Array(found.indices) {
          let expected = (try change(index, step) - change(index, -step)) / (2 * step)
          let error = abs(Double(found[index]) - expected)
          #expect(
            error < 3e-5 * Double(max(scale, 1)), "\(name)[\(index)]: \(found[index]), \(expected)")
        }
      }
      for (name, gradient) in pass.gradients.sorted(by: { $0.key < $1.key }) {
        try compare(name, gradient) { index, step in
          var changed = reference
          changed.weights[name]?[index] += step
          return try loss(changed, images.map { DoubleNetwork.Map($0) })
        }
      }
      let maps = images.map { DoubleNetwork.Map($0) }
      for (number, gradient) in pass.imageGradients.enumerated() {
        try compare("image \(number)", gradient.values) { index, step in
          var changed = maps
          changed[number].values[index] += step
          return try loss(reference, changed)
        }
      }
      let learned = Set(
        network.weights.keys.filter { !$0.hasSuffix(".mean") && !$0.hasSuffix(".variance") })
      #expect(Set(pass.gradients.keys).isSubset(of: learned))
    }
  }

  private static func outputs(
    _ network: DoubleNetwork, _ images: [Tensor], _ description: NetworkDescription
  ) -> [Tensor] {
    let maps = (try? network.run(images.map { DoubleNetwork.Map($0) }))?[description.output] ?? []
    return maps.map {
      Tensor(channels: $0.channels, size: $0.size, values: $0.values.map { Float($0) })
    }
  }
}
