extension Gridded {
  /// The voxels in a box; each keeps its place in space.
  ///
  /// - Parameters:
  ///   - box: may reach beyond the grid.
  ///   - outside: the value of voxels that lie beyond the grid; ``background`` where nil.
  /// - Throws: ``VolumeError/invalidGeometry(_:)`` where the box has too many voxels.
  public func cropped(
    to box: VoxelBox, outside: Element? = nil
  ) throws(VolumeError) -> Self {
    let part = try geometry.cropped(to: box)
    let count = part.voxelCount.multipliedReportingOverflow(by: channels)
    guard !count.overflow else {
      throw .invalidGeometry("\(channels) channels of \(part) are too large")
    }
    var result = replacing(
      [Element](repeating: outside ?? Self.background, count: count.partialValue), on: part)
    if let shared = box.clamped(to: geometry) {
      copyRows(
        from: self, at: shared.low, to: &result, at: shared.low &- box.low, size: shared.size)
    }
    return result
  }

  /// Writes a part, such as one that was cropped, over the voxels from `low` on.
  ///
  /// What of the part lies beyond the grid is left out. The part's affine plays no role.
  ///
  /// - Throws: ``VolumeError/channelCount(found:expected:)``.
  public mutating func paste(_ part: Self, at low: SIMD3<Int>) throws(VolumeError) {
    guard part.channels == channels else {
      throw .channelCount(found: part.channels, expected: channels)
    }
    guard let shared = VoxelBox(low: low, high: low &+ part.geometry.size)?.clamped(to: geometry)
    else { return }
    copyRows(from: part, at: shared.low &- low, to: &self, at: shared.low, size: shared.size)
  }
}

/// Copies a box of voxels that lies in both grids.
private func copyRows<Grid: Gridded>(
  from source: Grid, at sourceLow: SIMD3<Int>, to target: inout Grid, at targetLow: SIMD3<Int>,
  size: SIMD3<Int>
) {
  let (from, to) = (source.geometry, target.geometry)
  let channels = source.channels
  target.withMutableElements { target in
    source.elements.withUnsafeBufferPointer { source in
      for channel in 0..<channels {
        for k in 0..<size.z {
          for j in 0..<size.y {
            let first = sourceLow &+ SIMD3(0, j, k)
            let start = channel * from.voxelCount + from.offset(first.x, first.y, first.z)
            let place = targetLow &+ SIMD3(0, j, k)
            let end = channel * to.voxelCount + to.offset(place.x, place.y, place.z)
            (target.baseAddress! + end).update(from: source.baseAddress! + start, count: size.x)
          }
        }
      }
    }
  }
}

extension Mask {
  /// The smallest box that holds all voxels of the set, or nil for the empty set.
  public var boundingBox: VoxelBox? {
    var low = geometry.size
    var high = SIMD3<Int>.zero
    voxels.withUnsafeBufferPointer { voxels in
      for k in 0..<geometry.size.z {
        for j in 0..<geometry.size.y {
          let start = geometry.offset(0, j, k)
          let row = voxels[start..<start + geometry.size.x]
          guard let first = row.firstIndex(of: true), let last = row.lastIndex(of: true) else {
            continue
          }
          low = [min(low.x, first - start), min(low.y, j), min(low.z, k)]
          high = [max(high.x, last - start + 1), max(high.y, j + 1), k + 1]
        }
      }
    }
    return VoxelBox(low: low, high: high)
  }
}
