/// The anatomical directions in which the three voxel axes of a grid run.
///
/// Each axis is matched with the world axis that it is nearest to, so that the three always differ,
/// as nibabel's `io_orientation` does it.
public struct Orientation: Sendable, Hashable {
  /// For each voxel axis, the world axis (0 right, 1 anterior, 2 superior) it is nearest to.
  public let worldAxis: SIMD3<Int>
  /// For each voxel axis, whether it runs against its world axis: to the left, posterior, inferior.
  public let flipped: [Bool]

  /// Right, anterior, superior.
  public static let ras = Orientation(worldAxis: [0, 1, 2], flipped: [false, false, false])

  init(worldAxis: SIMD3<Int>, flipped: [Bool]) {
    self.worldAxis = worldAxis
    self.flipped = flipped
  }
}

extension Orientation: CustomStringConvertible {
  /// Three letters, such as `RAS` or `LPS`: where each voxel axis runs to.
  public var description: String {
    let letters: [(String, String)] = [("R", "L"), ("A", "P"), ("S", "I")]
    return (0..<3).map { axis in
      let letter = letters[worldAxis[axis]]
      return flipped[axis] ? letter.1 : letter.0
    }.joined()
  }
}

extension Geometry {
  /// The anatomical directions of the voxel axes.
  public var orientation: Orientation {
    // Greedy on the direction cosines: the strongest pair first.
    var worldAxis = SIMD3<Int>(repeating: -1)
    var flipped = [false, false, false]
    var freeVoxelAxes = [0, 1, 2]
    var freeWorldAxes = [0, 1, 2]
    while !freeVoxelAxes.isEmpty {
      var best = (voxel: freeVoxelAxes[0], world: freeWorldAxes[0], cosine: 0.0)
      for voxel in freeVoxelAxes {
        let direction = affine[voxel] / length(affine[voxel])
        for world in freeWorldAxes where abs(direction[world]) > abs(best.cosine) {
          best = (voxel, world, direction[world])
        }
      }
      worldAxis[best.voxel] = best.world
      flipped[best.voxel] = best.cosine < 0
      freeVoxelAxes.removeAll { $0 == best.voxel }
      freeWorldAxes.removeAll { $0 == best.world }
    }
    return Orientation(worldAxis: worldAxis, flipped: flipped)
  }
}
