import Foundation
import Volumes

/// The grid that PyRadiomics resamples to: aligned with the edge of the mask's grid, cut to the region
/// and `padDistance` around it.
enum ResamplingGrid {
  /// The grid, or nil where the scan has these spacings already.
  ///
  /// - Parameter box: that around the region, in the mask's grid.
  static func grid(
    mask: Geometry, box: VoxelBox, spacing wanted: SIMD3<Double>, padDistance: Int
  ) throws(RadiomicsError) -> PhysicalGrid? {
    let source = PhysicalGrid(mask)
    var spacing = wanted.replacing(with: source.spacing, where: wanted .== 0)
    // Axes along which the region is one slice are left.
    spacing = spacing.replacing(with: source.spacing, where: SIMD3<Double>(box.size) .== 1)
    let isSame = (0..<3).allSatisfy {
      abs(source.spacing[$0] - spacing[$0]) <= 1e-8 + 1e-5 * abs(spacing[$0])
    }
    guard !isSame else { return nil }
    let ratio = source.spacing / spacing
    let pad = Double(padDistance)
    let last = (SIMD3<Double>(mask.size) * ratio).rounded(.up) - 1
    let low = ((SIMD3<Double>(box.low) - 0.5) * ratio - pad).rounded(.down)
      .clamped(lowerBound: .zero, upperBound: SIMD3(repeating: .infinity))
    var high = ((SIMD3<Double>(box.high) - 0.5) * ratio + pad).rounded(.up)
    high = high.replacing(with: last, where: high .> last)
    let size = high - low + 1
    guard size.x * size.y * size.z <= 4e9 else {
      throw .tooLarge(
        what: "a grid of \(size.x)x\(size.y)x\(size.z) voxels", remedy: "choose larger voxels")
    }
    let origin = 0.5 * (spacing - source.spacing) / source.spacing + low / ratio
    return PhysicalGrid(
      size: SIMD3<Int>(size), spacing: spacing, origin: source.point(ofIndex: origin),
      direction: source.direction)
  }
}
