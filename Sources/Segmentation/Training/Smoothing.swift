import Foundation
internal import ConvNet

/// Losses of resolution of one channel of a segment. Voxels that are zero, the background, neither
/// change nor count.
enum Smoothing {
  /// The weights of a Gaussian from its centre on, to three standard deviations.
  static func gaussian(_ deviation: Double) -> [Float] {
    (0...max(1, Int((3 * deviation).rounded(.up)))).map {
      Float(exp(-Double($0 * $0) / (2 * deviation * deviation)))
    }
  }

  /// Replaces each voxel by the weighted mean of its neighbours, axis by axis.
  ///
  /// - Parameter weights: from the centre on.
  static func apply(
    _ weights: [Float], to values: UnsafeMutableBufferPointer<Float>, _ size: Triple
  ) {
    for axis in 0..<3 {
      forEachLine(size, axis) { start, stride, length in
        let line = (0..<length).map { values[start + $0 * stride] }
        for index in 0..<length where line[index] != 0 {
          var (sum, total) = (weights[0] * line[index], weights[0])
          for offset in 1..<max(1, weights.count) {
            for place in [index - offset, index + offset]
            where 0..<length ~= place && line[place] != 0 {
              sum += weights[offset] * line[place]
              total += weights[offset]
            }
          }
          values[start + index * stride] = sum / total
        }
      }
    }
  }

  /// Samples the nearest voxels of a grid of `part` of the resolution along each axis and interpolates
  /// linearly between them (nnU-Net: nearest down, smoothly up again).
  static func coarsen(
    _ values: UnsafeMutableBufferPointer<Float>, _ size: Triple, to part: Double
  ) {
    for axis in 0..<3 {
      forEachLine(size, axis) { start, stride, length in
        let count = max(1, Int((part * Double(length)).rounded()))
        guard count < length else { return }
        let line = (0..<length).map { values[start + $0 * stride] }
        let ratio = Double(length) / Double(count)
        let samples = (0..<count).map {
          line[min(length - 1, Int((Double($0) + 0.5) * ratio))]
        }
        for index in 0..<length where line[index] != 0 {
          let place = (Double(index) + 0.5) / ratio - 0.5
          let low = min(count - 1, max(0, Int(place.rounded(.down))))
          let high = min(count - 1, low + 1)
          let weight = Float(min(1, max(0, place - Double(low))))
          let value = samples[low] + weight * (samples[high] - samples[low])
          // Between brain and background the voxel stays as it is.
          if samples[low] != 0 && samples[high] != 0 && value != 0 {
            values[start + index * stride] = value
          }
        }
      }
    }
  }

  private static func forEachLine(
    _ size: Triple, _ axis: Int, _ body: (_ start: Int, _ stride: Int, _ length: Int) -> Void
  ) {
    let strides = [size.y * size.x, size.x, 1]
    let (a, b) = axis == 0 ? (1, 2) : axis == 1 ? (0, 2) : (0, 1)
    for first in 0..<size[a] {
      for second in 0..<size[b] {
        body(first * strides[a] + second * strides[b], strides[axis], size[axis])
      }
    }
  }
}
