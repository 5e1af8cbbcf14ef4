import Foundation
import Parallel
import VolumeIO
import Volumes

/// The local binary pattern of each voxel of a region on a sphere around it, described by the lengths of
/// its parts in spherical harmonics, which do not depend on rotations (Banerjee et al., "3D LBP-based
/// rotationally invariant region description", ACCV 2012 Workshops).
public struct LocalBinaryPattern3D: Sendable, Hashable {
  /// The number of degrees of spherical harmonics, 1 or more; each gives an image.
  public var levels: Int
  /// The sphere's radius in voxels.
  public var radius: Double
  /// How often the triangles of the icosahedron that gives the neighbours are divided in four: 0 to 4.
  public var subdivisions: Int

  /// PyRadiomics' defaults: 2 degrees, 42 neighbours at a distance of 1 voxel.
  public init(levels: Int = 2, radius: Double = 1, subdivisions: Int = 1) {
    self.levels = levels
    self.radius = radius
    self.subdivisions = subdivisions
  }

  /// An image for each degree and one of the kurtosis of the neighbours, in a box; 0 outside of the mask.
  ///
  /// The neighbours are interpolated by cubic B-splines; those beyond the image count as 0. Neighbours of
  /// whole numbers are rounded. The kurtosis is NaN where the neighbours do not differ.
  ///
  /// - Parameter mask: the region's voxels among the whole image's.
  func filtered(_ image: Image, mask: [Bool], in box: VoxelBox, workers: Workers) -> [[Double]] {
    let (size, extent) = (image.geometry.size, box.size)
    let vertices = Icosphere.vertices(subdivisions: subdivisions, radius: radius)
    let harmonics = (0..<levels).map { Degree($0, vertices: vertices, radius: radius) }

    // The spline's recursions forget what is farther away than this.
    let horizon = 40 + Int(radius.rounded(.up))
    let around = box.padded(by: SIMD3(repeating: horizon)).clamped(to: image.geometry)!
    let part = around.elements(of: image.intensities, size: image.geometry.size)
    let spline = part.withUnsafeBufferPointer {
      SplineCoefficients($0.baseAddress!, size: around.size, workers: workers)
    }
    // PyRadiomics adds the corners' x, y, z to the voxels' z, y, x.
    let neighbours = vertices.map {
      Neighbour(offset: [$0.z, $0.y, $0.x], row: spline.row, plane: spline.plane)
    }

    let count = extent.x * extent.y * extent.z
    var maps = [Double](repeating: 0, count: count * (levels + 1))
    let rounding = image.storedType
    maps.withUnsafeMutableBufferPointer { maps in
      nonisolated(unsafe) let maps = maps
      spline.withOrigin { origin in
        nonisolated(unsafe) let origin = origin
        workers.forEach(extent.z) { plane, _ in
          var sphere = [Double](repeating: 0, count: neighbours.count)
          for y in box.low.y..<box.high.y {
            for x in box.low.x..<box.high.x {
              let voxel = SIMD3(x, y, plane + box.low.z)
              let place = (voxel.z * size.y + y) * size.x + x
              guard mask[place] else { continue }
              let local = voxel &- around.low
              let here = origin + local.z * spline.plane + local.y * spline.row + local.x
              for (index, neighbour) in neighbours.enumerated() {
                sphere[index] =
                  neighbour.isInside(from: voxel, size: size)
                  ? rounding.rounded(neighbour.value(here)) : 0
              }
              let centre = image.intensities[place]
              let target = (plane * extent.y + y - box.low.y) * extent.x + x - box.low.x
              for (level, degree) in harmonics.enumerated() {
                maps[level * count + target] = degree.length(of: sphere, centre: centre)
              }
              maps[levels * count + target] = kurtosis(sphere)
            }
          }
        }
      }
    }
    return (0...levels).map { Array(maps[$0 * count..<($0 + 1) * count]) }
  }
}

