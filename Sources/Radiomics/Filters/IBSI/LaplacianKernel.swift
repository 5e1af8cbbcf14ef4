import Foundation
import Volumes

/// The Laplacian of Gaussian within a box (IBSI-2 §3.2), as a sum of separable filters: the second
/// derivative along each axis of the Gaussian along all.
struct LaplacianKernel: Sendable {
  private let axes: [Int]
  /// The Gaussian and its second derivative along each axis, by voxels.
  private let gaussians: [Taps<Double>]
  private let curvatures: [Taps<Double>]
  /// How far the filter reaches along each axis.
  let reach: SIMD3<Int>

  init(sigma: Double, cutoff: Double, spacing: SIMD3<Double>, axes: [Int]) {
    self.axes = axes
    var reach = SIMD3<Int>.zero
    var gaussians: [Taps<Double>] = []
    var curvatures: [Taps<Double>] = []
    for axis in axes {
      let width = sigma / spacing[axis]
      reach[axis] = Int((cutoff * width + 0.5).rounded(.down))
      let places = (-reach[axis]...reach[axis]).map { Double($0 * $0) / (width * width) }
      let gaussian = places.map { exp(-$0 / 2) / (2 * Double.pi * width * width).squareRoot() }
      gaussians.append(Taps(convolving: gaussian))
      curvatures.append(
        Taps(convolving: zip(places, gaussian).map { ($0 - 1) / (width * width) * $1 }))
    }
    self.reach = reach
    self.gaussians = gaussians
    self.curvatures = curvatures
  }

  /// The response in a box, which may reach beyond the image.
  func response(in space: FilterSpace, box: VoxelBox) -> Block<Double> {
    let image = space.extended(space.whole, to: box.padded(by: reach))
    // The smoothed image, and the sum of what was derived twice along an axis before.
    var smoothed = image
    var derived: Block<Double>?
    for (axis, (gaussian, curvature)) in zip(gaussians, curvatures).enumerated() {
      let curved = smoothed.filtered(curvature, axis: axis, workers: space.workers)
      let before = derived?.filtered(gaussian, axis: axis, workers: space.workers)
      derived =
        before.map { Block(box: $0.box, voxels: zip($0.voxels, curved.voxels).map(+)) } ?? curved
      if axis < gaussians.count - 1 {
        smoothed = smoothed.filtered(gaussian, axis: axis, workers: space.workers)
      }
    }
    return derived ?? image
  }
}
