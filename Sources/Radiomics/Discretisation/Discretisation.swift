import Foundation

/// How intensities become grey levels 1, 2, 3 ... (IBSI 2.7).
public enum Discretisation: Sendable, Hashable {
  /// PyRadiomics' fixed bin width: edges at the multiples of the width, the lowest being the last one
  /// that is not above the ROI's minimum.
  case binWidth(Double)
  /// PyRadiomics' fixed bin count: as many bins of equal width between the ROI's minimum and maximum.
  case binCount(Int)
  /// IBSI's fixed bin size (IBSI 2.7.2): bins from `lowest`, the lower end of the resegmentation
  /// range, or from the ROI's minimum where there is none
  /// that is finite.
  case fixedBinSize(Double, lowest: Double?)
  /// IBSI's fixed bin number (IBSI 2.7.1).
  case fixedBinNumber(Int)
  /// Intensities that are levels already: whole numbers from 1.
  case levels
}

extension Discretisation {
  /// The most levels that a region is divided into; matrices of more are of no use.
  public static let largestLevelCount = 1 << 20

  /// The levels of some finite intensities.
  ///
  /// - Precondition: there is at least one, and all are finite.
  /// - Throws: ``RadiomicsError/invalidSetting(name:found:expected:)``,
  ///   ``RadiomicsError/tooLarge(what:remedy:)`` for more than ``largestLevelCount`` levels, and
  ///   ``RadiomicsError/unusableRegion(found:expected:)`` for intensities that are not levels where
  ///   they should be.
  func levels(of intensities: [Double]) throws(RadiomicsError) -> [Int32] {
    var (minimum, maximum) = (intensities[0], intensities[0])
    for intensity in intensities {
      minimum = min(minimum, intensity)
      maximum = max(maximum, intensity)
    }
    switch self {
    case .binWidth(let width):
      try Self.require(width: width, name: "binWidth")
      var remainder = fmod(minimum, width)
      if remainder < 0 { remainder += width }
      let lowest = minimum - remainder
      try Self.require(count: (maximum - lowest) / width + 1)
      // The step as rounded next to the lowest edge: it makes the edges those of NumPy's `arange`.
      let step = lowest + width - lowest
      guard step > 0 else { throw Self.tooFine }
      return Self.count(of: intensities, lowest: lowest, step: step) { lowest + Double($0) * step }
    case .binCount(let count):
      try Self.require(count: count, name: "binCount")
      let isFlat = minimum == maximum
      let (first, last) = isFlat ? (minimum - 0.5, maximum + 0.5) : (minimum, maximum)
      let step = (last - first) / Double(count)
      guard step > 0, step.isFinite else { throw Self.tooFine }
      return Self.count(of: intensities, lowest: first, step: step) { edge in
        // The top bin is closed: the maximum belongs to it.
        edge == count ? .infinity : first + Double(edge) * step
      }
    case .fixedBinSize(let size, let lowest):
      try Self.require(width: size, name: "fixedBinSize")
      let lowest = lowest.flatMap { $0.isFinite ? $0 : nil } ?? minimum
      try Self.require(count: (maximum - lowest) / size + 1)
      return intensities.map { Int32(max(0, (($0 - lowest) / size).rounded(.down))) + 1 }
    case .fixedBinNumber(let count):
      try Self.require(count: count, name: "fixedBinNumber")
      guard minimum < maximum else { return [Int32](repeating: 1, count: intensities.count) }
      let range = maximum - minimum
      guard (Double(count) * range).isFinite else { throw Self.tooFine }
      return intensities.map {
        min(Int32(count), Int32((Double(count) * ($0 - minimum) / range).rounded(.down)) + 1)
      }
    case .levels:
      guard minimum >= 1, intensities.allSatisfy({ $0.rounded() == $0 }) else {
        throw .unusableRegion(
          found: "intensities that are not grey levels", expected: "whole numbers from 1")
      }
      try Self.require(count: maximum)
      return intensities.map { Int32($0) }
    }
  }

  /// For each intensity the number of edges that are not above it.
  private static func count(
    of intensities: [Double], lowest: Double, step: Double, edge: (Int) -> Double
  ) -> [Int32] {
    intensities.map { intensity in
      // Rounding may put the guess on the wrong side of an edge.
      var bin = max(0, Int(((intensity - lowest) / step).rounded(.down)))
      while edge(bin + 1) <= intensity { bin += 1 }
      while bin > 0, edge(bin) > intensity { bin -= 1 }
      return Int32(bin + 1)
    }
  }

  private static func require(width: Double, name: String) throws(RadiomicsError) {
    guard width > 0, width.isFinite else {
      throw .invalidSetting(name: name, found: "\(width)", expected: "a positive number")
    }
  }

  private static func require(count: Int, name: String) throws(RadiomicsError) {
    guard count >= 1 else {
      throw .invalidSetting(name: name, found: "\(count)", expected: "at least 1")
    }
    try require(count: Double(count))
  }

  private static func require(count: Double) throws(RadiomicsError) {
    guard count <= Double(largestLevelCount) else {
      throw .tooLarge(
        what:
          "a range of intensities of \(count.rounded()) grey levels (most: \(largestLevelCount))",
        remedy: "choose wider bins or fewer of them")
    }
  }

  private static var tooFine: RadiomicsError {
    .tooLarge(
      what: "the range of intensities beside the width of a bin",
      remedy: "choose wider bins or rescale the intensities")
  }
}
