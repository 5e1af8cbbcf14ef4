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
    counts = labels.counts
    total = labels.total
  }
}

extension LabelMap {
  /// Each label of the table or that occurs, in ascending order, without the background.
  public var counts: [Segmentation.Count] {
    let named = table.entries.map(\.value).filter { $0 > 0 }
    return Set(named).union(labels).sorted().map { label in
      count(mask(of: [label]), label: label, name: table.name(of: label))
    }
  }

  /// All labels together.
  public var total: Segmentation.Count {
    count(foreground, label: 0, name: "all labels")
  }

  private func count(_ mask: Mask, label: UInt16, name: String) -> Segmentation.Count {
    let components = mask.components(.corners)
    let size = components.sizes.reduce(0, +)
    return Segmentation.Count(
      label: label, name: name, voxels: size,
      millilitres: Double(size) * geometry.voxelVolume / 1000, lesions: components.count)
  }

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
