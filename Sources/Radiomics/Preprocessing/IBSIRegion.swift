import Parallel
import Volumes

/// A scan and a region as IBSI prepares them: interpolated, rounded, resegmented (IBSI 2).
struct IBSIRegion {
  /// A scan and its masks at one stage of the work.
  struct Stage {
    let image: Image
    /// The morphological mask.
    let shape: [Bool]
    /// The intensity mask.
    let mask: [Bool]
  }

  let initial: Stage
  let interpolated: Stage
  let resegmented: Stage

  /// - Throws: ``RadiomicsError/emptyRegion(what:remedy:)`` where no voxel is left, and
  ///   ``RadiomicsError/tooLarge(what:remedy:)``.
  init(
    _ image: Image, mask: [Bool], _ configuration: IBSIConfiguration, workers: Workers
  ) throws(RadiomicsError) {
    initial = Stage(image: image, shape: mask, mask: mask)
    var scan = image
    var shape = mask
    if let spacing = configuration.spacing {
      let grid = try CentredGrid(image.geometry, spacing: spacing)
      scan = grid.scan(image, by: configuration.interpolation, workers: workers)
      shape = grid.mask(mask, workers: workers)
    }
    if configuration.isRounded {
      scan.intensities = scan.intensities.map { $0.rounded(.toNearestOrAwayFromZero) }
    }
    guard shape.contains(true) else {
      throw .emptyRegion(what: "the interpolated mask", remedy: "choose smaller voxels")
    }
    interpolated = Stage(image: scan, shape: shape, mask: shape)

    var kept = shape
    if let range = configuration.range {
      for index in kept.indices where kept[index] { kept[index] = range ~= scan.intensities[index] }
    }
    if let deviations = configuration.outlierDeviations, kept.contains(true) {
      // Of what the range has left (IBSI 2.5).
      let moments = Moments(scan.intensities, kept)
      let limit = deviations * moments.deviation
      for index in kept.indices where kept[index] {
        kept[index] = abs(scan.intensities[index] - moments.mean) <= limit
      }
    }
    guard kept.contains(true) else {
      throw .emptyRegion(what: "the resegmented mask", remedy: "widen the range of intensities")
    }
    resegmented = Stage(image: scan, shape: shape, mask: kept)
  }

  /// The box around the morphological mask.
  func box() throws(RadiomicsError) -> VoxelBox {
    guard let box = resegmented.shape.box(in: resegmented.image.geometry.size) else {
      throw .emptyRegion(what: "the morphological mask", remedy: "look at the mask")
    }
    return box
  }

  /// The box around the morphological mask, with the intensities of an image of that box or the scan's.
  func region(_ filtered: Image? = nil) throws(RadiomicsError) -> Region {
    let stage = resegmented
    let size = stage.image.geometry.size
    let box = try box()
    return Region(
      geometry: try stage.image.geometry.part(box),
      intensities: filtered?.intensities ?? box.elements(of: stage.image.intensities, size: size),
      mask: box.elements(of: stage.mask, size: size),
      shape: box.elements(of: stage.shape, size: size))
  }
}

/// A grid of other voxels with the same centre (IBSI 2.4: align by grid centre, size rounded up).
struct CentredGrid {
  let geometry: Geometry
  private let source: SIMD3<Int>
  /// Where voxel 0 lies among the source's voxels, and the step from voxel to voxel.
  private let offset: SIMD3<Double>
  private let step: SIMD3<Double>

  /// - Throws: ``RadiomicsError/tooLarge(what:remedy:)``.
  init(_ source: Geometry, spacing wanted: SIMD3<Double>) throws(RadiomicsError) {
    let spacing = wanted.replacing(with: source.spacing, where: wanted .== 0)
    step = spacing / source.spacing
    let size = SIMD3<Double>(source.size)
    // A size that is whole but for rounding stays.
    let count = (size / step - 1e-6).rounded(.up)
    guard count.x * count.y * count.z <= 4e9 else {
      throw .tooLarge(
        what: "a grid of \(count.x)x\(count.y)x\(count.z) voxels", remedy: "choose larger voxels")
    }
    offset = 0.5 * (size - 1 - (count - 1) * step)
    self.source = source.size
    var affine = source.affine
    affine.origin = source.world(at: offset)
    for axis in 0..<3 { affine[axis] *= step[axis] }
    do {
      geometry = try Geometry(size: SIMD3<Int>(count), affine: affine)
    } catch {
      throw .tooLarge(what: "the interpolated grid (\(error))", remedy: "choose larger voxels")
    }
  }

  /// The scan on this grid; beyond its outermost voxel centres intensities go on unchanged.
  func scan(
    _ image: Image, by interpolation: IBSIConfiguration.Interpolation, workers: Workers
  ) -> Image {
    let size = source
    let values: [Double]
    switch interpolation {
    case .linear:
      values = image.intensities.withUnsafeBufferPointer { voxels in
        nonisolated(unsafe) let voxels = voxels
        return map(workers) { GridResampling.linear($0, voxels, size) }
      }
    case .cubicSpline:
      let spline = CubicSpline(image.intensities, size: size, workers: workers)
      values = spline.coefficients.withUnsafeBufferPointer { voxels in
        nonisolated(unsafe) let voxels = voxels
        return map(workers) { CubicSpline.value(at: $0, voxels, size) }
      }
    }
    return Image(geometry: geometry, intensities: values)
  }

  /// Where the interpolated mask is a half or more.
  func mask(_ mask: [Bool], workers: Workers) -> [Bool] {
    let size = source
    let fractions = mask.map { $0 ? 1.0 : 0.0 }
    return fractions.withUnsafeBufferPointer { voxels in
      nonisolated(unsafe) let voxels = voxels
      // Planes half-way between two of the scan's are common; rounding must not decide about them.
      return map(workers) { GridResampling.linear($0, voxels, size) >= 0.5 - 1e-9 }
    }
  }

  private func map<Value: BitwiseCopyable & Sendable>(
    _ workers: Workers, _ value: @Sendable (SIMD3<Double>) -> Value
  ) -> [Value] {
    let size = geometry.size
    let last = SIMD3<Double>(source &- 1)
    let (offset, step) = (offset, step)
    return [Value](unsafeUninitializedCapacity: geometry.voxelCount) { result, count in
      nonisolated(unsafe) let result = result.baseAddress!
      workers.forEach(size.y * size.z) { row, _ in
        for x in 0..<size.x {
          let place = offset + SIMD3(Double(x), Double(row % size.y), Double(row / size.y)) * step
          (result + row * size.x + x).initialize(
            to: value(place.clamped(lowerBound: .zero, upperBound: last)))
        }
      }
      count = size.x * size.y * size.z
    }
  }
}
