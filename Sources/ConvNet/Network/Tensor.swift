/// Float32 values with the axes (channel, z, y, x), x fastest.
public struct Tensor: Sendable, Equatable {
  /// The number of channels.
  public let channels: Int
  /// The extent of each spatial axis.
  public let size: Triple
  /// `channels * size.z * size.y * size.x` values.
  public var values: [Float]

  /// - Precondition: the number of values fits the shape.
  public init(channels: Int, size: Triple, values: [Float]) {
    precondition(values.count == channels * size.z * size.y * size.x)
    self.channels = channels
    self.size = size
    self.values = values
  }

  /// A tensor of one value.
  public init(channels: Int, size: Triple, repeating value: Float = 0) {
    self.init(
      channels: channels, size: size,
      values: [Float](repeating: value, count: channels * size.z * size.y * size.x))
  }

  /// A tensor whose values are all set by a function, which finds anything in the memory.
  public init(
    channels: Int, size: Triple, settingAll set: (UnsafeMutableBufferPointer<Float>) -> Void
  ) {
    let count = channels * size.z * size.y * size.x
    self.init(
      channels: channels, size: size,
      values: [Float](unsafeUninitializedCapacity: count) { values, initialized in
        set(UnsafeMutableBufferPointer(rebasing: values[..<count]))
        initialized = count
      })
  }

  /// One value.
  public subscript(channel: Int, z: Int, y: Int, x: Int) -> Float {
    get { values[((channel * size.z + z) * size.y + y) * size.x + x] }
    set { values[((channel * size.z + z) * size.y + y) * size.x + x] = newValue }
  }
}
