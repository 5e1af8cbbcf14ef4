import Volumes

/// A region's levels with a border of zeros, so that looking at neighbours needs no test for the
/// box's faces. The axis along which slices are stacked is the slowest.
struct LevelGrid: Sendable {
  /// The voxels of a row of the box from the first to the last of the region, in ``levels``.
  struct Row: Sendable {
    let start: Int
    let count: Int
  }

  /// Padded levels: as they are, or their places in ``DiscretisedRegion/occurring``, from 1.
  let levels: [Int32]
  /// The size of the padded grid.
  let size: SIMD3<Int>
  /// The distances in memory between neighbours along the grid's axes.
  let strides: SIMD3<Int>
  /// The distances in millimetres between neighbours along the grid's axes.
  let spacing: SIMD3<Double>
  /// The rows that hold voxels of the region, in the order of memory.
  let rows: [Row]
  /// The rows of each slice that holds voxels of the region.
  let slices: [Range<Int>]
  /// How many layers of zeros lie on each side.
  let border: Int

  /// - Parameters:
  ///   - border: how far neighbours are looked for.
  ///   - sliceAxis: the voxel axis that becomes the slowest.
  ///   - isCompressed: whether levels are replaced by their places among the levels that
  ///     occur.
  init(
    _ region: DiscretisedRegion, border: Int, sliceAxis: Int, isCompressed: Bool
  ) throws(RadiomicsError) {
    let axes = [0, 1, 2].filter { $0 != sliceAxis } + [sliceAxis]
    let box = region.geometry.size
    let boxStrides = SIMD3(1, box.x, box.x * box.y)
    func permuted<Scalar: SIMDScalar>(_ vector: SIMD3<Scalar>) -> SIMD3<Scalar> {
      SIMD3(vector[axes[0]], vector[axes[1]], vector[axes[2]])
    }
    let inner = permuted(box)
    let steps = permuted(boxStrides)
    let size = inner &+ 2 * border
    self.size = size
    spacing = permuted(region.geometry.spacing)
    strides = SIMD3(1, size.x, size.x * size.y)
    self.border = border
    // The box has at most 2^34 voxels and the border is at most a few dozen wide: no overflow.
    let total = size.x * size.y * size.z
    guard total < Int(Int32.max) else {
      throw .tooLarge(
        what: "a box of \(box.x)x\(box.y)x\(box.z) voxels around the region",
        remedy: "resample to larger voxels or divide the region")
    }
    var place = [Int32](0...Int32(region.levelCount))
    if isCompressed {
      for (index, level) in region.occurring.enumerated() { place[level] = Int32(index + 1) }
    }
    var padded = [Int32](repeating: 0, count: total)
    var rows: [Row] = []
    var slices: [Range<Int>] = []
    region.levels.withUnsafeBufferPointer { levels in
      padded.withUnsafeMutableBufferPointer { padded in
        for k in 0..<inner.z {
          let firstRow = rows.count
          for j in 0..<inner.y {
            let from = k * steps.z + j * steps.y
            let start = ((k + border) * size.y + j + border) * size.x + border
            var (first, last) = (-1, -1)
            for i in 0..<inner.x {
              let level = levels[from + i * steps.x]
              guard level != 0 else { continue }
              padded[start + i] = place[Int(level)]
              if first < 0 { first = i }
              last = i
            }
            if first >= 0 { rows.append(Row(start: start + first, count: last - first + 1)) }
          }
          if rows.count > firstRow { slices.append(firstRow..<rows.count) }
        }
      }
    }
    levels = padded
    self.rows = rows
    self.slices = slices
  }

  /// The rows of each part that has matrices of its own: of each slice, or all of them.
  func parts(_ aggregation: Aggregation) -> [ArraySlice<Row>] {
    aggregation.isPerSlice ? slices.map { rows[$0] } : [rows[...]]
  }

  /// The distance in memory to a neighbour.
  func step(_ offset: SIMD3<Int>) -> Int { (offset &* strides).wrappedSum() }

  /// The offsets to neighbours, one of each opposite pair.
  ///
  /// - Parameters:
  ///   - distances: the Chebyshev distances.
  ///   - isPlanar: whether neighbours are in the same slice.
  ///   - isWithinBox: leaves out those that lead out of the box from any of its voxels.
  func offsets(distances: [Int], isPlanar: Bool, isWithinBox: Bool) -> [SIMD3<Int>] {
    let reach = distances.max() ?? 0
    let inner = size &- 2 * border
    var offsets: [SIMD3<Int>] = []
    for z in isPlanar ? 0...0 : 0...reach {
      for y in -reach...reach {
        for x in -reach...reach {
          // The first that is not 0, from the slowest axis on, is positive.
          guard (z, y, x) > (0, 0, 0), distances.contains(max(z, abs(y), abs(x))) else { continue }
          if isWithinBox, z >= inner.z || abs(y) >= inner.y || abs(x) >= inner.x { continue }
          offsets.append(SIMD3(x, y, z))
        }
      }
    }
    return offsets
  }

  /// The distances in memory to all neighbours, ascending.
  func neighbours(distances: [Int], isPlanar: Bool) -> [Int] {
    let half = offsets(distances: distances, isPlanar: isPlanar, isWithinBox: false).map(step)
    return (half.map { -$0 } + half).sorted()
  }
}
