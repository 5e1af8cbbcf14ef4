import Foundation

extension Double {
  /// With a fixed number of decimals; "inf" and "nan" where it is no number.
  func fixed(_ decimals: Int) -> String {
    guard isFinite else { return isNaN ? "nan" : self < 0 ? "-inf" : "inf" }
    // Small negative numbers would print as "-0.00".
    let text = String(format: "%.\(decimals)f", self)
    return text.contains { $0 != "0" && $0 != "." && $0 != "-" }
      ? text : String(format: "%.\(decimals)f", 0.0)
  }

  /// With up to six significant digits and no zeros at the end.
  var short: String {
    // The sum turns negative zero into zero.
    String(format: "%.6g", self + 0)
  }
}

extension Double? {
  /// With a fixed number of decimals, or a dash for none.
  func fixed(_ decimals: Int) -> String {
    map { $0.fixed(decimals) } ?? "-"
  }
}

extension SIMD3<Double> {
  /// The three numbers, separated by commas.
  var list: String { [x, y, z].map(\.short).joined(separator: ", ") }
}
