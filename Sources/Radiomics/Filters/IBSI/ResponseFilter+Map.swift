import Parallel
import Volumes

extension ResponseFilter {
  /// The response map in a box of the image. The settings are valid.
  func response(to image: Image, in box: VoxelBox, workers: Workers) -> [Double] {
    let space = FilterSpace(image: image, boundary: boundary, workers: workers)
    let axes = isSliced ? [0, 1] : [0, 1, 2]
    switch kernel {
    case .mean(let support):
      let mean = Taps(convolving: [Double](repeating: 1 / Double(support), count: support))
      return space.filtered(space.whole, by: axes.map { _ in mean }, in: box).voxels
    case .laplacianOfGaussian(let sigma, let cutoff):
      let filter = LaplacianKernel(
        sigma: sigma, cutoff: cutoff, spacing: image.geometry.spacing, axes: axes)
      guard let riesz else { return filter.response(in: space, box: box).voxels }
      // The transform sees the response beyond the image too, as far as the filter reaches.
      let around = box.union(VoxelBox(image.geometry)).padded(by: filter.reach)
      let response = filter.response(in: space, box: around)
      let transformed = RieszTransform(orders: riesz, axes: axes, spacing: image.geometry.spacing)
        .applied(to: response, band: { _ in 1 }, workers: workers)
      return transformed.cropped(to: box, workers: workers).voxels
    case .laws(let kernels, let distance):
      let taps = kernels.map { [Taps(convolving: $0.weights)] }
      guard let distance else { return pooled(taps, in: space, box: box).voxels }
      let mean = Taps(
        convolving: [Double](repeating: 1 / Double(2 * distance + 1), count: 2 * distance + 1))
      let around = space.needed(for: box, taps: axes.map { _ in mean })
      let response = pooled(taps, in: space, box: around)
      let strength = Block(box: response.box, voxels: response.voxels.map { abs($0) })
      return space.filtered(strength, by: axes.map { _ in mean }, in: box).voxels
    case .gabor(let gabor):
      return gaborResponse(gabor, in: space, box: box)
    case .wavelet(let wavelet, let part, let level):
      // The approximations down to the level, and the part, with holes between the taps.
      let taps = part.map { letter in
        (1...level).map { step in
          Taps(
            convolving: step == level && letter == "H" ? wavelet.highPass : wavelet.lowPass,
            step: 1 << (step - 1))
        }
      }
      return pooled(taps, in: space, box: box).voxels
    case .simoncelli(let level):
      // What is not periodic is made so with half of the image's size on each side.
      var margin = SIMD3<Int>.zero
      if boundary != .periodic {
        for axis in axes { margin[axis] = (space.size[axis] + 1) / 2 }
      }
      let extended = space.extended(space.whole, to: space.whole.box.padded(by: margin))
      let transform = RieszTransform(
        orders: riesz ?? .zero, axes: axes, spacing: image.geometry.spacing)
      let response = transform.applied(
        to: extended, band: { Simoncelli.band($0, level: level) }, workers: workers)
      return response.cropped(to: box, workers: workers).voxels
    }
  }

  /// The pooled responses to a separable filter of one or more stages in all rotations, or the response
  /// to it as it is.
  ///
  /// - Parameter taps: for each axis, the stages.
  private func pooled(_ taps: [[Taps<Double>]], in space: FilterSpace, box: VoxelBox)
    -> Block<Double>
  {
    let rotations =
      pooling == nil
      ? [taps]
      : Rotation.all(dimensions: taps.count).map { rotation in
        taps.indices.map { axis in
          taps[rotation.axis[axis]].map { rotation.isReversed[axis] ? $0.reversed : $0 }
        }
      }
    var seen: Set<[[Taps<Double>]]> = []
    var pool = Pool(pooling)
    for filter in rotations where seen.insert(filter.map { $0.map(\.sorted) }).inserted {
      var regions = [box]
      for stage in filter[0].indices.dropFirst().reversed() {
        regions.append(space.needed(for: regions.last!, taps: filter.map { $0[stage] }))
      }
      var block = space.whole
      for (stage, region) in zip(filter[0].indices, regions.reversed()) {
        block = space.filtered(block, by: filter.map { $0[stage] }, in: region)
      }
      pool.add(block.voxels)
    }
    return Block(box: box, voxels: pool.result)
  }

  /// The mean over directions of the modulus, pooled over the planes.
  private func gaborResponse(_ gabor: Gabor, in space: FilterSpace, box: VoxelBox) -> [Double] {
    let normals = pooling != nil && !isSliced ? [2, 1, 0] : [2]
    var pool = Pool(pooling)
    for normal in normals {
      let axes = [0, 1, 2].filter { $0 != normal }
      let spacing = axes.map { space.spacing[$0] }.max() ?? 1
      let filter = PlanarConvolution(
        axes: (axes[0], axes[1]), reach: gabor.reach(spacing: spacing))
      for response in filter.moduli(
        directions: gabor.directions, in: space, box: box,
        kernel: { gabor.weight($0, $1, spacing: spacing, direction: $2) })
      {
        pool.add(response)
      }
    }
    return pool.result
  }
}

/// Pools response maps voxel by voxel, one after the other.
private struct Pool {
  private let pooling: ResponseFilter.Pooling
  private var values: [Double] = []
  private var count = 0

  init(_ pooling: ResponseFilter.Pooling?) {
    self.pooling = pooling ?? .mean
  }

  mutating func add(_ map: [Double]) {
    count += 1
    guard count > 1 else {
      values = map
      return
    }
    let pooling = pooling
    map.withUnsafeBufferPointer { map in
      values.withUnsafeMutableBufferPointer { values in
        for voxel in values.indices {
          switch pooling {
          case .max: values[voxel] = max(values[voxel], map[voxel])
          case .min: values[voxel] = min(values[voxel], map[voxel])
          case .mean: values[voxel] += map[voxel]
          }
        }
      }
    }
  }

  var result: [Double] {
    pooling == .mean && count > 1 ? values.map { $0 / Double(count) } : values
  }
}
