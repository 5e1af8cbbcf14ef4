import Volumes

/// A rectangle of a slice, in millimetres from its upper left corner.
struct SliceWindow: Sendable {
  let centerX: Double
  let centerY: Double
  let width: Double
  let height: Double
}

/// What of a scan a montage shows: the body's bounding box, the cuts and the grey scale.
struct View: Sendable {
  /// The voxel in which the three cuts meet.
  let focus: SIMD3<Int>
  let intensity: IntensityWindow
  private let low: SIMD3<Int>
  private let high: SIMD3<Int>

  init(scan: Volume, labels: LabelMap) {
    let size = scan.geometry.size
    let samples = scan.samples.prefix(scan.geometry.voxelCount)
    // The background is the value of the corner, whether 0 or air's -1024.
    let background = samples.first ?? 0
    intensity = IntensityWindow(of: Array(samples), background: background)
    var low = size
    var high = SIMD3<Int>(repeating: -1)
    // The number of the lesion's voxels in each slice along each axis.
    var areas = (0..<3).map { [Int](repeating: 0, count: size[$0]) }
    let lesion = labels.mask(of: Set(labels.labels)).largestComponent(.corners).voxels
    var index = 0
    for k in 0..<size.z {
      for j in 0..<size.y {
        for i in 0..<size.x {
          if labels.voxels[index] != 0 || samples[index] != background {
            low = pointwiseMin(low, [i, j, k])
            high = pointwiseMax(high, [i, j, k])
          }
          if lesion[index] {
            areas[0][i] += 1
            areas[1][j] += 1
            areas[2][k] += 1
          }
          index += 1
        }
      }
    }
    if high.x < 0 {
      low = .zero
      high = size &- SIMD3(1, 1, 1)
    }
    self.low = low
    self.high = high
    var focus = (low &+ high) / 2
    for axis in 0..<3 {
      if let largest = areas[axis].max(), largest > 0 {
        focus[axis] = areas[axis].firstIndex(of: largest)!
      }
    }
    self.focus = focus
  }

  /// The bounding box in a slice, with a margin.
  func extent(in slice: VolumeSlice) -> SliceWindow {
    let a = slice.pixel(of: low)
    let b = slice.pixel(of: high)
    let margin = 12.0
    let width = Double(abs(a.column - b.column) + 1) * slice.columnWidth
    let height = Double(abs(a.row - b.row) + 1) * slice.rowHeight
    return SliceWindow(
      centerX: Double(a.column + b.column + 1) / 2 * slice.columnWidth,
      centerY: Double(a.row + b.row + 1) / 2 * slice.rowHeight,
      width: width + 2 * margin, height: height + 2 * margin)
  }
}
