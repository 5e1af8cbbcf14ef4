/// Which voxels of a network's output (or of a map on the way to it) are wanted: a range of each row
/// along x. What is computed for the others may be anything.
///
/// Where a network looks at a brain, a box around it is half empty: leaving the rest out saves a
/// third and more of the work, and changes no bit of what is wanted.
public struct WantedVoxels: Sendable, Equatable {
  /// The extent of the map.
  public let size: Triple
  /// For row z * size.y + y the first voxel, and one past the last; 0, 0 for none.
  private var first: [Int32]
  private var end: [Int32]

  /// No voxel.
  public init(none size: Triple) {
    self.size = size
    first = [Int32](repeating: 0, count: size.z * size.y)
    end = first
  }

  /// All voxels.
  public init(all size: Triple) {
    self.init(none: size)
    end = [Int32](repeating: Int32(size.x), count: size.z * size.y)
  }

  /// The range that holds all wanted voxels of some rows of a slice.
  public func columns(_ z: Int, _ rows: Range<Int>) -> Range<Int> {
    var (low, high) = (Int32.max, Int32(0))
    for row in z * size.y + rows.lowerBound..<z * size.y + rows.upperBound
    where end[row] > first[row] {
      low = min(low, first[row])
      high = max(high, end[row])
    }
    return high == 0 ? 0..<0 : Int(low)..<Int(high)
  }

  /// Wants some voxels of a row too, and those between; what lies outside of the map is ignored.
  public mutating func insert(_ z: Int, _ y: Int, _ columns: Range<Int>) {
    guard 0..<size.z ~= z, 0..<size.y ~= y else { return }
    let columns = columns.clamped(to: 0..<size.x)
    guard !columns.isEmpty else { return }
    let row = z * size.y + y
    let isEmpty = end[row] == first[row]
    first[row] = isEmpty ? Int32(columns.lowerBound) : min(first[row], Int32(columns.lowerBound))
    end[row] = max(end[row], Int32(columns.upperBound))
  }

  /// Wants what another map wants too, whose first voxel lies at one of this map's.
  public mutating func formUnion(_ other: WantedVoxels, at origin: Triple = .zero) {
    for z in 0..<other.size.z {
      for y in 0..<other.size.y {
        let columns = other.columns(z, y..<y + 1)
        guard !columns.isEmpty else { continue }
        insert(
          origin.z + z, origin.y + y,
          origin.x + columns.lowerBound..<origin.x + columns.upperBound)
      }
    }
  }
}
