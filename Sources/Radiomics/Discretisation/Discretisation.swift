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
  /// - Parameter isSingle: whether PyRadiomics would hold them in single precision, in which it then
  ///   computes edges.
  /// - Precondition: there is at least one, and all are finite.
  /// - Throws: ``RadiomicsError/invalidSetting(name:found:expected:)``,
  ///   ``RadiomicsError/tooLarge(what:remedy:)`` for more than ``largestLevelCount`` levels, and
  ///   ``RadiomicsError/unusableRegion(found:expected:)`` for intensities that are not levels where
  ///   they should be.
  func levels(
    of intensities: [Double], isSingle: Bool = false
  ) throws(RadiomicsError) -> [Int32] {
    var (minimum, maximum) = (intensities[0], intensities[0])
    for intensity in intensities {
      minimum = min(minimum, intensity)
      maximum = max(maximum, intensity)
    }
    switch self {
    case .binWidth(let width):
      try Self.require(width: width, name: "binWidth")
      let edges =
        isSingle
        ? BinEdges(from: Float(minimum), width: Float(width))
        : BinEdges(from: minimum, width: width)
      try Self.require(count: (maximum - edges.first) / width + 1)
      return try edges.levels(of: intensities)
    case .binCount(let count):
      try Self.require(count: count, name: "binCount")
      let edges =
        isSingle
        ? BinEdges(from: Float(minimum), to: Float(maximum), count: count)
        : BinEdges(from: minimum, to: maximum, count: count)
      return try edges.levels(of: intensities)
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

  static var tooFine: RadiomicsError {
    .tooLarge(
      what: "the range of intensities beside the width of a bin",
      remedy: "choose wider bins or rescale the intensities")
  }
}
