import Volumes

/// PyRadiomics' conditions on a region.
enum MaskCheck {
  /// The box around a mask.
  ///
  /// - Throws: ``RadiomicsError/emptyRegion(what:remedy:)`` for an empty mask, and
  ///   ``RadiomicsError/unusableRegion(found:expected:)`` for one of a single voxel, too few dimensions or
  ///   too few voxels.
  static func box(
    _ mask: [Bool], size: SIMD3<Int>, what: String, settings: ExtractionSettings
  ) throws(RadiomicsError) -> VoxelBox {
    guard let box = mask.box(in: size) else {
      throw .emptyRegion(what: what, remedy: "look at the mask and at the label")
    }
    let dimensions = (0..<3).count { box.size[$0] > 1 }
    guard dimensions > 0 else {
      throw .unusableRegion(found: "one voxel", expected: "at least two")
    }
    guard dimensions >= settings.minimumROIDimensions else {
      throw .unusableRegion(
        found: "\(dimensions) dimension\(dimensions == 1 ? "" : "s"): its box is "
          + "\(box.size.x)x\(box.size.y)x\(box.size.z) voxels",
        expected: "\(settings.minimumROIDimensions); lower minimumROIDimensions")
    }
    if let least = settings.minimumROISize {
      let count = mask.reduce(0) { $0 + ($1 ? 1 : 0) }
      guard count > least else {
        throw .unusableRegion(
          found: "\(count) voxels", expected: "more than \(least) (minimumROISize)")
      }
    }
    return box
  }
}

extension VoxelBox {
  /// The elements in the box of an array over a grid of a size.
  ///
  /// - Precondition: the box lies in the grid.
  func elements<Element: BitwiseCopyable>(of elements: [Element], size grid: SIMD3<Int>)
    -> [Element]
  {
    let size = self.size
    return [Element](unsafeUninitializedCapacity: size.x * size.y * size.z) { result, count in
      elements.withUnsafeBufferPointer { elements in
        for k in 0..<size.z {
          for j in 0..<size.y {
            let source = ((k + low.z) * grid.y + j + low.y) * grid.x + low.x
            (result.baseAddress! + (k * size.y + j) * size.x).initialize(
              from: elements.baseAddress! + source, count: size.x)
          }
        }
      }
      count = size.x * size.y * size.z
    }
  }
}
