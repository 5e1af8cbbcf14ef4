public import Parallel

extension Mask {
  /// For each voxel the distance in millimetres between its centre and the nearest voxel centre of
  /// the set: 0 in the set, infinity everywhere for the empty set.
  ///
  /// Exact, with the spacing of each axis, by Felzenszwalb and Huttenlocher, "Distance transforms of
  /// sampled functions", Theory of Computing 8 (2012). The axes count as perpendicular, as they are
  /// in all scans but sheared ones.
  public func distances(workers: Workers) -> [Double] {
    var distances = squaredDistances(workers: workers)
    distances.withUnsafeMutableBufferPointer { distances in
      for index in distances.indices { distances[index] = distances[index].squareRoot() }
    }
    return distances
  }

  /// The squares of ``distances(workers:)``.
  func squaredDistances(workers: Workers) -> [Double] {
    let size = geometry.size
    let spacing = geometry.spacing
    return [Double](unsafeUninitializedCapacity: voxels.count) { result, initialized in
      voxels.withUnsafeBufferPointer { voxels in
        nonisolated(unsafe) let (voxels, result) = (voxels.baseAddress!, result.baseAddress!)
        let (row, plane) = (size.x, size.x * size.y)
        let along = (
          y: DistanceLines(count: size.y, stride: row, spacing: spacing.y),
          z: DistanceLines(count: size.z, stride: plane, spacing: spacing.z)
        )
        workers.forEach(size.z) { z, _ in
          for y in 0..<size.y {
            let line = z * plane + y * row
            squaredDistancesAlongRow(
              voxels + line, into: result + line, count: size.x, spacing: spacing.x)
          }
          along.y.transform(result + z * plane, width: size.x)
        }
        workers.forEach(size.y) { y, _ in
          along.z.transform(result + y * row, width: size.x)
        }
      }
      initialized = voxels.count
    }
  }
}

/// The squared distances to the nearest voxel of the set in the same row.
private func squaredDistancesAlongRow(
  _ voxels: UnsafePointer<Bool>, into result: UnsafeMutablePointer<Double>, count: Int,
  spacing: Double
) {
  var distance = Double.infinity
  for x in 0..<count {
    distance = voxels[x] ? 0 : distance + 1
    (result + x).initialize(to: distance)
  }
  for x in stride(from: count - 1, through: 0, by: -1) {
    distance = min(result[x], distance + 1)
    result[x] = (distance * spacing) * (distance * spacing)
  }
}

/// The one-dimensional transform along one axis: for each voxel of a line the smallest sum of the
/// value at any voxel of the line and the squared distance to it.
private struct DistanceLines {
  let count: Int
  let stride: Int
  let spacing: Double

  /// Lines that are copied together, for memory's sake.
  private static let block = 8

  /// Transforms `width` neighbouring lines in place.
  func transform(_ first: UnsafeMutablePointer<Double>, width: Int) {
    guard count > 1 else { return }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: count * (Self.block + 2)) { values in
      withUnsafeTemporaryAllocation(of: Int.self, capacity: count) { parabolas in
        let lines = values.baseAddress!
        let ends = lines + count * Self.block
        let heights = ends + count
        for lane in Swift.stride(from: 0, to: width, by: Self.block) {
          let lanes = min(Self.block, width - lane)
          for index in 0..<count {
            let source = first + index * stride + lane
            for line in 0..<lanes { (lines + line * count + index).initialize(to: source[line]) }
          }
          for line in 0..<lanes {
            transform(
              lines + line * count, into: first + lane + line, parabolas.baseAddress!, ends,
              heights)
          }
        }
      }
    }
  }

  /// - Parameters:
  ///   - parabolas: scratch: the voxels whose parabolas form the lower envelope.
  ///   - ends: scratch: up to where each of these parabolas is the lowest.
  ///   - heights: scratch: their heights at voxel 0, in squared voxels.
  private func transform(
    _ values: UnsafePointer<Double>, into result: UnsafeMutablePointer<Double>,
    _ parabolas: UnsafeMutablePointer<Int>, _ ends: UnsafeMutablePointer<Double>,
    _ heights: UnsafeMutablePointer<Double>
  ) {
    let scale = 1 / (spacing * spacing)
    var last = -1
    for index in 0..<count where values[index] < .infinity {
      let height = values[index] * scale + Double(index * index)
      while last >= 0 {
        let crossing = (height - heights[last]) / Double(2 * (index - parabolas[last]))
        if last == 0 || crossing > ends[last - 1] {
          ends[last] = crossing
          break
        }
        last -= 1
      }
      last += 1
      parabolas[last] = index
      heights[last] = height
    }
    // A line without finite values stays infinite.
    guard last >= 0 else { return }
    ends[last] = .infinity
    var lowest = 0
    for index in 0..<count {
      while ends[lowest] < Double(index) { lowest += 1 }
      let distance = Double(index - parabolas[lowest]) * spacing
      result[index * stride] = values[parabolas[lowest]] + distance * distance
    }
  }
}
