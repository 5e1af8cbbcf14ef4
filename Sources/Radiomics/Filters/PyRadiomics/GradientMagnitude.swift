import Parallel
import Volumes

/// The length of the intensity's gradient by central differences, as ITK computes it: beyond the image
/// its outermost voxels go on, and the result is in single precision.
struct GradientMagnitude: Sendable {
  /// Whether the gradient is one by millimetres; else it is one by voxels.
  let usesSpacing: Bool

  /// The gradient's length in a box.
  func filtered(_ image: Image, in box: VoxelBox, workers: Workers) -> [Double] {
    let (size, extent) = (image.geometry.size, box.size)
    let spacing = usesSpacing ? image.geometry.spacing : SIMD3(1, 1, 1)
    let weight = 0.5 * (1 / spacing)
    let count = extent.x * extent.y * extent.z
    return [Double](unsafeUninitializedCapacity: count) { target, initialized in
      nonisolated(unsafe) let target = target.baseAddress!
      image.intensities.withUnsafeBufferPointer { source in
        nonisolated(unsafe) let source = source.baseAddress!
        workers.forEach(extent.z) { plane, _ in
          let z = plane + box.low.z
          let (below, above) = (max(z - 1, 0), min(z + 1, size.z - 1))
          for row in 0..<extent.y {
            let y = row + box.low.y
            let (before, after) = (max(y - 1, 0), min(y + 1, size.y - 1))
            let line = source + (z * size.y + y) * size.x
            let lineBefore = source + (z * size.y + before) * size.x
            let lineAfter = source + (z * size.y + after) * size.x
            let lineBelow = source + (below * size.y + y) * size.x
            let lineAbove = source + (above * size.y + y) * size.x
            let out = target + (plane * extent.y + row) * extent.x
            for x in box.low.x..<box.high.x {
              let (left, right) = (max(x - 1, 0), min(x + 1, size.x - 1))
              let dx = weight.x * line[right] - weight.x * line[left]
              let dy = weight.y * lineAfter[x] - weight.y * lineBefore[x]
              let dz = weight.z * lineAbove[x] - weight.z * lineBelow[x]
              let length = (dx * dx + dy * dy + dz * dz).squareRoot()
              (out + x - box.low.x).initialize(to: Double(Float(length)))
            }
          }
        }
      }
      initialized = count
    }
  }
}
