import Volumes

/// One cut through a grid as a plane of pixels: where each pixel's voxel is.
///
/// The grid's own axes are used; for an oblique grid the anatomical plane is the one that its cut is
/// nearest to.
struct VolumeSlice: Sendable {
  let plane: AnatomicalPlane
  /// The number of voxels in a row and in a column.
  let columns: Int
  let rows: Int
  /// The extent of a voxel along a row and along a column, in millimetres.
  let columnWidth: Double
  let rowHeight: Double
  private let first: Int
  private let columnStride: Int
  private let rowStride: Int
  private let axes: (horizontal: Int, vertical: Int, normal: Int)
  private let isFlipped: (horizontal: Bool, vertical: Bool)
  private let size: SIMD3<Int>

  /// - Parameter voxel: a voxel that the cut goes through.
  init(_ geometry: Geometry, plane: AnatomicalPlane, through voxel: SIMD3<Int>) {
    let orientation = geometry.orientation
    func voxelAxis(_ world: Int) -> Int {
      (0..<3).first { orientation.worldAxis[$0] == world }!
    }
    axes = (voxelAxis(plane.horizontal), voxelAxis(plane.vertical), voxelAxis(plane.normal))
    // Pixels run against the world axes; see ``AnatomicalPlane``.
    isFlipped = (!orientation.flipped[axes.horizontal], !orientation.flipped[axes.vertical])
    self.plane = plane
    size = geometry.size
    columns = size[axes.horizontal]
    rows = size[axes.vertical]
    // Voxels that no scanner makes are drawn as if they were of a size that can be computed with.
    columnWidth = min(1e6, max(1e-6, geometry.spacing[axes.horizontal]))
    rowHeight = min(1e6, max(1e-6, geometry.spacing[axes.vertical]))
    let strides = [1, size.x, size.x * size.y]
    columnStride = strides[axes.horizontal] * (isFlipped.horizontal ? -1 : 1)
    rowStride = strides[axes.vertical] * (isFlipped.vertical ? -1 : 1)
    first =
      voxel[axes.normal] * strides[axes.normal]
      + (isFlipped.horizontal ? (columns - 1) * strides[axes.horizontal] : 0)
      + (isFlipped.vertical ? (rows - 1) * strides[axes.vertical] : 0)
  }

  /// The position in memory of a pixel's voxel.
  func offset(column: Int, row: Int) -> Int {
    first + column * columnStride + row * rowStride
  }

  /// The pixel that shows a voxel, or the voxel of the slice that is nearest to it.
  func pixel(of voxel: SIMD3<Int>) -> (column: Int, row: Int) {
    let column = voxel[axes.horizontal]
    let row = voxel[axes.vertical]
    return (
      isFlipped.horizontal ? columns - 1 - column : column,
      isFlipped.vertical ? rows - 1 - row : row
    )
  }

  /// The number of the slice, from 1, and how many there are along the normal.
  func number(through voxel: SIMD3<Int>) -> (number: Int, count: Int) {
    (voxel[axes.normal] + 1, size[axes.normal])
  }

  /// The value between the centres of pixels, linear in both directions, the border's beyond it.
  func interpolate(column: Double, row: Double, _ value: (Int) -> Double) -> Double {
    let column = min(Double(columns - 1), max(0, column))
    let row = min(Double(rows - 1), max(0, row))
    let left = min(Int(column), max(0, columns - 2))
    let top = min(Int(row), max(0, rows - 2))
    let right = min(left + 1, columns - 1)
    let bottom = min(top + 1, rows - 1)
    let x = column - Double(left)
    let y = row - Double(top)
    let upper =
      (1 - x) * value(offset(column: left, row: top)) + x * value(offset(column: right, row: top))
    let lower =
      (1 - x) * value(offset(column: left, row: bottom))
      + x * value(offset(column: right, row: bottom))
    return (1 - y) * upper + y * lower
  }
}
