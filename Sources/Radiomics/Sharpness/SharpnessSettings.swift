/// How the sharpness of a lesion's edge is measured.
public struct SharpnessSettings: Sendable, Equatable, Codable {
  /// How far profiles reach to each side of the edge, in mm (QIFE: 5).
  public var reach = 5.0
  /// The number of samples of a whole profile, an odd number (QIFE: 21; twice as fine here).
  public var samples = 41
  /// The radius of the disk along the surface over which a profile is averaged, in mm; 0 for none. It
  /// quietens noise, which makes fits of single profiles narrow, and blurs nothing across the edge.
  public var averaging = 1.5
  /// Profiles for each square millimetre of the surface.
  public var density = 1.0
  /// The most profiles of a lesion.
  public var mostProfiles = 4000
  /// The least step across the edge, in standard deviations of the noise.
  public var leastContrast = 3.0
  /// The least part of a profile's variance that its fit explains.
  public var leastGoodness = 0.5
  /// The full width at half maximum of the scanner's point spread, in mm, by which widths are
  /// corrected; 0 for none.
  public var pointSpread = 0.0

  /// Makes the usual settings; set what should differ.
  public init() {}

  func check() throws(RadiomicsError) {
    func require(_ holds: Bool, _ name: String, _ found: Any, _ expected: String)
      throws(RadiomicsError)
    {
      guard holds else {
        throw .invalidSetting(name: name, found: "\(found)", expected: expected)
      }
    }
    try require(reach > 0 && reach <= 100, "reach", reach, "0 to 100 mm")
    try require(
      9...1001 ~= samples && samples % 2 == 1, "samples", samples, "an odd number, 9 to 1001")
    try require(
      averaging >= 0 && averaging <= reach, "averaging", averaging, "0 mm to the reach")
    try require(density > 0 && density.isFinite, "density", density, "a number above 0")
    try require(1...1_000_000 ~= mostProfiles, "mostProfiles", mostProfiles, "1 to 1000000")
    try require(leastContrast >= 0, "leastContrast", leastContrast, "0 or more")
    try require(0...1 ~= leastGoodness, "leastGoodness", leastGoodness, "0 to 1")
    try require(
      pointSpread >= 0 && pointSpread.isFinite, "pointSpread", pointSpread, "0 mm or more")
  }
}
