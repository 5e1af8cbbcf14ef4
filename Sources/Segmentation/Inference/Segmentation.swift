public import Volumes

/// A segmented scan.
public struct Segmentation: Sendable, Equatable {
  /// One label, counted.
  public struct Count: Sendable, Hashable, Encodable {
    /// The voxel value.
    public var label: UInt16
    /// The label's name.
    public var name: String
    /// The number of voxels.
    public var voxels: Int
    /// The volume in millilitres.
    public var millilitres: Double
    /// The number of connected components (26 neighbours).
    public var lesions: Int
  }

  /// The labels on the grid of the first scan.
  public var labels: LabelMap
  /// The probability of each output channel of the model, on the same grid, where asked for. Outside
  /// the mask the background is certain.
  public var probabilities: Volume?
  /// The mask that was used, on the same grid.
  public var mask: Mask
  /// Each label of the model, found or not, in ascending order.
  public var counts: [Count]
  /// All labels together.
  public var total: Count
  /// What the user should know.
  public var warnings: [String]

  init(labels: LabelMap, probabilities: Volume?, mask: Mask, warnings: [String]) {
    self.labels = labels
    self.probabilities = probabilities
    self.mask = mask
    self.warnings = warnings
    let voxelVolume = labels.geometry.voxelVolume
    func count(_ label: UInt16, _ name: String, _ voxels: Mask) -> Count {
      let components = voxels.components(.corners)
      let size = components.sizes.reduce(0, +)
      return Count(
        label: label, name: name, voxels: size, millilitres: Double(size) * voxelVolume / 1000,
        lesions: components.count)
    }
    let values = labels.table.entries.map(\.value).filter { $0 > 0 }
    counts = values.map { count($0, labels.table.name(of: $0), labels.mask(of: [$0])) }
    total = count(0, "all labels", labels.foreground)
  }
}

extension LabelMap {
  /// The voxels that are not background.
  var foreground: Mask {
    var mask = Mask(geometry: geometry)
    mask.withMutableElements { mask in
      voxels.withUnsafeBufferPointer { voxels in
        for index in voxels.indices where voxels[index] != 0 { mask[index] = true }
      }
    }
    return mask
  }
}
