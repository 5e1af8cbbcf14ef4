import Parallel
import Volumes

/// How alike the intensities of near voxels are: Moran's I and Geary's C, with the inverse of the distance
/// as the weight of each pair (IBSI 3.1.28, 3.1.29).
///
/// The weights depend on the difference of positions alone, so that the sums over all pairs are
/// convolutions: they are found by Fourier transforms instead of pair by pair.
struct SpatialAutocorrelation {
  let moransI: Double
  let gearysC: Double

  /// The most voxels of the padded box.
  private static let largestBox = 1 << 26

  /// The measures, NaN where all intensities are the same; nil where the box is too large.
  init?(_ region: Region, workers: Workers) {
    guard let box = region.mask.box(in: region.geometry.size) else { return nil }
    let size = box.size
    let padded = SIMD3(
      FourierTransform.friendlyLength(from: 2 * size.x - 1),
      FourierTransform.friendlyLength(from: 2 * size.y - 1),
      FourierTransform.friendlyLength(from: 2 * size.z - 1))
    let (plane, overflow) = padded.x.multipliedReportingOverflow(by: padded.y)
    guard !overflow, plane <= SpatialAutocorrelation.largestBox,
      plane * padded.z <= SpatialAutocorrelation.largestBox
    else { return nil }
    let mask = box.elements(of: region.mask, size: region.geometry.size)
    let intensities = box.elements(of: region.intensities, size: region.geometry.size)
    let moments = Moments(intensities, mask)

    // The differences from the mean as the real part, the mask as the imaginary one.
    var field = Spectrum([Double](repeating: 0, count: plane * padded.z), size: padded)
    var weights = field
    let spacing = region.geometry.spacing
    for z in 0..<size.z {
      for y in 0..<size.y {
        let (source, target) = ((z * size.y + y) * size.x, (z * padded.y + y) * padded.x)
        for x in 0..<size.x where mask[source + x] {
          field.real[target + x] = intensities[source + x] - moments.mean
          field.imaginary[target + x] = 1
        }
      }
    }
    for z in 0..<padded.z {
      for y in 0..<padded.y {
        for x in 0..<padded.x {
          let steps = SIMD3(
            Double(min(x, padded.x - x)), Double(min(y, padded.y - y)),
            Double(min(z, padded.z - z)))
          let distance = dot(steps * spacing, steps * spacing).squareRoot()
          weights.real[(z * padded.y + y) * padded.x + x] = distance > 0 ? 1 / distance : 0
        }
      }
    }
    field.transform(along: [0, 1, 2], isInverse: false, workers: workers)
    weights.transform(along: [0, 1, 2], isInverse: false, workers: workers)
    // The weights are even: their spectrum is real.
    for index in field.real.indices {
      field.real[index] *= weights.real[index]
      field.imaginary[index] *= weights.real[index]
    }
    field.transform(along: [0, 1, 2], isInverse: true, workers: workers)

    var (total, products, squares) = (0.0, 0.0, 0.0)
    for z in 0..<size.z {
      for y in 0..<size.y {
        let (source, target) = ((z * size.y + y) * size.x, (z * padded.y + y) * padded.x)
        for x in 0..<size.x where mask[source + x] {
          let difference = intensities[source + x] - moments.mean
          total += field.imaginary[target + x]
          products += difference * field.real[target + x]
          squares += difference * difference * field.imaginary[target + x]
        }
      }
    }
    let count = Double(moments.count)
    let sum = count * moments.deviation * moments.deviation
    moransI = count / total * products / sum
    // The sum of w (a - b)² over pairs is twice that of w a² less that of w a b.
    gearysC = (count - 1) / (2 * total) * 2 * (squares - products) / sum
  }
}
