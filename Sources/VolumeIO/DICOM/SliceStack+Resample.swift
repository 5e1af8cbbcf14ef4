import Volumes

extension SliceStack {
  /// Brings the slices that are there to the even grid, by linear interpolation.
  func filled(_ samples: [Float]) -> [Float] {
    let area = columns * rows
    let (there, grid) = (places.count, taps.count)
    return [Float](unsafeUninitializedCapacity: area * grid * channels) { buffer, filled in
      filled = area * grid * channels
      samples.withUnsafeBufferPointer { samples in
        for channel in 0..<channels {
          for (slice, tap) in taps.enumerated() {
            let below = (channel * there + tap.below) * area
            let above = (channel * there + tap.above) * area
            let target = (channel * grid + slice) * area
            let weight = Float(tap.fraction)
            for n in 0..<area {
              buffer[target + n] =
                weight == 0
                ? samples[below + n]
                : samples[below + n] * (1 - weight) + samples[above + n] * weight
            }
          }
        }
      }
    }
  }
}

extension DICOMFolder {
  /// The upright grid that holds all slices of a tilted gantry, and where its first pixel lies in
  /// the first slice.
  func straightening(
    _ stack: SliceStack, _ geometry: Geometry
  ) throws(VolumeIOError) -> (geometry: Geometry, first: SIMD2<Double>) {
    let total = stack.shear * Double(stack.sliceCount - 1)
    let first = SIMD2(min(0, total.x).rounded(.down), min(0, total.y).rounded(.down))
    let end = SIMD2(max(0, total.x).rounded(.up), max(0, total.y).rounded(.up))
    let affine = geometry.affine
    let shift = affine.i * stack.shear.x + affine.j * stack.shear.y
    guard (end - first).max() <= 100_000 else {
      throw .malformed(path: path, reason: "a tilt that shifts slices by more than their size")
    }
    do {
      let upright = try Geometry(
        size: SIMD3(
          stack.columns + Int(end.x - first.x), stack.rows + Int(end.y - first.y),
          stack.sliceCount),
        affine: Affine(
          i: affine.i, j: affine.j, k: affine.k - shift,
          origin: affine.origin + affine.i * first.x + affine.j * first.y))
      try DICOMFolder.checkMemory(upright, channels: stack.channels)
      return (upright, first)
    } catch {
      throw .malformed(path: path, reason: error.description)
    }
  }

  /// Undoes the tilt of a gantry: each slice is shifted within its plane, by linear interpolation.
  /// What no slice covers gets the lowest value.
  func straightened(
    _ samples: [Float], _ stack: SliceStack, _ geometry: Geometry
  ) throws(VolumeIOError) -> ([Float], Geometry) {
    let (upright, first) = try straightening(stack, geometry)
    let lowest = samples.lazy.filter { $0.isFinite }.min() ?? 0
    let (columns, rows) = (stack.columns, stack.rows)
    var result = [Float](repeating: lowest, count: upright.voxelCount * stack.channels)
    for image in 0..<stack.channels * stack.sliceCount {
      let shift = first - stack.shear * Double(image % stack.sliceCount)
      let source = image * columns * rows
      let target = image * upright.size.x * upright.size.y
      for y in 0..<upright.size.y {
        let v = Double(y) + shift.y
        guard v > -1, v < Double(rows) else { continue }
        let top = Int(v.rounded(.down))
        let dv = Float(v - Double(top))
        for x in 0..<upright.size.x {
          let u = Double(x) + shift.x
          guard u > -1, u < Double(columns) else { continue }
          let left = Int(u.rounded(.down))
          let du = Float(u - Double(left))
          /// A pixel, or the lowest value beside the slice.
          func pixel(_ x: Int, _ y: Int) -> Float {
            x >= 0 && x < columns && y >= 0 && y < rows
              ? samples[source + y * columns + x] : lowest
          }
          let upper = pixel(left, top) * (1 - du) + (du == 0 ? 0 : pixel(left + 1, top) * du)
          let lower =
            dv == 0
            ? 0 : pixel(left, top + 1) * (1 - du) + (du == 0 ? 0 : pixel(left + 1, top + 1) * du)
          result[target + y * upright.size.x + x] = upper * (1 - dv) + lower * dv
        }
      }
    }
    return (result, upright)
  }
}
