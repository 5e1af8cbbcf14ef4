/// For each voxel of a target axis: which voxels of the source axis contribute, and how much.
struct AxisTaps {
  /// The voxels that contribute to each output: 1, 2 or 4.
  let width: Int
  /// The contributing voxels, `width` for each output; those of the cubic spline may lie up to two
  /// beyond the source.
  private(set) var indices: [Int]
  /// Their weights.
  private(set) var weights: [Double]
  /// Whether each output lies inside the source.
  private(set) var isInside: [Bool]

  /// - Parameters:
  ///   - step: the distance between outputs, in source voxels.
  ///   - start: the place of the first output.
  ///   - count: the number of outputs.
  ///   - sourceCount: the number of source voxels.
  init(
    step: Double, start: Double, count: Int, sourceCount: Int, interpolation: Interpolation
  ) {
    switch interpolation {
    case .nearest: width = 1
    case .linear: width = 2
    case .cubic: width = 4
    }
    indices = [Int](repeating: 0, count: width * count)
    weights = [Double](repeating: 0, count: width * count)
    isInside = [Bool](repeating: false, count: count)
    let low = -0.5 - GridMap.tolerance
    let high = Double(sourceCount) - 0.5 + GridMap.tolerance
    for output in 0..<count {
      let place = start + Double(output) * step
      guard place >= low, place <= high else { continue }
      isInside[output] = true
      let tap = output * width
      switch interpolation {
      case .nearest:
        indices[tap] = GridMap.nearest(place, sourceCount)
        weights[tap] = 1
      case .linear:
        let (lower, upper, weight) = GridMap.linear(place, sourceCount)
        (indices[tap], indices[tap + 1]) = (lower, upper)
        (weights[tap], weights[tap + 1]) = (1 - weight, weight)
      case .cubic:
        let (first, four) = GridMap.cubic(place)
        for index in 0..<4 {
          indices[tap + index] = first + index
          weights[tap + index] = four[index]
        }
      }
    }
  }

  /// The source voxels that are used at all, or an empty range where no output lies inside.
  var used: Range<Int> {
    var range = 0..<0
    for output in isInside.indices where isInside[output] {
      for index in indices[output * width..<(output + 1) * width] {
        range =
          range.isEmpty
          ? index..<index + 1
          : min(range.lowerBound, index)..<max(range.upperBound, index + 1)
      }
    }
    return range
  }
}
