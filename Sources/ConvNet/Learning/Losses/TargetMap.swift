/// What each voxel of an image should become, with the axes (z, y, x), x fastest.
public struct TargetMap: Sendable, Hashable {
  /// The class of voxels that do not count.
  public static let ignored: UInt8 = 255

  /// The extent of each axis.
  public let size: Triple
  /// The voxels' classes, or ``ignored``.
  ///
  /// A class is the number of the output channel, or a value of which a loss's regions are made
  /// (``SegmentationLoss/regions``).
  public var classes: [UInt8]

  /// - Precondition: the number of classes fits the size.
  public init(size: Triple, classes: [UInt8]) {
    precondition(classes.count == size.z * size.y * size.x)
    self.size = size
    self.classes = classes
  }

  /// The map on a grid of another size over the same extent: each voxel takes the class of the voxel
  /// in which its centre lies, as nnU-Net does for deep supervision.
  public func resampled(to other: Triple) -> TargetMap {
    if other == size { return self }
    func places(_ axis: Int) -> [Int] {
      (0..<other[axis]).map { (2 * $0 + 1) * size[axis] / (2 * other[axis]) }
    }
    let (zs, ys, xs) = (places(0), places(1), places(2))
    var result: [UInt8] = []
    result.reserveCapacity(other.z * other.y * other.x)
    for z in zs {
      for y in ys {
        let row = (z * size.y + y) * size.x
        for x in xs { result.append(classes[row + x]) }
      }
    }
    return TargetMap(size: other, classes: result)
  }
}
