/// A chain of dilated convolutions (Fedorov et al. 2017, "End-to-end learning of brain tissue
/// segmentation from imperfect labeling"): a wide view with few weights at full resolution.
public enum MeshNet {
  /// Everything that the network's shape depends on.
  public struct Configuration: Sendable, Hashable, Codable {
    /// The number of image channels.
    public var inputChannels: Int
    /// The number of classes, background included.
    public var classes: Int
    /// The number of feature maps of each layer.
    public var featureMaps: Int
    /// The dilation of each layer's 3x3x3 kernel.
    public var dilations: [Int] = [1, 1, 1, 2, 4, 8, 1]
    /// Whether zeros around the image keep its size; otherwise the output is smaller.
    public var padded = true
    /// The dropout rate after each activation.
    public var dropoutRate: Float = 0
    /// What is added to the variance in batch normalisation.
    public var normEpsilon: Float = 1e-5

    /// Makes a configuration; set the rest.
    public init(inputChannels: Int, classes: Int, featureMaps: Int = 21) {
      self.inputChannels = inputChannels
      self.classes = classes
      self.featureMaps = featureMaps
    }

    /// The network. Layer `l`, counted from 1, has the nodes `l.convolution`, `l.norm`,
    /// `l.activation` and `l.dropout`; the result is "probabilities", the softmax of
    /// "classification".
    ///
    /// - Throws: ``ConvNetError/invalidNetwork(node:reason:)`` where there is no layer or a dilation
    ///   out of range.
    public func description() throws -> NetworkDescription {
      guard !dilations.isEmpty, dilations.allSatisfy({ (1...999).contains($0) }) else {
        throw ConvNetError.invalidNetwork(
          node: "1.convolution", reason: "dilations \(dilations); expected some of 1 to 999")
      }
      var network = DescriptionBuilder(channels: inputChannels)
      var value = network.input.name
      for (index, dilation) in dilations.enumerated() {
        let layer = "\(index + 1)"
        var convolution = Convolution(
          same: featureMaps, kernel: Triple(repeating: 3), dilation: Triple(repeating: dilation))
        if !padded {
          convolution.paddingLow = .zero
          convolution.paddingHigh = .zero
        }
        value = network.add("\(layer).convolution", .convolution(convolution), value)
        value = network.add("\(layer).norm", .batchNorm(epsilon: normEpsilon), value)
        value = network.add("\(layer).activation", .relu, value)
        if dropoutRate > 0 {
          value = network.add("\(layer).dropout", .dropout(rate: dropoutRate), value)
        }
      }
      value = network.add(
        "classification", .convolution(Convolution(outputChannels: classes, kernel: .one)), value)
      value = network.add("probabilities", .softmax, value)
      return network.description(output: value)
    }
  }
}
