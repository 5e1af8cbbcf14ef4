import Foundation
public import Parallel
import Volumes

/// The sigmoids that fit the profiles across a lesion's edge.
public struct EdgeProfiles: Sendable {
  /// Why a point of the surface has no sigmoid.
  public enum Rejection: Int, Sendable, CaseIterable {
    /// The step across the edge is too small beside the noise.
    case lowContrast
    /// No sigmoid within the profile's reach fits, or it explains too little.
    case failedFit
    /// The profile leaves the image.
    case outsideImage
    /// The profile touches a structure that is to be left out.
    case excluded
    /// The lesion is too thin here for a profile of its inside.
    case tooThin
  }

  /// A point of the surface with its sigmoid.
  public struct Edge: Sendable, Equatable {
    /// Where.
    public var point: EdgeSurface.Point
    /// What fits.
    public var fit: SigmoidFit
  }

  /// The points that have a sigmoid.
  public let edges: [Edge]
  /// The number of points rejected for each reason, by ``Rejection/rawValue``.
  public let rejected: [Int]
  /// The standard deviation of the noise around the lesion.
  public let noise: Double

  /// The number of points of the surface.
  public var total: Int { edges.count + rejected.reduce(0, +) }

  /// Samples the intensities along the normals of a lesion's surface and fits a sigmoid to each.
  ///
  /// Intensities between voxels are those of the cubic B-spline through them: linear interpolation
  /// would blur edges by itself. A profile ends inside where the lesion's other side begins, halfway of
  /// the chord, so that small lesions have short profiles rather than two edges in one.
  ///
  /// - Parameters:
  ///   - membership: how much each voxel belongs to the lesion, 0 to 1, as for the surface.
  ///   - excluded: voxels of other structures, or nil.
  /// - Throws: ``RadiomicsError/invalidSetting(name:found:expected:)``.
  public init(
    _ surface: EdgeSurface, of image: Image, membership: [Double], excluded: [Bool]? = nil,
    _ settings: SharpnessSettings, workers: Workers
  ) throws(RadiomicsError) {
    try settings.check()
    let geometry = image.geometry
    let spline = CubicSpline(image.intensities, size: geometry.size, workers: workers)
    noise = EdgeProfiles.noise(of: image, near: membership)
    let sampler = Sampler(
      coefficients: spline.coefficients, membership: membership, excluded: excluded,
      geometry: geometry, settings: settings, noise: noise)
    let points = surface.points
    let results: [Result<Edge, Failure>] = workers.map(points.count) { index in
      do throws(Failure) {
        return .success(Edge(point: points[index], fit: try sampler.fit(points[index])))
      } catch {
        return .failure(error)
      }
    }
    var edges: [Edge] = []
    var rejected = [Int](repeating: 0, count: Rejection.allCases.count)
    for result in results {
      switch result {
      case .success(let edge): edges.append(edge)
      case .failure(let failure): rejected[failure.reason.rawValue] += 1
      }
    }
    self.edges = edges
    self.rejected = rejected
  }

  fileprivate struct Failure: Error {
    let reason: Rejection
  }

  /// The standard deviation of the noise in and around the lesion: from second differences along the
  /// first axis, most of which see no edge, and by their median, which does not mind those that do.
  private static func noise(of image: Image, near membership: [Double]) -> Double {
    let size = image.geometry.size
    var differences: [Double] = []
    for row in 0..<size.y * size.z {
      let start = row * size.x
      for x in stride(from: 1, to: size.x - 1, by: 1) {
        let (a, b, c) = (
          image.intensities[start + x - 1], image.intensities[start + x],
          image.intensities[start + x + 1]
        )
        let difference = abs(a - 2 * b + c)
        if difference.isFinite { differences.append(difference) }
      }
    }
    guard !differences.isEmpty else { return 0 }
    return OrderStatistics(differences).percentiles([50])[0] / 0.6744897501960817 / 6.0.squareRoot()
  }
}

/// Samples and fits profiles.
private struct Sampler: Sendable {
  let coefficients: [Double]
  let membership: [Double]
  let excluded: [Bool]?
  let geometry: Geometry
  let settings: SharpnessSettings
  let noise: Double

  /// The places over which a profile is averaged, in a disk of radius 1: the centre and two rings of six.
  private static let disk: [SIMD2<Double>] =
    [.zero]
    + [(0.5, 0.0), (1.0, Double.pi / 6)].flatMap { radius, turn in
      (0..<6).map { step in
        let angle = turn + Double(step) * .pi / 3
        return radius * SIMD2(cos(angle), sin(angle))
      }
    }

  /// The least samples on each side of the edge.
  private static let leastSamples = 4

