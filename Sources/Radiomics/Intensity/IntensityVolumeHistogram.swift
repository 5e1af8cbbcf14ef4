import Volumes

/// The intensity-volume histogram: which fraction of the region has at least an intensity (IBSI 3.5).
public struct IntensityVolumeHistogram: Sendable {
  /// How intensities are put into the histogram.
  public enum Binning: Sendable, Hashable {
    /// Intensities that are whole numbers as they are.
    case none
    /// Bins of a size, of which the centres are the intensities.
    case fixedBinSize(Double)
    /// So many bins between minimum and maximum, of which the numbers are the intensities.
    case fixedBinNumber(Int)
  }

  /// The intensities, ascending, one a step.
  private let intensities: [Double]
  /// The fraction of voxels that have at least each intensity.
  private let fractions: [Double]
  private let step: Double

  /// The 7 features, in the order of their names.
  ///
  /// - Parameters:
  ///   - lowest: the lower end of the resegmentation range; the region's minimum where that is nil
  ///     or infinite.
  ///   - highest: the upper end; the region's maximum likewise.
  /// - Throws: ``RadiomicsError/emptyRegion(what:remedy:)``,
  ///   ``RadiomicsError/unusableRegion(found:expected:)``,
  ///   ``RadiomicsError/invalidSetting(name:found:expected:)`` and
  ///   ``RadiomicsError/tooLarge(what:remedy:)``.
  public static func features(
    _ region: Region, _ binning: Binning, lowest: Double? = nil, highest: Double? = nil
  ) throws(RadiomicsError) -> [Feature] {
    let histogram = try IntensityVolumeHistogram(
      try region.finiteIntensities(), binning, lowest, highest)
    return histogram.features()
  }

  private init(
    _ values: [Double], _ binning: Binning, _ lowest: Double?, _ highest: Double?
  ) throws(RadiomicsError) {
    let order = OrderStatistics(values)
    // An open end of a range is no end.
    let lowest = lowest.flatMap { $0.isFinite ? $0 : nil } ?? order.minimum
    let highest = highest.flatMap { $0.isFinite ? $0 : nil } ?? order.maximum
    guard lowest <= highest else {
      throw .invalidSetting(
        name: "resegmentRange", found: "\(lowest) to \(highest)", expected: "ascending ends")
    }
    let (low, high): (Double, Double)
    let count: Int
    switch binning {
    case .none:
      (low, high) = (lowest, highest)
      guard values.allSatisfy({ $0.rounded() == $0 }) else {
        throw .unusableRegion(
          found: "intensities that are not whole numbers",
          expected: "an intensity-volume histogram with bins, or rounded intensities")
      }
      step = 1
      count = try Self.bins((high - low) + 1)
      intensities = (0..<count).map { low + Double($0) }
    case .fixedBinSize(let size):
      guard size > 0, size.isFinite else {
        throw .invalidSetting(
          name: "ivhBinSize", found: "\(size)", expected: "a positive number")
      }
      (low, high) = (lowest, highest)
      step = size
      count = try Self.bins(max(1, ((high - low) / size).rounded(.up)))
      intensities = (0..<count).map { low + (Double($0) + 0.5) * size }
    case .fixedBinNumber(let number):
      guard number >= 1 else {
        throw .invalidSetting(name: "ivhBinNumber", found: "\(number)", expected: "at least 1")
      }
      (low, high) = (order.minimum, order.maximum)
      step = 1
      count = try Self.bins(Double(number))
      intensities = (1...count).map(Double.init)
    }
    var voxels = [Int](repeating: 0, count: count)
    for value in values {
      let bin =
        switch binning {
        case .none: value - low
        case .fixedBinSize(let size): (value - low) / size
        case .fixedBinNumber(let number):
          high > low ? Double(number) * (value - low) / (high - low) : 0
        }
      voxels[Int(min(Double(count - 1), max(0, bin.rounded(.down))))] += 1
    }
    var fractions = [Double](repeating: 0, count: count)
    var above = 0
    for bin in voxels.indices.reversed() {
      above += voxels[bin]
      fractions[bin] = Double(above) / Double(values.count)
    }
    self.fractions = fractions
  }

  private static func bins(_ count: Double) throws(RadiomicsError) -> Int {
    guard count >= 1, count <= Double(Discretisation.largestLevelCount) else {
      throw .tooLarge(
        what: "an intensity-volume histogram of \(count) bins",
        remedy: "choose wider bins; between 1 and \(Discretisation.largestLevelCount) are possible")
    }
    return Int(count)
  }

  private func features() -> [Feature] {
    let names = [
      "AreaUnderCurve", "Intensity10", "Intensity90", "IntensityDifference", "VolumeFraction10",
      "VolumeFraction90", "VolumeFractionDifference",
    ]
    guard let first = intensities.first, let last = intensities.last, last > first else {
      return names.map { Feature($0, undefined: "the region has one intensity") }
    }
    let positions = intensities.map { ($0 - first) / (last - first) }
    /// The largest fraction of volume with at least a fraction of the range of intensities.
    func volume(_ fraction: Double) -> Double {
      zip(positions, fractions).first { $0.0 >= fraction }?.1 ?? 0
    }
    /// The lowest intensity that at most a fraction of the volume has.
    func intensity(_ fraction: Double) -> Double {
      zip(intensities, fractions).first { $0.1 <= fraction }?.0 ?? last + step
    }
    var area = 0.0
    for index in positions.indices.dropFirst() {
      let width = positions[index] - positions[index - 1]
      area += width * (fractions[index] + fractions[index - 1]) / 2
    }
    let values = [
      area, intensity(0.1), intensity(0.9), intensity(0.1) - intensity(0.9), volume(0.1),
      volume(0.9), volume(0.1) - volume(0.9),
    ]
    return zip(names, values).map { Feature($0, $1) }
  }
}