/// A place on the sphere: how a cubic spline is evaluated there.
private struct Neighbour: Sendable {
  private let offset: SIMD3<Double>
  private let start: Int
  private let weights: [[Double]]
  private let (row, plane): (Int, Int)

  init(offset: SIMD3<Double>, row: Int, plane: Int) {
    self.offset = offset
    (self.row, self.plane) = (row, plane)
    let low = offset.rounded(.down)
    start = Int(low.z - 1) * plane + Int(low.y - 1) * row + Int(low.x - 1)
    weights = (0..<3).map { axis in
      let t = offset[axis] - low[axis]
      let z = 1 - t
      let w1 = (t * t * (t - 2) * 3 + 4) / 6
      let w2 = (z * z * (z - 2) * 3 + 4) / 6
      let w0 = z * z * z / 6
      return [w0, w1, w2, 1 - w0 - w1 - w2]
    }
  }

  func isInside(from voxel: SIMD3<Int>, size: SIMD3<Int>) -> Bool {
    let place = SIMD3<Double>(voxel) + offset
    return all(place .>= 0) && all(place .<= SIMD3<Double>(size &- 1))
  }

  func value(_ voxel: UnsafePointer<Double>) -> Double {
    var sum = 0.0
    for c in 0..<4 {
      for b in 0..<4 {
        let line = voxel + start + c * plane + b * row
        for a in 0..<4 {
          sum += ((line[a] * weights[2][c]) * weights[1][b]) * weights[0][a]
        }
      }
    }
    return sum
  }
}

/// The harmonics of one degree at the neighbours.
private struct Degree: Sendable {
  /// The functions that span the degree, each at all neighbours.
  private let functions: [[Double]]
  /// The functions' products, summed over the neighbours, with the sign of each function's square.
  private let gram: [[Double]]

  init(_ degree: Int, vertices: [SIMD3<Double>], radius: Double) {
    // PyRadiomics gives the polar angle in the azimuth's place and the other way round.
    let values = vertices.map {
      SphericalHarmonics.values(
        degree: degree, azimuth: acos($0.z / radius), polar: atan2($0.y, $0.x))
    }
    // The sum over the orders ±m of Y(u) Y(v) is 2 (Re Re - Im Im).
    var functions: [[Double]] = [values.map { $0[0].x }]
    var signs = [1.0]
    for m in 1..<max(1, degree + 1) {
      functions += [values.map { $0[m].x * 2.0.squareRoot() }]
      functions += [values.map { $0[m].y * 2.0.squareRoot() }]
      signs += [1, -1]
    }
    self.functions = functions
    gram = functions.indices.map { i in
      functions.indices.map { j in
        signs[i] * signs[j] * zip(functions[i], functions[j]).reduce(0) { $0 + $1.0 * $1.1 }
      }
    }
  }

  /// The length, over the neighbours, of the part of this degree of the pattern.
  func length(of sphere: [Double], centre: Double) -> Double {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: functions.count) { coefficients in
      for (i, function) in functions.enumerated() {
        var sum = 0.0
        for index in sphere.indices where sphere[index] >= centre { sum += function[index] }
        coefficients[i] = sum
      }
      var square = 0.0
      for (i, row) in gram.enumerated() {
        for (j, product) in row.enumerated() {
          square += coefficients[i] * coefficients[j] * product
        }
      }
      return max(0, square).squareRoot()
    }
  }
}

/// The excess kurtosis; NaN for values that do not differ.
private func kurtosis(_ values: [Double]) -> Double {
  let count = Double(values.count)
  let mean = values.reduce(0, +) / count
  var (second, fourth) = (0.0, 0.0)
  for value in values {
    let square = (value - mean) * (value - mean)
    second += square
    fourth += square * square
  }
  second /= count
  fourth /= count
  let noise = Double.ulpOfOne * mean
  return second <= noise * noise ? .nan : fourth / (second * second) - 3
}
