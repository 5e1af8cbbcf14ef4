import Foundation
public import Parallel
public import Volumes

extension SegmentSet {
  /// Whether each voxel is one of another grid, which may be larger or smaller and have its axes in
  /// another order, so that nothing has to be resampled.
  public func isAligned(with target: Geometry) -> Bool {
    geometry.box(in: target) != nil
  }

  /// The segments on another grid: each voxel has the label of the nearest one.
  ///
  /// Where ``isAligned(with:)`` no voxel is changed. Voxels beyond the target are lost, with a
  /// warning.
  public func moved(to target: Geometry, workers: Workers) -> SegmentSet {
    guard !geometry.matches(target) else { return self }
    let isAligned = isAligned(with: target)
    let moved = layers.map { $0.resampled(to: target, workers: workers) }
    // A label is in one layer only.
    let counts = zip(layers, moved).map { layer, moved in
      (layer.labelCounts, moved.labelCounts)
    }
    var warnings = warnings
    if isAligned {
      let lost = counts.reduce(0) { sum, pair in
        sum + pair.0.values.reduce(0, +) - pair.1.values.reduce(0, +)
      }
      if lost > 0 { warnings.append("\(lost) voxels lie beyond the image and are left out") }
    } else {
      warnings.append("resampled to the nearest voxel, since its grid is another one")
    }
    return SegmentSet(
      path: path, geometry: target,
      segments: segments.map { segment in
        Segment(
          number: segment.number, name: segment.name, label: segment.label, layer: segment.layer,
          voxels: counts[segment.layer].1[segment.label] ?? 0)
      },
      layers: moved, overlaps: overlaps, warnings: warnings)
  }
}

extension LabelMap {
  /// How many voxels each label has, without the background.
  fileprivate var labelCounts: [UInt16: Int] {
    var counts = [Int](repeating: 0, count: Int(UInt16.max) + 1)
    for voxel in voxels { counts[Int(voxel)] += 1 }
    var result: [UInt16: Int] = [:]
    for (label, count) in counts.enumerated().dropFirst() where count > 0 {
      result[UInt16(label)] = count
    }
    return result
  }
}

extension Geometry {
  /// Where this grid lies in another one that has the same voxels, in the other's axes; nil where it
  /// is between the other's voxels, or far from them.
  func box(in target: Geometry) -> VoxelBox? {
    let own = reoriented(to: target.orientation)
    let low = target.voxel(at: own.affine.origin).rounded(.toNearestOrAwayFromZero)
    guard abs(low).max() < 1e6 else { return nil }
    let first = SIMD3<Int>(low)
    guard let box = VoxelBox(low: first, high: first &+ own.size),
      let part = try? target.cropped(to: box), part.matches(own)
    else { return nil }
    return box
  }

  /// The smallest grid that holds this one and another with the same voxels, with this one's axes; nil
  /// where voxels of the other lie between those of this one, or so far away that nearly all of the
  /// result would be empty.
  public func joined(with other: Geometry) -> Geometry? {
    guard let box = other.box(in: self),
      let joined = try? cropped(to: VoxelBox(self).union(box)),
      joined.voxelCount <= max(1 << 28, 8 * (voxelCount + other.voxelCount))
    else { return nil }
    return joined
  }
}

/// The absolute values.
private func abs(_ vector: SIMD3<Double>) -> SIMD3<Double> {
  vector.replacing(with: 0 - vector, where: vector .< 0)
}
