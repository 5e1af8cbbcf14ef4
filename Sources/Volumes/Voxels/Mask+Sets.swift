extension Mask {
  /// The voxels that are in either set.
  ///
  /// - Throws: ``VolumeError/geometryMismatch(first:_:second:_:)``, as the other operations do.
  public func union(_ other: Mask) throws(VolumeError) -> Mask {
    try combined(with: other) { $0 || $1 }
  }

  /// The voxels that are in both sets.
  public func intersection(_ other: Mask) throws(VolumeError) -> Mask {
    try combined(with: other) { $0 && $1 }
  }

  /// The voxels of this set that are not in the other.
  public func subtracting(_ other: Mask) throws(VolumeError) -> Mask {
    try combined(with: other) { $0 && !$1 }
  }

  /// The voxels that are in one of the sets but not in both.
  public func symmetricDifference(_ other: Mask) throws(VolumeError) -> Mask {
    try combined(with: other) { $0 != $1 }
  }

  /// The voxels of the grid that are not in the set.
  public var inverted: Mask {
    Mask(geometry: geometry, unchecked: voxels.map { !$0 })
  }

  private func combined(
    with other: Mask, _ operation: (Bool, Bool) -> Bool
  ) throws(VolumeError) -> Mask {
    try requireMatch(of: "the first mask", geometry, "the second mask", other.geometry)
    var result = self
    result.withMutableElements { result in
      other.voxels.withUnsafeBufferPointer { other in
        for index in result.indices { result[index] = operation(result[index], other[index]) }
      }
    }
    return result
  }
}

extension Gridded {
  /// The same with ``background`` outside of a mask.
  ///
  /// - Throws: ``VolumeError/geometryMismatch(first:_:second:_:)``.
  public func masked(by mask: Mask) throws(VolumeError) -> Self {
    try requireMatch(of: "the volume", geometry, "the mask", mask.geometry)
    let count = geometry.voxelCount
    var result = self
    result.withMutableElements { elements in
      mask.voxels.withUnsafeBufferPointer { voxels in
        // The background is all zero bits, so that runs of it can be written as bytes.
        let bytes = UnsafeMutableRawBufferPointer(elements)
        let width = MemoryLayout<Element>.stride
        var index = 0
        while index < count {
          let start = index
          while index < count, !voxels[index] { index += 1 }
          for channel in 0..<channels where index > start {
            let first = (channel * count + start) * width
            let run = UnsafeMutableRawBufferPointer(
              rebasing: bytes[first..<first + (index - start) * width])
            run.initializeMemory(as: UInt8.self, repeating: 0)
          }
          while index < count, voxels[index] { index += 1 }
        }
      }
    }
    return result
  }
}

func requireMatch(
  of first: String, _ firstGeometry: Geometry, _ second: String, _ secondGeometry: Geometry
) throws(VolumeError) {
  guard firstGeometry.matches(secondGeometry) else {
    throw .geometryMismatch(first: first, firstGeometry, second: second, secondGeometry)
  }
}
