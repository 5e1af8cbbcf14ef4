/// Some channels of a box of a tensor, as a part of the image that a network sees.
public struct TensorPart: Sendable {
  /// Where the values are.
  public let tensor: Tensor
  /// The channels taken.
  public let channels: Range<Int>
  /// The tensor's voxel at which the image's first voxel lies. Slices go on at the tensor's first
  /// after its last, so that a tensor can be a ring of slices.
  public let origin: Triple

  /// - Precondition: the tensor has these channels.
  public init(_ tensor: Tensor, channels: Range<Int>? = nil, origin: Triple = .zero) {
    let channels = channels ?? 0..<tensor.channels
    precondition(channels.lowerBound >= 0 && channels.upperBound <= tensor.channels)
    self.tensor = tensor
    self.channels = channels
    self.origin = origin
  }

  /// Gives access to a row of a channel from one of the image's voxels on, with the step from a
  /// channel to the next.
  @inline(__always)
  func withRow(
    _ channel: Int, _ z: Int, _ y: Int, _ x: Int,
    _ body: (_ row: UnsafePointer<Float>, _ channelStride: Int) -> Void
  ) {
    let size = tensor.size
    var slice = (origin.z + z) % size.z
    if slice < 0 { slice += size.z }
    let place = ((channel * size.z + slice) * size.y + origin.y + y) * size.x + origin.x + x
    tensor.values.withUnsafeBufferPointer {
      body($0.baseAddress! + place, size.z * size.y * size.x)
    }
  }
}
