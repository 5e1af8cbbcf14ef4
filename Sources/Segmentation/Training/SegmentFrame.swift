internal import ConvNet

/// How the segments on which a network is trained lie in an image.
struct SegmentFrame: Sendable {
  /// The extent of the part of the image that the network sees.
  let input: Triple
  /// The extent of its output.
  let output: Triple
  /// The voxel of the input at which the first voxel of the output lies.
  let low: Triple
  /// Whether the image goes on beyond its border with its edge values, as at inference for networks
  /// without padding; otherwise segments stay inside, and zeros surround an image that is smaller.
  let continuesEdges: Bool

  /// - Throws: ``ConvNetError`` where the network cannot see segments of this size;
  ///   ``SegmentationError/option(found:expected:)`` where its output does not fit its input.
  init(_ model: Model, segment: Triple) throws {
    let description = model.network.description
    input = segment
    output = try description.outputSize(for: segment)
    switch model.inference {
    case .streamed:
      low = try ValidNetwork(description).low
      continuesEdges = true
    case .windows:
      guard output == segment else {
        throw SegmentationError.option(
          found: "a network that makes \(output.z)x\(output.y)x\(output.x) voxels of "
            + "\(segment.z)x\(segment.y)x\(segment.x)",
          expected: "an output of the input's size for inference of the kind \"windows\"")
      }
      low = .zero
      continuesEdges = false
    }
  }
}
