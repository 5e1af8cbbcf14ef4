public import Parallel

/// Outside of its grid, a mask is empty: all operations are those on an endless grid, of which the
/// part in the grid is kept. So closing never loses a voxel at the border.
extension Mask {
  /// The voxels of the set and their neighbours, as often as told.
  public func dilated(_ connectivity: Connectivity, iterations: Int = 1) -> Mask {
    // After as many steps as the grid is long nothing changes.
    let iterations = min(iterations, geometry.size.max())
    guard iterations > 0, let box = boundingBox,
      let part = box.padded(by: SIMD3(repeating: iterations)).clamped(to: geometry)
    else { return self }
    return replacingPart(in: part) { part in
      for _ in 0..<iterations {
        part.voxels = grown(part.voxels, part.geometry.size, connectivity, outside: false)
      }
    }
  }

  /// The voxels of the set whose neighbours all belong to it, as often as told.
  public func eroded(_ connectivity: Connectivity, iterations: Int = 1) -> Mask {
    let iterations = min(iterations, geometry.size.max())
    guard iterations > 0, let box = boundingBox else { return self }
    return replacingPart(in: box) { part in
      // What is outside grows inwards.
      var complement = part.voxels.map { !$0 }
      for _ in 0..<iterations {
        complement = grown(complement, part.geometry.size, connectivity, outside: true)
      }
      part.voxels = complement.map { !$0 }
    }
  }

  /// Erosion and then dilation: without what is thinner than twice the iterations.
  public func opened(_ connectivity: Connectivity, iterations: Int = 1) -> Mask {
    eroded(connectivity, iterations: iterations).dilated(connectivity, iterations: iterations)
  }

  /// Dilation and then erosion: with gaps closed that are no wider than twice the iterations.
  ///
  /// - Throws: ``VolumeError/invalidGeometry(_:)`` where the set, grown by the iterations, has too
  ///   many voxels.
  public func closed(_ connectivity: Connectivity, iterations: Int = 1) throws(VolumeError) -> Mask
  {
    try closed(margin: SIMD3(repeating: iterations)) { grown in
      grown.dilated(connectivity, iterations: iterations)
        .eroded(connectivity, iterations: iterations)
    }
  }

  /// The voxels whose centres lie within a distance in millimetres of that of a voxel of the set.
  ///
  /// Exact, by the distance transform. As in ``distances(workers:)`` the axes count as
  /// perpendicular.
  ///
  /// - Throws: ``VolumeError/invalidRadius(_:)``.
  public func dilated(
    millimetres radius: Double, workers: Workers
  ) throws(VolumeError) -> Mask {
    try requireRadius(radius)
    guard let box = boundingBox?.padded(byMillimetres: radius, in: geometry).clamped(to: geometry)
    else { return self }
    return replacingPart(in: box) { part in
      let limit = Self.squaredLimit(radius)
      part.voxels = part.squaredDistances(workers: workers).map { $0 <= limit }
    }
  }

  /// The voxels of the set with no voxel outside of the set within a distance in millimetres.
  ///
  /// - Throws: ``VolumeError/invalidRadius(_:)``.
  public func eroded(
    millimetres radius: Double, workers: Workers
  ) throws(VolumeError) -> Mask {
    try requireRadius(radius)
    guard let box = boundingBox else { return self }
    // One more voxel on each side: the nearest of those outside of the set.
    let part = try cropped(to: box.padded(by: SIMD3(1, 1, 1)))
    let limit = Self.squaredLimit(radius)
    let distances = part.inverted.squaredDistances(workers: workers)
    var result = Mask(geometry: geometry)
    try result.paste(
      part.replacing(distances.map { $0 > limit }, on: part.geometry),
      at: box.low &- SIMD3(1, 1, 1))
    return result
  }

  /// Erosion and then dilation by a ball with a radius in millimetres.
  ///
  /// - Throws: ``VolumeError/invalidRadius(_:)``.
  public func opened(
    millimetres radius: Double, workers: Workers
  ) throws(VolumeError) -> Mask {
    try eroded(millimetres: radius, workers: workers).dilated(millimetres: radius, workers: workers)
  }

