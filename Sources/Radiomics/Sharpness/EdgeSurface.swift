import Foundation
public import Parallel
public import Volumes

/// Points on a lesion's smoothed surface, evenly spread over its area, with their normals.
///
/// Places are millimetres along the grid's axes, from the centre of its first voxel.
public struct EdgeSurface: Sendable {
  /// A point of the surface.
  public struct Point: Sendable, Equatable {
    /// In mm along the grid's axes.
    public var place: SIMD3<Double>
    /// Of length 1, to the outside.
    public var normal: SIMD3<Double>
  }

  /// The points.
  public let points: [Point]
  /// The area of the surface in mm².
  public let area: Double

  /// Smooths a lesion by a Gaussian of one voxel and spreads points over where it passes one half.
  ///
  /// A label map's surface is a staircase, and worst along the axis of thick slices: normals would point
  /// along the axes. Smoothing moves it inwards by about σ² / R for a radius of R; the offset of each
  /// profile's fit counts from there.
  ///
  /// - Parameters:
  ///   - membership: how much each voxel of the grid belongs to the lesion, 0 to 1: a mask, or a
  ///     probability.
  ///   - density: points for each mm².
  ///   - most: the most points.
  public init(
    _ membership: [Double], _ geometry: Geometry, density: Double, most: Int, workers: Workers
  ) {
    let smoothed = EdgeSurface.smoothed(membership, geometry.size, workers: workers)
    let (field, size) = (smoothed.voxels, smoothed.box.size)
    let net = SurfaceNet(field, size: size)
    let spacing = geometry.spacing
    let corners = net.triangles.map { triangle in
      (0..<3).map { net.vertices[Int(triangle[$0])] * spacing }
    }
    let areas = corners.map { length(cross($0[1] - $0[0], $0[2] - $0[0])) / 2 }
    let area = areas.reduce(0, +)
    self.area = area
    let count = min(most, max(1, Int((area * density).rounded())))
    guard area > 0 else {
      points = []
      return
    }
    let spline = CubicSpline(field, size: size, workers: workers)
    var places: [SIMD3<Double>] = []
    places.reserveCapacity(count)
    var (triangle, passed) = (0, 0.0)
    for index in 0..<count {
      let wanted = (Double(index) + 0.5) / Double(count) * area
      while triangle < areas.count - 1, passed + areas[triangle] < wanted {
        passed += areas[triangle]
        triangle += 1
      }
      // Anywhere in the triangle, but the same for the same lesion.
      var (a, b) = (radicalInverse(index, 2), radicalInverse(index, 3))
      if a + b > 1 { (a, b) = (1 - a, 1 - b) }
      let corner = corners[triangle]
      places.append(corner[0] + a * (corner[1] - corner[0]) + b * (corner[2] - corner[0]))
    }
    let found: [Point?] = workers.map(count) { [places] index in
      spline.coefficients.withUnsafeBufferPointer { coefficients in
        func value(_ place: SIMD3<Double>) -> Double {
          CubicSpline.value(at: place / spacing, coefficients, size)
        }
        func gradient(_ place: SIMD3<Double>) -> SIMD3<Double> {
          var result = SIMD3<Double>.zero
          for axis in 0..<3 {
            var step = SIMD3<Double>.zero
            step[axis] = 0.25 * spacing[axis]
            result[axis] = (value(place + step) - value(place - step)) / (2 * step[axis])
          }
          return result
        }
        var place = places[index]
        for _ in 0..<2 {
          let slope = gradient(place)
          let square = dot(slope, slope)
          guard square > 0 else { return nil }
          let move = (0.5 - value(place)) / square * slope
          // The net's vertices are close: a long way is a flat field's mistake.
          guard length(move) < spacing.max() else { break }
          place += move
        }
        let slope = gradient(place)
        let steepness = length(slope)
        guard steepness > 0 else { return nil }
        return Point(
          place: place + SIMD3<Double>(smoothed.box.low) * spacing, normal: -slope / steepness)
      }
    }
    points = found.compactMap(\.self)
  }

  /// A lesion smoothed by a Gaussian of one voxel, with a sample of background around what that reaches.
  private static func smoothed(
    _ membership: [Double], _ size: SIMD3<Int>, workers: Workers
  ) -> Block<Double> {
    let reach = 4
    let weights = (-reach...reach).map { exp(-0.5 * Double($0 * $0)) }
    let total = weights.reduce(0, +)
    let taps = Taps(convolving: weights.map { $0 / total })
    // The filter takes its reach away on each side.
    let margin = 2 * reach + 1
    guard let box = VoxelBox(low: SIMD3(repeating: -margin), high: size &+ margin) else {
      preconditionFailure("a grid has voxels")
    }
    let block = Block<Double>(of: membership, size: size, box: box, workers: workers) {
      Boundary.zero.index(of: $0, count: size[$1])
    }
    return (0..<3).reduce(block) { $0.filtered(taps, axis: $1, workers: workers) }
  }
}

/// The digits of a number in a base, mirrored at the point: evenly spread over 0..<1 for any count.
private func radicalInverse(_ number: Int, _ base: Int) -> Double {
  var (rest, digit, result) = (number, 1 / Double(base), 0.0)
  while rest > 0 {
    result += Double(rest % base) * digit
    rest /= base
    digit /= Double(base)
  }
  return result
}
