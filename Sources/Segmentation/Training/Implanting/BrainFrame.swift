internal import Basics
import Foundation
internal import Volumes

/// The box around a brain in RAS+ millimetres: by it places of one brain are found again in another,
/// well enough to put a lesion where lesions of its kind grow.
struct BrainFrame: Sendable, Hashable {
  let centre: SIMD3<Double>
  let size: SIMD3<Double>

  /// - Returns: nil for a mask that is empty or flat.
  init?(of brain: Mask) {
    let geometry = brain.geometry
    var low = SIMD3<Double>(repeating: .infinity)
    var high = SIMD3<Double>(repeating: -.infinity)
    for k in 0..<geometry.size.z {
      for j in 0..<geometry.size.y {
        let row = geometry.offset(0, j, k)
        let line = brain.voxels[row..<row + geometry.size.x]
        guard let first = line.firstIndex(of: true), let last = line.lastIndex(of: true) else {
          continue
        }
        for i in [first - row, last - row] {
          let point = geometry.world(at: SIMD3(Double(i), Double(j), Double(k)))
          low = pointwiseMin(low, point)
          high = pointwiseMax(high, point)
        }
      }
    }
    guard low.x.isFinite, (high - low).min() > 0 else { return nil }
    centre = (low + high) / 2
    size = high - low
  }

  /// A map of millimetres that lays this frame over another: turned a little, moved a little, and
  /// mirrored at every second time, all by chance.
  func placement(in host: BrainFrame, random: inout SplitMix) -> Affine {
    let angles = (0..<3).map { _ in random.uniform(-8, 8) * .pi / 180 }
    let shift = SIMD3(random.uniform(-5, 5), random.uniform(-5, 5), random.uniform(-5, 5))
    let ratio = host.size / size
    let (c, s) = (angles.map { cos($0) }, angles.map { sin($0) })
    var map = Affine(
      i: SIMD3(c[1] * c[2], c[1] * s[2], -s[1]) * ratio.x,
      j: SIMD3(
        s[0] * s[1] * c[2] - c[0] * s[2], s[0] * s[1] * s[2] + c[0] * c[2], s[0] * c[1]) * ratio.y,
      k: SIMD3(
        c[0] * s[1] * c[2] + s[0] * s[2], c[0] * s[1] * s[2] - s[0] * c[2], c[0] * c[1]) * ratio.z,
      origin: .zero)
    if random.chance(0.5) { map.i = -map.i }
    map.origin = host.centre + shift - map.apply(centre)
    return map
  }
}
