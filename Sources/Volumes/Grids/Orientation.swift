/// The anatomical directions in which the three voxel axes of a grid run.
///
/// Each axis is matched with one world axis, so that the three always differ.
public struct Orientation: Sendable, Hashable {
  /// For each voxel axis, the world axis (0 right, 1 anterior, 2 superior) it is nearest to.
  public let worldAxis: SIMD3<Int>
  /// For each voxel axis, whether it runs against its world axis: to the left, posterior, inferior.
  public let flipped: [Bool]

  /// Right, anterior, superior.
  public static let ras = Orientation(worldAxis: [0, 1, 2], flipped: [false, false, false])

  /// The same directions but for the third axis, which runs the other way.
  public var withThirdReversed: Orientation {
    Orientation(worldAxis: worldAxis, flipped: [flipped[0], flipped[1], !flipped[2]])
  }

  init(worldAxis: SIMD3<Int>, flipped: [Bool]) {
    self.worldAxis = worldAxis
    self.flipped = flipped
  }
}

extension Orientation: LosslessStringConvertible {
  /// Reads three letters, such as `RAS` or `lps`: where each voxel axis runs to.
  ///
  /// Nil unless there is one letter of each of the pairs R/L, A/P and S/I.
  public init?(_ letters: String) {
    var worldAxis: [Int] = []
    var flipped: [Bool] = []
    for letter in letters.uppercased() {
      guard let axis = Self.letters.firstIndex(where: { $0.contains(letter) }) else { return nil }
      worldAxis.append(axis)
      flipped.append(letter == Self.letters[axis][1])
    }
    guard worldAxis.count == 3, Set(worldAxis).count == 3 else { return nil }
    self.init(worldAxis: SIMD3(worldAxis), flipped: flipped)
  }

  /// Three letters, such as `RAS` or `LPS`: where each voxel axis runs to.
  public var description: String {
    String((0..<3).map { Self.letters[worldAxis[$0]][flipped[$0] ? 1 : 0] })
  }

  /// For each world axis, the letter of its direction and of the opposite one.
  private static let letters: [[Character]] = [["R", "L"], ["A", "P"], ["S", "I"]]
}

extension Geometry {
  /// The anatomical directions of the voxel axes: each matched with the world axis nearest to it,
  /// the closest pair first.
  ///
  /// Flipping or exchanging the axes of a grid flips or exchanges the letters, also where an axis
  /// is as near to one world axis as to another.
  public var orientation: Orientation {
    let directions = (0..<3).map { affine[$0] / length(affine[$0]) }
    var worldAxis = SIMD3<Int>(repeating: -1)
    var flipped = [false, false, false]
    var freeVoxelAxes = [0, 1, 2]
    var freeWorldAxes = [0, 1, 2]
    while !freeVoxelAxes.isEmpty {
      let pairs = freeVoxelAxes.flatMap { voxel in
        freeWorldAxes.map { AxisPair(voxel: voxel, world: $0, direction: directions[voxel]) }
      }
      // Three axes are free, or two, or one: there is always a pair.
      let best = pairs.dropFirst().reduce(pairs[0]) { $1.isCloser(than: $0) ? $1 : $0 }
      worldAxis[best.voxel] = best.world
      flipped[best.voxel] = directions[best.voxel][best.world] < 0
      freeVoxelAxes.removeAll { $0 == best.voxel }
      freeWorldAxes.removeAll { $0 == best.world }
    }
    return Orientation(worldAxis: worldAxis, flipped: flipped)
  }
}

/// A voxel axis and a world axis that may be matched.
private struct AxisPair {
  let voxel: Int
  let world: Int
  /// Made to run along the world axis, not against it.
  let direction: SIMD3<Double>

  init(voxel: Int, world: Int, direction: SIMD3<Double>) {
    self.voxel = voxel
    self.world = world
    self.direction = direction[world] < 0 ? 0 - direction : direction
  }

  /// By the cosine; ties are broken by what does not depend on the order and sense of voxel axes.
  func isCloser(than other: AxisPair) -> Bool {
    if direction[world] != other.direction[other.world] {
      return direction[world] > other.direction[other.world]
    }
    if world != other.world { return world < other.world }
    for axis in 0..<3 where direction[axis] != other.direction[axis] {
      return direction[axis] > other.direction[axis]
    }
    return false
  }
}
