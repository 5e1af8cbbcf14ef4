/// How texture matrices are made. The defaults are PyRadiomics'.
public struct TextureSettings: Sendable, Hashable {
  /// Whose conventions and which set of features.
  public var convention = Convention.pyradiomics
  /// Slices and directions. PyRadiomics' default is ``Aggregation/averaged3D``; its `force2D` is
  /// ``Aggregation/directionMerged25D``.
  public var aggregation = Aggregation.averaged3D
  /// The voxel axis along which slices are stacked: 0 for i, 1 for j, 2 for k. PyRadiomics'
  /// `force2Ddimension` counts from the other end.
  public var sliceAxis = 2
  /// Merges the directions' matrices weighted by distance (GLCM, GLRLM).
  public var weighting: DistanceWeighting?
  /// The Chebyshev distances, in voxels, of the neighbours that count (GLCM, GLDM, NGTDM).
  public var distances = [1]
  /// Whether a GLCM counts each pair in both orders.
  public var isSymmetrical = true
  /// The largest difference in level of dependent neighbours, alpha (GLDM; `gldm_a`).
  public var coarseness = 0

  /// PyRadiomics' defaults.
  public init() {}

  /// IBSI's choice of conventions with an aggregation.
  public init(ibsi aggregation: Aggregation) {
    convention = .ibsi
    self.aggregation = aggregation
  }

  /// - Throws: ``RadiomicsError/invalidSetting(name:found:expected:)``.
  func validate() throws(RadiomicsError) {
    guard 0...2 ~= sliceAxis else {
      throw .invalidSetting(name: "sliceAxis", found: "\(sliceAxis)", expected: "0, 1 or 2")
    }
    guard !distances.isEmpty, distances.allSatisfy({ 1...Self.largestDistance ~= $0 }) else {
      throw .invalidSetting(
        name: "distances", found: "\(distances)",
        expected: "whole numbers from 1 to \(Self.largestDistance)")
    }
    guard coarseness >= 0 else {
      throw .invalidSetting(name: "gldm_a", found: "\(coarseness)", expected: "at least 0")
    }
  }

  static let largestDistance = 16
}

/// How the matrix of a direction is weighted by the distance between neighbours in millimetres
/// (PyRadiomics' `weightingNorm`): exp(-d^2) in a GLCM, d in a GLRLM.
public enum DistanceWeighting: String, Sendable, CaseIterable, Codable {
  /// The sum of the components.
  case manhattan
  /// The length.
  case euclidean
  /// The largest component.
  case infinity
  /// Every direction counts the same.
  case none = "no_weighting"

  /// The distance to a neighbour.
  func distance(_ offset: SIMD3<Int>, spacing: SIMD3<Double>) -> Double {
    let steps = SIMD3<Double>(offset) * spacing
    let lengths = steps.replacing(with: -steps, where: steps .< 0)
    return switch self {
    case .manhattan: lengths.sum()
    case .euclidean: (lengths * lengths).sum().squareRoot()
    case .infinity: lengths.max()
    case .none: 1
    }
  }
}
