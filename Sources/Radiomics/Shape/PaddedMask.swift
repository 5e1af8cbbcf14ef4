import Volumes

/// A set of voxels with a layer of background around it, a byte each: 1 inside and 0 outside.
struct PaddedMask: Sendable {
  /// The number of voxels along each axis with the layer.
  let size: SIMD3<Int>
  /// The distances between voxel centres in millimetres.
  let spacing: SIMD3<Double>
  let bytes: [UInt8]

  /// The smallest box around the voxels that are true, and a layer around that; nil where there is none.
  init?(_ voxels: [Bool], on geometry: Geometry) {
    guard let box = voxels.box(in: geometry.size) else { return nil }
    let size = box.size &+ 2
    self.size = size
    spacing = geometry.spacing
    bytes = [UInt8](unsafeUninitializedCapacity: size.x * size.y * size.z) { bytes, count in
      bytes.initialize(repeating: 0)
      voxels.withUnsafeBufferPointer { voxels in
        for k in box.low.z..<box.high.z {
          for j in box.low.y..<box.high.y {
            let source = geometry.offset(box.low.x, j, k)
            let target =
              ((k - box.low.z + 1) * size.y + (j - box.low.y + 1)) * size.x + 1
            for i in 0..<size.x - 2 where voxels[source + i] { bytes[target + i] = 1 }
          }
        }
      }
      count = size.x * size.y * size.z
    }
  }
}

extension [Bool] {
  /// The smallest box around the elements that are true, of an array over a grid; nil for none.
  func box(in size: SIMD3<Int>) -> VoxelBox? {
    var low = size
    var high = SIMD3<Int>.zero
    withUnsafeBufferPointer { voxels in
      for k in 0..<size.z {
        for j in 0..<size.y {
          let row = UnsafeBufferPointer(
            rebasing: voxels[(k * size.y + j) * size.x..<(k * size.y + j + 1) * size.x])
          guard let first = row.firstIndex(of: true), let last = row.lastIndex(of: true) else {
            continue
          }
          low = SIMD3(Swift.min(low.x, first), Swift.min(low.y, j), Swift.min(low.z, k))
          high = SIMD3(Swift.max(high.x, last + 1), Swift.max(high.y, j + 1), k + 1)
        }
      }
    }
    return VoxelBox(low: low, high: high)
  }
}
