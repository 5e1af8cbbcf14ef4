/// The part of a mask whose intensities lie between thresholds (PyRadiomics' `resegmentRange`).
enum Resegmentation {
  /// The mask without the voxels outside the closed range.
  ///
  /// - Parameters:
  ///   - range: one or two thresholds; one is the lower.
  ///   - intensities: of each voxel of the mask's grid.
  /// - Throws: ``RadiomicsError/emptyRegion(what:remedy:)`` where no more than one voxel is left.
  static func mask(
    _ mask: [Bool], intensities: [Double], range: [Double], mode: ResegmentMode
  ) throws(RadiomicsError) -> [Bool] {
    var thresholds = range.sorted()
    switch mode {
    case .absolute: break
    case .relative:
      var maximum = -Double.infinity
      for (value, isInside) in zip(intensities, mask) where isInside {
        maximum = max(maximum, value)
      }
      thresholds = thresholds.map { maximum * $0 }
    case .sigma:
      let moments = Moments(intensities, mask)
      thresholds = thresholds.map { moments.mean + moments.deviation * $0 }
    }
    let low = thresholds[0]
    let high = thresholds.count > 1 ? thresholds[1] : .infinity
    var result = mask
    var left = 0
    for index in mask.indices where mask[index] {
      result[index] = intensities[index] >= low && intensities[index] <= high
      if result[index] { left += 1 }
    }
    guard left > 1 else {
      throw .emptyRegion(
        what: "the region between \(low) and \(high) (\(left) voxels)",
        remedy: "widen resegmentRange")
    }
    return result
  }
}

/// The mean and the standard deviation of the intensities in a mask.
struct Moments {
  let mean: Double
  /// Of the population: the mean of the squares' root.
  let deviation: Double
  let minimum: Double
  let maximum: Double
  let count: Int

  init(_ intensities: [Double], _ mask: [Bool]) {
    var (sum, count) = (0.0, 0)
    var (minimum, maximum) = (Double.infinity, -Double.infinity)
    for (value, isInside) in zip(intensities, mask) where isInside {
      sum += value
      count += 1
      minimum = min(minimum, value)
      maximum = max(maximum, value)
    }
    let mean = sum / Double(count)
    var squares = 0.0
    for (value, isInside) in zip(intensities, mask) where isInside {
      squares += (value - mean) * (value - mean)
    }
    self.mean = mean
    self.count = count
    self.minimum = minimum
    self.maximum = maximum
    deviation = (squares / Double(count)).squareRoot()
  }
}
