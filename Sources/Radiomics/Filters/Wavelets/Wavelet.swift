/// A discrete wavelet: the filters of its decomposition.
public struct Wavelet: Sendable, Hashable {
  /// The name, as PyWavelets has it: `haar`, `db2`, `coif1`, `sym4`, `bior2.2`, `rbio2.2`, `dmey`.
  public let name: String
  /// The low-pass filter of the decomposition.
  public let lowPass: [Double]
  /// The high-pass filter of the decomposition, as long as the other.
  public let highPass: [Double]

  /// The wavelet of a name, in any case.
  ///
  /// - Throws: ``RadiomicsError/invalidSetting(name:found:expected:)`` for a name that is none of ``names``.
  public init(named name: String) throws(RadiomicsError) {
    let key = name.lowercased()
    let orthogonal = key == "haar" ? "db1" : key
    let text =
      Wavelet.daubechies[orthogonal] ?? Wavelet.symlets[orthogonal] ?? Wavelet.coiflets[orthogonal]
      ?? (key == "dmey" ? Wavelet.biorthogonal[key] : nil)
    self.name = key
    if let text {
      let scaling = Wavelet.numbers(text)
      lowPass = scaling.reversed()
      highPass = scaling.enumerated().map { k, value in
        (scaling.count - 1 - k).isMultiple(of: 2) ? value : -value
      }
      return
    }
    let isReversed = key.hasPrefix("rbio")
    guard let text = Wavelet.biorthogonal[isReversed ? "bior" + key.dropFirst(4) : key],
      key != "dmey"
    else {
      throw .invalidSetting(
        name: "wavelet", found: name,
        expected:
          "haar, db1-db38, sym2-sym20, coif1-coif17, dmey, or biorR.D or rbioR.D of the orders "
          + Wavelet.biorthogonal.keys.filter { $0 != "dmey" }.map { $0.dropFirst(4) }.sorted()
          .joined(separator: " "))
    }
    // The table has the low-pass filters of decomposition and reconstruction; a reversed wavelet
    // changes their roles.
    let both = Wavelet.numbers(text)
    let decomposition = Array(both[..<(both.count / 2)])
    let reconstruction = Array(both[(both.count / 2)...])
    lowPass = isReversed ? reconstruction.reversed() : decomposition
    highPass = (isReversed ? decomposition.reversed() : reconstruction).enumerated().map {
      k, value in
      k.isMultiple(of: 2) ? -value : value
    }
  }

  /// All names.
  public static let names: [String] =
    ["haar", "dmey"] + (1...38).map { "db\($0)" } + (2...20).map { "sym\($0)" }
    + (1...17).map { "coif\($0)" }
    + biorthogonal.keys.filter { $0 != "dmey" }.sorted().flatMap { [$0, "rbio" + $0.dropFirst(4)] }

  /// A filter in single precision, with PyWavelets' rounding: its coiflets are products with √2.
  func rounded(_ filter: [Double]) -> [Float] {
    guard name.hasPrefix("coif") else { return filter.map { Float($0) } }
    let root = 2.0.squareRoot()
    return filter.map { Float($0 / root) * Float(root) }
  }

  private static func numbers(_ text: String) -> [Double] {
    text.split(whereSeparator: \.isWhitespace).map { Double($0)! }
  }
}
