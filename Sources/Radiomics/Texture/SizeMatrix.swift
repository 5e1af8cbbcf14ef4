import Foundation

/// How often a grey level occurs with a size: a run's length (GLRLM), a zone's number of voxels (GLSZM)
/// or distance to the border (GLDZM), or a number of dependent neighbours (GLDM). These families share
/// their features (IBSI 3.7, 3.8, 3.9 and 3.11).
struct SizeMatrix: Sendable {
  /// A level, a size, and how often they occur together.
  struct Entry: Sendable {
    var level: Int
    var size: Int
    var count: Double
  }

  /// The entries that are not 0, ordered by level and then by size.
  let entries: [Entry]
  /// The voxels that the entries stand for, each as often as it was considered.
  let voxelCount: Double
  /// The convention for logarithms.
  let convention: Convention

  /// The features, of which families take what they define.
  ///
  /// All are NaN for a matrix without entries.
  func measures() -> SizeMeasures {
    var result = SizeMeasures()
    let total = entries.reduce(0) { $0 + $1.count }
    guard total > 0 else { return result }
    var sums = SizeMeasures(0)
    var (ofLevel, level) = (0.0, 0)
    var (meanLevel, meanSize) = (0.0, 0.0)
    for entry in entries {
      let (i, j) = (Double(entry.level), Double(entry.size))
      let (i2, j2) = (i * i, j * j)
      let (count, probability) = (entry.count, entry.count / total)
      if entry.level != level {
        sums.levelNonUniformity += ofLevel * ofLevel
        (ofLevel, level) = (0, entry.level)
      }
      ofLevel += count
      meanLevel += probability * i
      meanSize += probability * j
      sums.small += count / j2
      sums.large += count * j2
      sums.low += count / i2
      sums.high += count * i2
      sums.smallLow += count / (i2 * j2)
      sums.smallHigh += count * i2 / j2
      sums.largeLow += count * j2 / i2
      sums.largeHigh += count * i2 * j2
      sums.entropy -= probability * logarithm(probability, convention)
      sums.energy += probability * probability
    }
    sums.levelNonUniformity += ofLevel * ofLevel
    var (ofSize, size) = (0.0, 0)
    for entry in entries.sorted(by: { ($0.size, $0.level) < ($1.size, $1.level) }) {
      if entry.size != size {
        sums.sizeNonUniformity += ofSize * ofSize
        (ofSize, size) = (0, entry.size)
      }
      ofSize += entry.count
    }
    sums.sizeNonUniformity += ofSize * ofSize
    for entry in entries {
      let probability = entry.count / total
      let (i, j) = (Double(entry.level) - meanLevel, Double(entry.size) - meanSize)
      sums.levelVariance += probability * i * i
      sums.sizeVariance += probability * j * j
    }
    result = sums
    for mean in SizeMeasures.means { result[keyPath: mean] /= total }
    result.levelNonUniformityNormalized = sums.levelNonUniformity / (total * total)
    result.sizeNonUniformityNormalized = sums.sizeNonUniformity / (total * total)
    result.percentage = total / voxelCount
    return result
  }
}

/// The features that families of levels and sizes share.
struct SizeMeasures: Sendable {
  var small: Double
  var large: Double
  var low: Double
  var high: Double
  var smallLow: Double
  var smallHigh: Double
  var largeLow: Double
  var largeHigh: Double
  var levelNonUniformity: Double
  var levelNonUniformityNormalized: Double
  var sizeNonUniformity: Double
  var sizeNonUniformityNormalized: Double
  var percentage: Double
  var levelVariance: Double
  var sizeVariance: Double
  var entropy: Double
  var energy: Double

  /// All of them the same.
  init(_ value: Double = .nan) {
    (small, large, low, high) = (value, value, value, value)
    (smallLow, smallHigh, largeLow, largeHigh) = (value, value, value, value)
    (levelNonUniformity, levelNonUniformityNormalized) = (value, value)
    (sizeNonUniformity, sizeNonUniformityNormalized) = (value, value)
    (percentage, levelVariance, sizeVariance) = (value, value, value)
    (entropy, energy) = (value, value)
  }

  /// Those that are sums of counts divided by the number of entries counted.
  static var means: [WritableKeyPath<SizeMeasures, Double>] {
    [
      \.small, \.large, \.low, \.high, \.smallLow, \.smallHigh, \.largeLow, \.largeHigh,
      \.levelNonUniformity, \.sizeNonUniformity,
    ]
  }
}

/// The logarithm to base 2 of a probability as entropies use it: PyRadiomics adds the spacing of
/// floating-point numbers at 1.
func logarithm(_ probability: Double, _ convention: Convention) -> Double {
  log2(convention == .pyradiomics ? probability + Double.ulpOfOne : probability)
}

/// The mean of the values that are numbers; NaN where there is none.
func meanOfNumbers(_ values: some Sequence<Double>) -> Double {
  var (sum, count) = (0.0, 0)
  for value in values where !value.isNaN {
    sum += value
    count += 1
  }
  return count > 0 ? sum / Double(count) : .nan
}
