public import Parallel
public import Volumes

/// A patient's scans with the labels that a network should give them.
public struct LabelledScans: Sendable {
  /// The label of voxels whose truth nobody knows: they are neither learned from nor judged by.
  public static let ignored = UInt16.max

  /// One scan for each channel of the model, in its order, nil for one that was not made; or one with
  /// all channels.
  public var scans: [Volume?]
  /// The brain; the voxels that are not zero in some scan where nil.
  public var mask: Mask?
  /// The truth, on the grid of the first scan.
  public var labels: LabelMap

  /// Puts them together.
  public init(scans: [Volume?], mask: Mask? = nil, labels: LabelMap) {
    self.scans = scans
    self.mask = mask
    self.labels = labels
  }

  /// Refuses scans, labels or a mask that lie on different grids.
  ///
  /// - Throws: `VolumeError.geometryMismatch`.
  public func checkGrids() throws(VolumeError) {
    let given = scans.compactMap(\.self)
    guard let first = given.first else { return }
    for volume in given.dropFirst() where !volume.geometry.matches(first.geometry) {
      throw .geometryMismatch(
        first: "the first scan", first.geometry, second: "another scan", volume.geometry)
    }
    guard labels.geometry.matches(first.geometry) else {
      throw .geometryMismatch(
        first: "the scans", first.geometry, second: "the label map", labels.geometry)
    }
    if let mask, !mask.geometry.matches(first.geometry) {
      throw .geometryMismatch(
        first: "the scans", first.geometry, second: "the mask", mask.geometry)
    }
  }
}

/// One case to learn from, or to be judged by: it is read, or made, when it is needed.
public struct TrainingCase: Sendable {
  /// The name by which messages call it.
  public let name: String
  /// How often it is seen, relative to the others; positive.
  public let weight: Double
  /// Reads or makes it: the same each time.
  public let load: @Sendable (Workers) throws -> LabelledScans

  /// Makes a case.
  public init(
    name: String, weight: Double = 1, load: @escaping @Sendable (Workers) throws -> LabelledScans
  ) {
    self.name = name
    self.weight = weight
    self.load = load
  }
}
