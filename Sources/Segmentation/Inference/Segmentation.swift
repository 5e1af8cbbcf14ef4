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
    let part = labelledPart
    return Set(named).union(part?.labels ?? []).sorted().map { label in
      count(part?.mask(of: [label]), label: label, name: table.name(of: label))
    }
  }

  /// All labels together.
  public var total: Segmentation.Count {
    count(labelledPart?.foreground, label: 0, name: "all labels")
  }

  /// What lies around all labels: elsewhere there is nothing to count.
  private var labelledPart: LabelMap? {
    foreground.boundingBox.flatMap { try? cropped(to: $0) }
  }

  private func count(_ mask: Mask?, label: UInt16, name: String) -> Segmentation.Count {
    let sizes = mask?.components(.corners).sizes ?? []
    let size = sizes.reduce(0, +)
    return Segmentation.Count(
      label: label, name: name, voxels: size,
      millilitres: Double(size) * geometry.voxelVolume / 1000, lesions: sizes.count)
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
