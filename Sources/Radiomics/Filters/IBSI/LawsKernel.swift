/// A kernel of Laws' set along one axis (IBSI-2 §3.3, 9JGE): level, edge, spot, wave or ripple, normalised to a
/// sum of squares of 1.
public enum LawsKernel: String, Sendable, Hashable, CaseIterable, Codable {
  case level5 = "L5"
  case edge5 = "E5"
  case spot5 = "S5"
  case wave5 = "W5"
  case ripple5 = "R5"
  case level3 = "L3"
  case edge3 = "E3"
  case spot3 = "S3"

  /// The weights.
  var weights: [Double] {
    let weights: [Double] =
      switch self {
      case .level5: [1, 4, 6, 4, 1]
      case .edge5: [-1, -2, 0, 2, 1]
      case .spot5: [-1, 0, 2, 0, -1]
      case .wave5: [-1, 2, 0, -2, 1]
      case .ripple5: [1, -4, 6, -4, 1]
      case .level3: [1, 2, 1]
      case .edge3: [-1, 0, 1]
      case .spot3: [-1, 2, -1]
      }
    let length = weights.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return weights.map { $0 / length }
  }

  /// The kernels that a name such as `E5L5S5` lists, one an axis from the first on.
  ///
  /// - Throws: ``RadiomicsError/invalidSetting(name:found:expected:)``.
  public static func kernels(_ name: String) throws(RadiomicsError) -> [LawsKernel] {
    var kernels: [LawsKernel] = []
    var rest = Substring(name.uppercased())
    while !rest.isEmpty {
      guard let kernel = LawsKernel(rawValue: String(rest.prefix(2))) else {
        throw .invalidSetting(
          name: "Laws kernel", found: name,
          expected: "two or three of " + allCases.map(\.rawValue).joined(separator: " "))
      }
      kernels.append(kernel)
      rest = rest.dropFirst(2)
    }
    return kernels
  }
}
