import Parallel

/// Some slices of a network's output where they were computed: they are gone when the next slices
/// are, so whoever is handed them takes what it needs.
public struct OutputSlices: ~Copyable {
  /// The number of the first slice in the whole output.
  public let first: Int
  private let view: FeatureView
  private let wanted: WantedVoxels?
  private let workers: Workers

  init(first: Int, view: FeatureView, wanted: WantedVoxels?, workers: Workers) {
    self.first = first
    self.view = view
    self.wanted = wanted
    self.workers = workers
  }

  /// The number of channels.
  public var channels: Int { view.channels }
  /// The extent: so many slices, and the whole output's rows and columns.
  public var size: Triple { view.size }
  /// The slices as a tensor; voxels that were not wanted are anything.
  public var tensor: Tensor {
    Tensor(channels: channels, size: size) { Copying.unpack(view, to: $0, workers: workers) }
  }

  /// Copies the slices' wanted voxels over a tensor's first so many slices, or over others.
  ///
  /// - Parameters:
  ///   - tensor: with as many channels, rows and columns.
  ///   - place: the slice of the tensor for a slice of the whole output.
  public func copy(to tensor: inout Tensor, place: (Int) -> Int) {
    precondition(
      tensor.channels == channels && tensor.size.y == size.y && tensor.size.x == size.x)
    let (depth, view, workers) = (tensor.size.z, self.view, self.workers)
    let places = (0..<size.z).map { place(first + $0) }
    precondition(places.allSatisfy { 0..<depth ~= $0 })
    tensor.values.withUnsafeMutableBufferPointer { values in
      let columns = wanted.map { [first] wanted -> @Sendable (Int, Int) -> Range<Int> in
        { wanted.columns(first + $0, $1..<$1 + 1) }
      }
      Copying.unpack(
        view, to: values, depth: depth, places: places, columns: columns, workers: workers)
    }
  }
}