  /// Dilation and then erosion by a ball with a radius in millimetres.
  ///
  /// - Throws: ``VolumeError/invalidRadius(_:)``, and ``VolumeError/invalidGeometry(_:)`` where the
  ///   set, grown by the radius, has too many voxels.
  public func closed(
    millimetres radius: Double, workers: Workers
  ) throws(VolumeError) -> Mask {
    try requireRadius(radius)
    return try closed(margin: geometry.voxels(across: radius)) { grown throws(VolumeError) in
      try grown.dilated(millimetres: radius, workers: workers)
        .eroded(millimetres: radius, workers: workers)
    }
  }

  private func closed(
    margin: SIMD3<Int>, _ close: (Mask) throws(VolumeError) -> Mask
  ) throws(VolumeError) -> Mask {
    guard let box = boundingBox?.padded(by: margin) else { return self }
    var result = self
    try result.paste(close(cropped(to: box)), at: box.low)
    return result
  }

  /// Changes the voxels in a box that lies in the grid and leaves the others.
  private func replacingPart(in box: VoxelBox, _ change: (inout Mask) -> Void) -> Mask {
    var result = self
    do {
      var part = try cropped(to: box)
      change(&part)
      try result.paste(part, at: box.low)
    } catch {
      preconditionFailure("a part of a grid is a grid: \(error)")
    }
    return result
  }

  private func requireRadius(_ radius: Double) throws(VolumeError) {
    guard radius >= 0, radius.isFinite else { throw .invalidRadius(radius) }
  }

  /// Rounding in the spacing must not decide about voxels at exactly the radius.
  private static func squaredLimit(_ radius: Double) -> Double { radius * radius * (1 + 1e-9) }
}

/// The voxels of a set and their neighbours.
///
/// - Parameter outside: whether what lies beyond the grid belongs to the set.
private func grown(
  _ voxels: [Bool], _ size: SIMD3<Int>, _ connectivity: Connectivity, outside: Bool
) -> [Bool] {
  // Bool is a byte of 0 or 1, so that bytes can be joined many at a time.
  [Bool](unsafeUninitializedCapacity: voxels.count) { result, initialized in
    let beyond: UInt8 = outside ? 1 : 0
    voxels.withUnsafeBytes { voxels in
      let target = UnsafeMutableRawBufferPointer(result).bindMemory(to: UInt8.self)
      let source = voxels.bindMemory(to: UInt8.self)
      let wide = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: source.count)
      defer { wide.deallocate() }
      for row in 0..<size.y * size.z {
        let line = source.baseAddress! + row * size.x
        let wideLine = wide.baseAddress! + row * size.x
        let last = size.x - 1
        if last > 1 {
          for x in 1..<last { wideLine[x] = line[x - 1] | line[x] | line[x + 1] }
        }
        wideLine[0] = beyond | line[0] | line[min(1, last)]
        wideLine[last] = (last == 0 ? beyond : line[last - 1]) | line[last] | beyond
      }
      for z in 0..<size.z {
        for y in 0..<size.y {
          let row = (z * size.y + y) * size.x
          let targetLine = target.baseAddress! + row
          targetLine.update(from: wide.baseAddress! + row, count: size.x)
          for (dy, dz) in otherRows {
            guard let reach = connectivity.reach(dy, dz) else { continue }
            guard 0..<size.y ~= y + dy, 0..<size.z ~= z + dz else {
              if outside { targetLine.update(repeating: 1, count: size.x) }
              continue
            }
            let rows = reach == 0 ? source.baseAddress! : UnsafePointer(wide.baseAddress!)
            let line = rows + row + (dz * size.y + dy) * size.x
            for x in 0..<size.x { targetLine[x] |= line[x] }
          }
        }
      }
    }
    initialized = voxels.count
  }
}

/// The rows around a row: their distances along y and z.
private let otherRows = [(-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, -1), (-1, 1), (1, 1)]
