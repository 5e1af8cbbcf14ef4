/// A segmentation: a whole number for each voxel, with the names of the labels.
///
/// Label 0 is the background. The memory order is that of ``Volume``.
public struct LabelMap: Sendable, Equatable {
  /// The grid.
  public let geometry: Geometry
  /// The label of each voxel, `geometry.voxelCount` of them.
  public var voxels: [UInt16]
  /// The names and colours of the labels that have any.
  public var table: LabelTable

  /// - Throws: ``VolumeError/sampleCount(found:expected:)`` where the voxels do not fit.
  public init(
    geometry: Geometry, voxels: [UInt16], table: LabelTable = LabelTable()
  ) throws(VolumeError) {
    guard voxels.count == geometry.voxelCount else {
      throw .sampleCount(found: voxels.count, expected: geometry.voxelCount)
    }
    self.init(geometry: geometry, unchecked: voxels, table: table)
  }

  init(geometry: Geometry, unchecked voxels: [UInt16], table: LabelTable) {
    precondition(voxels.count == geometry.voxelCount)
    self.geometry = geometry
    self.voxels = voxels
    self.table = table
  }

  /// A label map of background.
  public init(geometry: Geometry, table: LabelTable = LabelTable()) {
    self.geometry = geometry
    voxels = [UInt16](repeating: 0, count: geometry.voxelCount)
    self.table = table
  }

  /// The voxels of a set as label 1, by a name.
  public init(_ mask: Mask, name: String) {
    self.init(
      geometry: mask.geometry, unchecked: mask.voxels.map { $0 ? 1 : 0 },
      table: LabelTable([.init(value: 1, name: name)]))
  }

  /// The labels of a one-channel volume whose samples are whole numbers.
  ///
  /// - Throws: ``VolumeError/invalidLabel(value:remedy:)`` for a fraction, a negative number, NaN or
  ///   a number above 65535, and ``VolumeError/noSuchChannel(found:channels:)`` where there are
  ///   several channels.
  public init(_ volume: Volume, table: LabelTable = LabelTable()) throws(VolumeError) {
    guard volume.channels == 1 else {
      throw .noSuchChannel(found: 1, channels: volume.channels)
    }
    var voxels = [UInt16](repeating: 0, count: volume.samples.count)
    for (index, sample) in volume.samples.enumerated() {
      guard let label = UInt16(exactly: sample) else {
        throw .invalidLabel(value: sample, remedy: "threshold a probability map first")
      }
      voxels[index] = label
    }
    try self.init(geometry: volume.geometry, voxels: voxels, table: table)
  }

  /// The label of a voxel.
  public subscript(i: Int, j: Int, k: Int) -> UInt16 {
    get { voxels[geometry.offset(i, j, k)] }
    set { voxels[geometry.offset(i, j, k)] = newValue }
  }

  /// The labels that occur, ascending, without the background.
  public var labels: [UInt16] {
    var seen = [Bool](repeating: false, count: Int(UInt16.max) + 1)
    for voxel in voxels { seen[Int(voxel)] = true }
    return (1...UInt16.max).filter { seen[Int($0)] }
  }

  /// The voxels of the given labels.
  public func mask(of labels: Set<UInt16>) -> Mask {
    var wanted = [Bool](repeating: false, count: Int(UInt16.max) + 1)
    for label in labels { wanted[Int(label)] = true }
    return Mask(geometry: geometry, unchecked: voxels.map { wanted[Int($0)] })
  }
}
