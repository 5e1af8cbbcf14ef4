import Foundation
import Parallel
import Volumes

/// The local binary pattern of each voxel in its slice: which neighbours on a circle are at least as
/// bright (Ojala, Pietikäinen and Mäenpää, IEEE Trans. PAMI 24 (2002)).
public struct LocalBinaryPattern2D: Sendable, Hashable {
  /// How the pattern becomes a number.
  public enum Method: String, Sendable, Hashable, CaseIterable, Codable {
    /// The neighbours' bits.
    case `default`
    /// The smallest number of the rotated bits.
    case rotationInvariant = "ror"
    /// The number of bright neighbours where the circle changes twice at most; else one more than all.
    case uniform
    /// Each uniform pattern has a number of its own.
    case nonRotationInvariantUniform = "nri_uniform"
    /// The neighbours' variance; NaN where that is 0.
    case variance = "var"
  }

  /// The circle's radius in voxels.
  public var radius: Double
  /// The number of neighbours, 1 to 30.
  public var samples: Int
  /// How the pattern becomes a number.
  public var method: Method

  /// PyRadiomics' defaults: 8 neighbours at a distance of 1 voxel, uniform patterns.
  public init(radius: Double = 1, samples: Int = 8, method: Method = .uniform) {
    self.radius = radius
    self.samples = samples
    self.method = method
  }

  /// The patterns' numbers in a box.
  ///
  /// - Parameter normal: the voxel axis that the slices lie across.
  func filtered(_ image: Image, in box: VoxelBox, normal: Int, workers: Workers) -> [Double] {
    let (size, extent) = (image.geometry.size, box.size)
    let strides = SIMD3(1, size.x, size.x * size.y)
    // Rows and columns are the slice's slower and faster axis in memory. Where slices lie across x,
    // however, PyRadiomics exchanges x with z, so that z becomes the columns' axis.
    let (rowAxis, columnAxis) = normal == 2 ? (1, 0) : normal == 1 ? (2, 0) : (1, 2)
    let (rows, columns) = (size[rowAxis], size[columnAxis])
    let (rowStride, columnStride) = (strides[rowAxis], strides[columnAxis])
    // The circle, in the single precision and to the five decimals that scikit-image keeps.
    let circle = (0..<samples).map { sample in
      let angle = 2 * Double.pi * Double(sample) / Double(samples)
      let radius = Double(Float(self.radius))
      return (
        row: (-radius * sin(angle) * 1e5).rounded(.toNearestOrEven) / 1e5,
        column: (radius * cos(angle) * 1e5).rounded(.toNearestOrEven) / 1e5
      )
    }
    let count = extent.x * extent.y * extent.z
    let type = image.storedType
    return [Double](unsafeUninitializedCapacity: count) { target, initialized in
      nonisolated(unsafe) let target = target.baseAddress!
      image.intensities.withUnsafeBufferPointer { source in
        nonisolated(unsafe) let source = source.baseAddress!
        workers.forEach(extent.z) { plane, _ in
          var texture = [Double](repeating: 0, count: samples)
          for y in box.low.y..<box.high.y {
            for x in box.low.x..<box.high.x {
              let voxel = SIMD3(x, y, plane + box.low.z)
              let slice = source + voxel[normal] * strides[normal]
              func value(_ row: Int, _ column: Int) -> Double {
                0..<rows ~= row && 0..<columns ~= column
                  ? slice[row * rowStride + column * columnStride] : 0
              }
              let (row, column) = (voxel[rowAxis], voxel[columnAxis])
              for (sample, offset) in circle.enumerated() {
                let (r, c) = (Double(row) + offset.row, Double(column) + offset.column)
                let (low, left) = (Int(r.rounded(.down)), Int(c.rounded(.down)))
                let (high, right) = (Int(r.rounded(.up)), Int(c.rounded(.up)))
                let (dr, dc) = (r - Double(low), c - Double(left))
                let top = (1 - dc) * value(low, left) + dc * value(low, right)
                let bottom = (1 - dc) * value(high, left) + dc * value(high, right)
                texture[sample] = (1 - dr) * top + dr * bottom
              }
              let number = number(of: texture, centre: value(row, column))
              let place = (plane * extent.y + y - box.low.y) * extent.x + x - box.low.x
              // An image of whole numbers stays one.
              (target + place).initialize(to: type.truncated(number))
            }
          }
        }
      }
      initialized = count
    }
  }

  /// The number of a pattern.
  private func number(of texture: [Double], centre: Double) -> Double {
    var bits = 0
    for sample in 0..<samples where texture[sample] - centre >= 0 { bits |= 1 << sample }
    let bright = bits.nonzeroBitCount
    // Neighbours that differ from the one before; the last and the first are not compared.
    let changes = ((bits ^ bits >> 1) & (1 << (samples - 1) - 1)).nonzeroBitCount
    switch method {
    case .default:
      return Double(bits)
    case .rotationInvariant:
      var (rotated, smallest) = (bits, bits)
      for _ in 1..<max(1, samples) {
        rotated = rotated >> 1 | (rotated & 1) << (samples - 1)
        smallest = min(smallest, rotated)
      }
      return Double(smallest)
    case .uniform:
      return Double(changes <= 2 ? bright : samples + 1)
    case .variance:
      let sum = texture.reduce(0, +)
      let squares = texture.reduce(0) { $0 + $1 * $1 }
      let variance = (squares - sum * sum / Double(samples)) / Double(samples)
      return variance == 0 ? .nan : variance
    case .nonRotationInvariantUniform:
      guard changes <= 2 else { return Double(samples * (samples - 1) + 2) }
      if bright == 0 { return 0 }
      if bright == samples { return Double(samples * (samples - 1) + 1) }
      let firstBright = bits.trailingZeroBitCount
      let firstDark = (~bits).trailingZeroBitCount
      let rotation = firstBright == 0 ? bright - firstDark : samples - firstBright
      return Double(1 + (bright - 1) * samples + rotation)
    }
  }
}
