import Foundation
import Volumes

/// PyRadiomics' images of transformed intensities: each keeps the largest absolute value `m` of the
/// whole image.
public enum IntensityTransform: String, Sendable, Hashable, CaseIterable, Codable {
  /// `(x / sqrt(m))²`.
  case square
  /// `sqrt(m |x|)`, with the sign of `x`.
  case squareRoot = "squareroot"
  /// `m ln(|x| + 1) / ln(m + 1)`, with the sign of `x`.
  case logarithm
  /// `exp(x ln(m) / m)`.
  case exponential

  /// The transformed intensities in a box.
  func values(of image: Image, in box: VoxelBox) -> [Double] {
    var largest = 0.0
    for value in image.intensities { largest = Swift.max(largest, abs(value)) }
    let apply: (Double) -> Double
    switch self {
    case .square:
      let scale = 1 / largest.squareRoot()
      apply = { (scale * $0) * (scale * $0) }
    case .squareRoot:
      apply = { x in
        x > 0 ? (x * largest).squareRoot() : x < 0 ? -(-x * largest).squareRoot() : x
      }
    case .logarithm:
      let scale = largest / log(largest + 1)
      apply = { x in (x > 0 ? log(x + 1) : x < 0 ? -log(-(x - 1)) : x) * scale }
    case .exponential:
      let rate = log(largest) / largest
      apply = { exp(rate * $0) }
    }
    return box.elements(of: image.intensities, size: image.geometry.size).map(apply)
  }
}