  func fit(_ point: EdgeSurface.Point) throws(EdgeProfiles.Failure) -> SigmoidFit {
    let half = settings.samples / 2
    let step = settings.reach / Double(half)
    let spacing = geometry.spacing
    func voxel(_ position: Double) -> SIMD3<Double> {
      (point.place + position * point.normal) / spacing
    }
    var first = -half
    // On the way inwards the lesion may end.
    if let end = (1...half).first(where: {
      Double($0) * step > spacing.max() && !isLesion(voxel(-Double($0) * step))
    }) {
      first = -(end / 2)
    }
    guard -first >= Sampler.leastSamples else { throw .init(reason: .tooThin) }
    let (u, v) = tangents(of: point.normal)
    let places = settings.averaging > 0 ? Sampler.disk : [.zero]
    let offsets = places.map {
      settings.averaging * ($0.x * u + $0.y * v) / spacing
    }
    var positions: [Double] = []
    var values: [Double] = []
    for index in first...half {
      let place = voxel(Double(index) * step)
      guard isInside(place) else { throw .init(reason: .outsideImage) }
      if let excluded, excluded[offset(place)] { throw .init(reason: .excluded) }
      positions.append(Double(index) * step)
      values.append(mean(around: place, offsets))
    }
    guard values.allSatisfy(\.isFinite) else { throw .init(reason: .failedFit) }
    let quarter = max(1, values.count / 4)
    let contrast = abs(median(values.suffix(quarter)) - median(values.prefix(quarter)))
    let range = (values.max() ?? 0) - (values.min() ?? 0)
    guard contrast > settings.leastContrast * noise, contrast > 1e-6 * range, range > 0 else {
      throw .init(reason: .lowContrast)
    }
    guard var fit = SigmoidFit(positions: positions, values: values),
      fit.goodness >= settings.leastGoodness
    else { throw .init(reason: .failedFit) }
    if settings.pointSpread > 0 {
      // The full width at half maximum of a Gaussian is 2.355 standard deviations.
      let spread = settings.pointSpread / 2.3548200450309493
      let deviation = self.deviation(for: fit.width)
      let square = deviation * deviation - spread * spread
      guard square > 0 else { throw .init(reason: .failedFit) }
      let own = square.squareRoot()
      fit.widthError *= deviation / own
      fit.width = own * widthRatio(own)
    }
    return fit
  }

  /// The width of the sigmoid that fits a Gaussian edge, relative to its standard deviation: a little
  /// more for edges that are wide for the profile's reach.
  private func widthRatio(_ deviation: Double) -> Double {
    let part = min(deviation / settings.reach, 0.5)
    return 0.587 + 0.29 * part * part
  }

  /// The standard deviation of the Gaussian edge that a sigmoid's width fits.
  private func deviation(for width: Double) -> Double {
    (0..<5).reduce(width / 0.6) { deviation, _ in width / widthRatio(deviation) }
  }

  /// The mean intensity of some places that lie in the image.
  private func mean(around place: SIMD3<Double>, _ offsets: [SIMD3<Double>]) -> Double {
    coefficients.withUnsafeBufferPointer { coefficients in
      var (sum, count) = (0.0, 0.0)
      for offset in offsets where isInside(place + offset) {
        sum += CubicSpline.value(at: place + offset, coefficients, geometry.size)
        count += 1
      }
      return sum / count
    }
  }

  /// Two directions of length 1 across a direction and each other.
  private func tangents(of normal: SIMD3<Double>) -> (SIMD3<Double>, SIMD3<Double>) {
    // The axis that the normal follows least.
    let axis = (0..<3).min { abs(normal[$0]) < abs(normal[$1]) } ?? 0
    var unit = SIMD3<Double>.zero
    unit[axis] = 1
    let across = cross(normal, unit)
    let u = across / length(across)
    return (u, cross(normal, u))
  }

  private func isInside(_ place: SIMD3<Double>) -> Bool {
    (0..<3).allSatisfy { place[$0] >= -0.5 && place[$0] <= Double(geometry.size[$0]) - 0.5 }
  }

  private func offset(_ place: SIMD3<Double>) -> Int {
    let nearest = place.rounded(.toNearestOrEven)
    func index(_ axis: Int) -> Int { min(max(Int(nearest[axis]), 0), geometry.size[axis] - 1) }
    return geometry.offset(index(0), index(1), index(2))
  }

  private func isLesion(_ place: SIMD3<Double>) -> Bool {
    isInside(place) && membership[offset(place)] >= 0.5
  }
}

private func median(_ values: ArraySlice<Double>) -> Double {
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
