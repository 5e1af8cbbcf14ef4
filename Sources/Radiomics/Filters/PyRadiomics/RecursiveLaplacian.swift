import Parallel
import Volumes

/// PyRadiomics' Laplacian of Gaussian: ITK's recursive filters along lines.
///
/// The second derivative along each axis of the image that is smoothed along the others, multiplied by
/// `sigma²`, summed up over the axes. Lines are computed in double precision, but the images in between
/// are stored in single precision, as ITK does.
struct RecursiveLaplacian: Sendable {
  /// The standard deviation in millimetres.
  let sigma: Double

  /// Whether PyRadiomics would filter an image of this grid: each axis has 4 voxels and more, and one
  /// more than sigma spans.
  func applies(to geometry: Geometry) -> Bool {
    let spacing = geometry.spacing
    return (0..<3).allSatisfy { axis in
      let size = geometry.size[axis]
      return size >= RecursiveGaussian.shortestLine
        && Double(size) >= (sigma / spacing[axis]).rounded(.up) + 1
    }
  }

  /// The filtered image in a box.
  func filtered(_ image: Image, in box: VoxelBox, workers: Workers) -> [Double] {
    let size = image.geometry.size
    let spacing = image.geometry.spacing
    let count = image.geometry.voxelCount
    let extent = box.size
    var total = [Float](repeating: 0, count: extent.x * extent.y * extent.z)
    var work = [Float](repeating: 0, count: count)
    for axis in 0..<3 {
      let others = (0..<3).filter { $0 != axis }
      // Each pass needs only the lines that the later ones read.
      var lines = VoxelBox(low: .zero, high: size)!
      func restrict(_ axis: Int) {
        var (low, high) = (lines.low, lines.high)
        low[axis] = box.low[axis]
        high[axis] = box.high[axis]
        lines = VoxelBox(low: low, high: high)!
      }
      let derivative = RecursiveGaussian(
        .secondDerivative, sigma: sigma, spacing: spacing[axis])
      image.intensities.withUnsafeBufferPointer { source in
        work.withUnsafeMutableBufferPointer { target in
          filterLines(
            derivative, source.baseAddress!, target.baseAddress!, size: size, axis: axis,
            lines: lines, workers: workers)
        }
      }
      restrict(axis)
      for other in others {
        let smoothing = RecursiveGaussian(.smoothing, sigma: sigma, spacing: spacing[other])
        work.withUnsafeMutableBufferPointer { values in
          filterLines(
            smoothing, UnsafePointer(values.baseAddress!), values.baseAddress!, size: size,
            axis: other, lines: lines, workers: workers)
        }
        restrict(other)
      }
      let scale = 1 / (spacing[axis] * spacing[axis])
      for z in 0..<extent.z {
        for y in 0..<extent.y {
          let row = ((z + box.low.z) * size.y + y + box.low.y) * size.x + box.low.x
          let target = (z * extent.y + y) * extent.x
          for x in 0..<extent.x {
            total[target + x] = Float(Double(total[target + x]) + Double(work[row + x]) * scale)
          }
        }
      }
    }
    return total.map(Double.init)
  }
}

/// Filters the lines along an axis that pass through a box; source and target may be the same.
private func filterLines<Sample: BinaryFloatingPoint & Sendable>(
  _ filter: RecursiveGaussian, _ source: UnsafePointer<Sample>,
  _ target: UnsafeMutablePointer<Float>,
  size: SIMD3<Int>, axis: Int, lines: VoxelBox, workers: Workers
) {
  let strides = SIMD3(1, size.x, size.x * size.y)
  let length = size[axis]
  let step = strides[axis]
  // Lines that lie side by side in memory are filtered together; along x, those of neighbouring rows.
  let beside = axis == 0 ? 1 : 0
  let beyond = axis == 2 ? 1 : 2
  let groups =
    (lines.size[beside] + RecursiveGaussian.lanes - 1) / RecursiveGaussian.lanes
  nonisolated(unsafe) let source = source
  nonisolated(unsafe) let target = target
  workers.forEachRange(of: lines.size[beyond] * groups, chunk: max(1, 65_536 / (8 * length))) {
    range, _ in
    withUnsafeTemporaryAllocation(of: RecursiveGaussian.Lanes.self, capacity: 3 * length) { room in
      let data = room.baseAddress!
      let (result, scratch) = (data + length, data + 2 * length)
      data.initialize(repeating: .zero, count: 3 * length)
      let flat = UnsafeMutableRawPointer(data).assumingMemoryBound(to: Double.self)
      let filtered = UnsafeRawPointer(result).assumingMemoryBound(to: Double.self)
      for group in range {
        let first = lines.low[beside] + group % groups * RecursiveGaussian.lanes
        let start =
          first * strides[beside] + (lines.low[beyond] + group / groups) * strides[beyond]
        let lanes = min(RecursiveGaussian.lanes, lines.high[beside] - first)
        let laneStep = strides[beside]
        for i in 0..<length {
          let from = source + start + i * step
          for lane in 0..<lanes { flat[8 * i + lane] = Double(from[lane * laneStep]) }
        }
        filter.filter(data, into: result, scratch: scratch, count: length)
        for i in 0..<length {
          let to = target + start + i * step
          for lane in 0..<lanes { to[lane * laneStep] = Float(filtered[8 * i + lane]) }
        }
      }
    }
  }
}
