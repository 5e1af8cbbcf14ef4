public import Volumes

/// Segments or ROIs as voxels of one grid. They may overlap.
public struct SegmentSet: Sendable {
  /// One segment or ROI.
  public struct Segment: Sendable, Hashable {
    /// Its number in the file, or the place of the choice where that was asked for.
    public let number: Int
    /// Its name; the names of all that one choice stands for where these are one label.
    public let name: String
    /// The value of its voxels, which no other segment has.
    public let label: UInt16
    /// The label map among ``SegmentSet/layers`` that holds it.
    public let layer: Int
    /// The number of its voxels.
    public let voxels: Int
  }

  /// Two segments that share voxels.
  public struct Overlap: Sendable, Hashable {
    /// The places of both among ``SegmentSet/segments``.
    public let first: Int, second: Int
    /// The number of shared voxels.
    public let voxels: Int
  }

  /// The file that they were read from.
  public let path: String
  /// The grid.
  public let geometry: Geometry
  /// The segments in the order of the file.
  public let segments: [Segment]
  /// Label maps that together hold all segments: one, unless they overlap.
  /// Each segment is whole in the first layer where it overlaps with no other.
  public let layers: [LabelMap]
  /// The pairs of segments that share voxels.
  public let overlaps: [Overlap]
  /// What the reader had to leave out, in words.
  public let warnings: [String]

  /// The segments in one label map.
  ///
  /// - Throws: ``VolumeIOError/unsupported(path:found:remedy:)`` where they overlap.
  public func labelMap() throws(VolumeIOError) -> LabelMap {
    guard layers.count > 1 else { return layers[0] }
    let pairs = overlaps.prefix(4).map { overlap in
      let (a, b) = (segments[overlap.first], segments[overlap.second])
      return "\(a.number) (\(a.name)) and \(b.number) (\(b.name)) share \(overlap.voxels) voxels"
    }
    throw .unsupported(
      path: path,
      found: pairs.joined(separator: "; ") + (overlaps.count > 4 ? "; and others" : "")
        + ", which one label map cannot hold",
      remedy:
        "choose segments that do not overlap with --roi, or one of \(layers.count) layers with "
        + "--channel")
  }

  /// The voxels that belong to at least one segment.
  public var mask: Mask {
    var mask = Mask(geometry: geometry)
    mask.withMutableElements { mask in
      for layer in layers {
        layer.voxels.withUnsafeBufferPointer { layer in
          for index in mask.indices where layer[index] != 0 { mask[index] = true }
        }
      }
    }
    return mask
  }

  /// The voxels of one segment.
  ///
  /// - Parameter index: its place among ``segments``.
  public func mask(ofSegment index: Int) -> Mask {
    layers[segments[index].layer].mask(of: [segments[index].label])
  }

  /// The volume of a segment in millilitres.
  public func millilitres(of segment: Segment) -> Double {
    Double(segment.voxels) * geometry.voxelVolume / 1000
  }
}
