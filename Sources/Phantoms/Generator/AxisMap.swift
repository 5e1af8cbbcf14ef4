import Parallel

/// A linear map of the samples along one axis of a grid: blur, ghosts, thick slices and their
/// interpolation are all of this kind. Each output sample is a weighted sum of a few input samples.
struct AxisMap: Sendable {
  private struct Tap: Sendable {
    var index: Int32
    var weight: Float
  }

  private let inputCount: Int
  /// The number of output samples.
  let count: Int
  private var taps: [Tap] = []
  private var starts: [Int32] = [0]

  private init(_ inputCount: Int, _ count: Int, taps: (Int) -> [(Int, Double)]) {
    self.inputCount = inputCount
    self.count = count
    for output in 0..<count {
      for (index, weight) in taps(output) {
        self.taps.append(
          Tap(index: Int32(min(inputCount - 1, max(0, index))), weight: Float(weight)))
      }
      starts.append(Int32(self.taps.count))
    }
  }

  /// A Gaussian blur; the border's samples continue outside.
  ///
  /// - Parameter sigma: the standard deviation in samples.
  static func blur(count: Int, sigma: Double) -> AxisMap {
    let radius = max(1, Int((3 * sigma).rounded(.up)))
    var weights = (0...radius).map { exponential(-0.5 * Double($0 * $0) / (sigma * sigma)) }
    let total = weights[0] + 2 * weights.dropFirst().reduce(0, +)
    weights = weights.map { $0 / total }
    return AxisMap(count, count) { output in
      (-radius...radius).map { (output + $0, weights[abs($0)]) }
    }
  }

  /// Copies displaced by a part of the field of view, which wrap around.
  static func ghosts(count: Int, distance: Int, strength: Double) -> AxisMap {
    AxisMap(count, count) { output in
      let before = ((output - distance) % count + count) % count
      let after = (output + distance) % count
      return [(output, 1 - abs(strength)), (before, 0.5 * strength), (after, 0.5 * strength)]
    }
  }

  /// Means over slices of `thickness` samples, the middle of the slices on the middle of the axis.
  static func slices(of count: Int, thickness: Double) -> AxisMap {
    let slices = max(1, Int(Double(count) / thickness))
    let start = sliceStart(of: count, thickness: thickness, slices: slices)
    return AxisMap(count, slices) { output in
      let low = start + Double(output) * thickness
      let high = low + thickness
      let first = Int(low.rounded(.down))
      let last = min(count - 1, Int(high.rounded(.up)) - 1)
      return (first...max(first, last)).map { index in
        let part = min(high, Double(index + 1)) - max(low, Double(index))
        return (index, max(0, part) / thickness)
      }
    }
  }

  /// The linear interpolation that undoes ``slices(of:thickness:)`` as well as it can be undone.
  static func interpolation(to count: Int, thickness: Double) -> AxisMap {
    let slices = max(1, Int(Double(count) / thickness))
    let start = sliceStart(of: count, thickness: thickness, slices: slices)
    return AxisMap(slices, count) { output in
      let place = (Double(output) + 0.5 - start) / thickness - 0.5
      let clamped = min(Double(slices - 1), max(0, place))
      let low = Int(clamped)
      let t = clamped - Double(low)
      return t == 0 ? [(low, 1)] : [(low, 1 - t), (low + 1, t)]
    }
  }

  /// Where the first slice begins, in samples from the outer edge of the first.
  static func sliceStart(of count: Int, thickness: Double, slices: Int) -> Double {
    max(0, 0.5 * (Double(count) - Double(slices) * thickness))
  }

  /// e to the power of a number that is at most 0, by squaring alone: the same bits on every
  /// machine.
  private static func exponential(_ x: Double) -> Double {
    var power = max(0, 1 + x / 4096)
    for _ in 0..<12 { power *= power }
    return power
  }

  /// Maps all lines of a grid along an axis.
  ///
  /// - Returns: the samples of the grid whose size along the axis is ``count``.
  func apply(
    _ samples: [Float], size: SIMD3<Int>, axis: Int, workers: Workers
  ) -> [Float] {
    let inner = axis == 0 ? 1 : axis == 1 ? size.x : size.x * size.y
    let outer = axis == 0 ? size.y * size.z : axis == 1 ? size.z : 1
    var result = [Float](repeating: 0, count: inner * outer * count)
    samples.withUnsafeBufferPointer { samples in
      result.withUnsafeMutableBufferPointer { result in
        // Each task writes its own part of the result.
        nonisolated(unsafe) let input = samples.baseAddress!
        nonisolated(unsafe) let output = result.baseAddress!
        if axis == 0 {
          workers.forEach(outer) { line, _ in
            mapLine(input + line * inputCount, output + line * count)
          }
        } else {
          workers.forEach(outer * count) { task, _ in
            let place = task % count
            let block = task / count
            mapRun(
              place, input + block * inputCount * inner, output + task * inner, length: inner)
          }
        }
      }
    }
    return result
  }

  private func mapLine(_ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>) {
    taps.withUnsafeBufferPointer { taps in
      starts.withUnsafeBufferPointer { starts in
        for place in 0..<count {
          var sum: Float = 0
          for tap in taps[Int(starts[place])..<Int(starts[place + 1])] {
            sum += tap.weight * input[Int(tap.index)]
          }
          output[place] = sum
        }
      }
    }
  }

  private func mapRun(
    _ place: Int, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
    length: Int
  ) {
    for tap in taps[Int(starts[place])..<Int(starts[place + 1])] {
      let line = input + Int(tap.index) * length
      let weight = tap.weight
      for x in 0..<length { output[x] += weight * line[x] }
    }
  }
}
