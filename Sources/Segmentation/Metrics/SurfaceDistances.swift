internal import Parallel
internal import Volumes

/// The distances between the surfaces of two masks, element by element, as DeepMind's
/// surface-distance defines them.
///
/// A surface element lies at each corner of the voxel grid whose eight voxels are partly inside and
/// partly outside; it has the area of the marching-cubes surface there, and its distance is that to
/// the nearest element of the other surface. All sums are weighted by area.
struct SurfaceDistances: Sendable {
  /// The elements of one surface, by ascending distance to the other.
  struct Surface: Sendable {
    /// In millimetres; infinite where the other surface is empty.
    var distances: [Double]
    /// In square millimetres.
    var areas: [Double]
    /// The sum of the areas.
    var totalArea: Double
  }

  /// The surface of the truth.
  let truth: Surface
  /// The surface of the prediction.
  let prediction: Surface

  /// - Precondition: the masks share a grid.
  init(truth: Mask, prediction: Mask, workers: Workers) throws(VolumeError) {
    guard let box = unionBox(truth.boundingBox, prediction.boundingBox)?.padded(by: [1, 1, 1])
    else {
      let none = Surface(distances: [], areas: [], totalArea: 0)
      (self.truth, self.prediction) = (none, none)
      return
    }
    let codes = (
      truth: try neighbourCodes(of: truth.cropped(to: box)),
      prediction: try neighbourCodes(of: prediction.cropped(to: box))
    )
    let corners = try Geometry(size: box.size &- 1, affine: truth.geometry.affine)
    let areas = SurfaceElementAreas(spacing: corners.spacing).byCode
    func surface(_ codes: [UInt8], to other: [UInt8]) throws(VolumeError) -> Surface {
      let mask = try Mask(geometry: corners, voxels: other.map(isSurface))
      return Surface(codes, areas: areas, distances: mask.distances(workers: workers))
    }
    self.truth = try surface(codes.truth, to: codes.prediction)
    self.prediction = try surface(codes.prediction, to: codes.truth)
  }

  /// The larger of the two directed distances within which a percentage of each surface's area lies.
  func hausdorff(percent: Double) -> Double {
    max(truth.percentile(percent), prediction.percentile(percent))
  }

  /// The largest distance of all.
  var hausdorff: Double {
    max(truth.distances.last ?? .infinity, prediction.distances.last ?? .infinity)
  }

  /// The part of both surfaces that lies within a tolerance of the other.
  func normalisedSurfaceDistance(tolerance: Double) -> Double {
    (truth.area(within: tolerance) + prediction.area(within: tolerance))
      / (truth.totalArea + prediction.totalArea)
  }

  /// The mean distance over both surfaces together (ASSD).
  var averageSymmetricDistance: Double {
    (truth.distanceSum + prediction.distanceSum) / (truth.totalArea + prediction.totalArea)
  }
}

extension SurfaceDistances.Surface {
  fileprivate init(_ codes: [UInt8], areas byCode: [Double], distances map: [Double]) {
    let elements = codes.indices.filter { isSurface(codes[$0]) }
      .map { (distance: map[$0], area: byCode[Int(codes[$0])]) }
      .sorted { ($0.distance, $0.area) < ($1.distance, $1.area) }
    distances = elements.map(\.distance)
    areas = elements.map(\.area)
    totalArea = areas.reduce(0, +)
  }

  /// The distance within which a percentage of the area lies; infinite for an empty surface.
  func percentile(_ percent: Double) -> Double {
    let wanted = percent / 100
    var area = 0.0
    for (index, element) in areas.enumerated() {
      area += element
      if area / totalArea >= wanted { return distances[index] }
    }
    return distances.last ?? .infinity
  }

  func area(within tolerance: Double) -> Double {
    zip(distances, areas).reduce(0) { $1.0 <= tolerance ? $0 + $1.1 : $0 }
  }

  var distanceSum: Double { zip(distances, areas).reduce(0) { $0 + $1.0 * $1.1 } }

  /// The mean distance to the other surface.
  var averageDistance: Double { distanceSum / totalArea }
}

/// Whether some, but not all, of a corner's voxels are inside.
private func isSurface(_ code: UInt8) -> Bool { code != 0 && code != 255 }

/// For each inner corner of the grid, which of its eight voxels are inside: bit `i + 2 j + 4 k` is
/// the voxel that lies further along i, j and k.
private func neighbourCodes(of mask: Mask) -> [UInt8] {
  let size = mask.geometry.size
  let corners = size &- 1
  let count = corners.x * corners.y * corners.z
  return [UInt8](unsafeUninitializedCapacity: count) { codes, initialized in
    mask.voxels.withUnsafeBytes { voxels in
      var place = 0
      for k in 0..<corners.z {
        for j in 0..<corners.y {
          let row = (k * size.y + j) * size.x
          for i in row..<row + corners.x {
            var code: UInt8 = 0
            for (bit, step) in [0, size.x, size.x * size.y, size.x * size.y + size.x].enumerated() {
              code |= (voxels[i + step] | voxels[i + step + 1] << 1) << UInt8(2 * bit)
            }
            codes[place] = code
            place += 1
          }
        }
      }
    }
    initialized = count
  }
}

/// The smallest box that holds both, of those that exist.
func unionBox(_ a: VoxelBox?, _ b: VoxelBox?) -> VoxelBox? {
  guard let a, let b else { return a ?? b }
  return a.union(b)
}
