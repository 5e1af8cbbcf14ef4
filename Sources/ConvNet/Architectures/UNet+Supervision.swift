extension NetworkDescription {
  /// The U-Net with a further output for each stage of the decoder between the finest and the coarsest,
  /// by which these learn sooner: deep supervision (Lee et al. 2015) as in nnU-Net, which leaves the
  /// coarsest out.
  ///
  /// - Returns: the network with nodes `supervision.s`, 1x1x1 convolutions, and their names, the finest
  ///   first; no names where the network is not ``UNet``'s or has no stage between.
  public func withDeepSupervision() -> (network: NetworkDescription, outputs: [String]) {
    let classifier = nodes.last { $0.name == logits }
    guard case .convolution(let classification)? = classifier?.operation else { return (self, []) }
    var network = self
    var outputs: [String] = []
    var stage = 1
    // The last stage has none below it.
    while let value = decoderOutput(stage), decoderOutput(stage + 1) != nil {
      let name = "supervision.\(stage)"
      network.nodes.append(
        Node(
          name: name,
          operation: .convolution(
            Convolution(outputChannels: classification.outputChannels, kernel: .one)),
          inputs: [value]))
      outputs.append(name)
      stage += 1
    }
    return (network, outputs)
  }

  /// The node whose value is that of a stage of the decoder.
  private func decoderOutput(_ stage: Int) -> String? {
    nodes.last { $0.name.hasPrefix("decoder.\(stage).") }?.name
  }
}
