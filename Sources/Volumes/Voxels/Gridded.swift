/// What has one or more channels of values on a grid: ``Volume``, ``LabelMap`` and ``Mask``.
///
/// Operations that only move values (reorientation, cropping, pasting) are written once, for all.
public protocol Gridded: Sendable {
  /// The value of a voxel.
  associatedtype Element: Sendable, BitwiseCopyable

  /// The value of what lies outside of any object: 0 or false, all bits zero.
  static var background: Element { get }

  /// The grid.
  var geometry: Geometry { get }
  /// The number of channels.
  var channels: Int { get }
  /// All values: the first voxel axis is fastest, the channel slowest.
  var elements: [Element] { get }

  /// Other values on another grid, with all else (the channels, the names of labels) kept.
  ///
  /// - Precondition: `elements.count == channels * geometry.voxelCount`.
  func replacing(_ elements: [Element], on geometry: Geometry) -> Self

  /// Gives access to the values in place.
  mutating func withMutableElements(_ body: (UnsafeMutableBufferPointer<Element>) -> Void)
}

extension Volume: Gridded {
  /// 0.
  public static var background: Float { 0 }

  /// The samples.
  public var elements: [Float] { samples }

  /// Other samples on another grid, in as many channels.
  public func replacing(_ elements: [Float], on geometry: Geometry) -> Volume {
    Volume(geometry: geometry, channels: channels, unchecked: elements)
  }

  /// Gives access to the samples in place.
  public mutating func withMutableElements(
    _ body: (UnsafeMutableBufferPointer<Float>) -> Void
  ) {
    samples.withUnsafeMutableBufferPointer { body($0) }
  }
}

extension LabelMap: Gridded {
  /// Label 0.
  public static var background: UInt16 { 0 }

  /// 1.
  public var channels: Int { 1 }

  /// The labels.
  public var elements: [UInt16] { voxels }

  /// Other labels on another grid, with the same names.
  public func replacing(_ elements: [UInt16], on geometry: Geometry) -> LabelMap {
    LabelMap(geometry: geometry, unchecked: elements, table: table)
  }

  /// Gives access to the labels in place.
  public mutating func withMutableElements(
    _ body: (UnsafeMutableBufferPointer<UInt16>) -> Void
  ) {
    voxels.withUnsafeMutableBufferPointer { body($0) }
  }
}

extension Mask: Gridded {
  /// False.
  public static var background: Bool { false }

  /// 1.
  public var channels: Int { 1 }

  /// The voxels.
  public var elements: [Bool] { voxels }

  /// Another set on another grid.
  public func replacing(_ elements: [Bool], on geometry: Geometry) -> Mask {
    Mask(geometry: geometry, unchecked: elements)
  }

  /// Gives access to the voxels in place.
  public mutating func withMutableElements(_ body: (UnsafeMutableBufferPointer<Bool>) -> Void) {
    voxels.withUnsafeMutableBufferPointer { body($0) }
  }
}
