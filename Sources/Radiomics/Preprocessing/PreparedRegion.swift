import Parallel
import VolumeIO
import Volumes

/// A scan and a region as PyRadiomics prepares them: normalised, resampled or cut, resegmented.
struct PreparedRegion {
  /// The grid that indices count in.
  private var frame: Geometry
  /// The part of the grid that is held.
  private var held: VoxelBox
  /// The scan in that part.
  private(set) var image: Image
  /// The mask that the shape is taken from, in that part.
  private(set) var shape: [Bool]
  /// The mask that intensities are taken from, in that part.
  private(set) var mask: [Bool]
  /// The box around ``mask``, counted in the part that is held.
  private(set) var box: VoxelBox

  /// - Parameters:
  ///   - keepsSurroundings: whether filters need voxels outside the region's box.
  ///   - diagnostics: receives what happened, where it is not nil.
  /// - Throws: ``RadiomicsError`` for a mask on another grid, without the label, or too small.
  init(
    _ input: ExtractionInput, _ settings: ExtractionSettings, keepsSurroundings: Bool,
    diagnostics: inout Diagnostics?, workers: Workers
  ) throws(RadiomicsError) {
    let drawn = try DrawnMask(input, label: UInt16(settings.label))
    try diagnostics?.addOriginal(input, drawn.voxels, box: drawn.box, workers: workers)

    let resampledSpacing = settings.interpolator == nil ? nil : settings.resampledPixelSpacing
    let isCorrected = !input.scan.geometry.matches(
      drawn.geometry, within: settings.geometryTolerance)
    frame = isCorrected ? input.scan.geometry : drawn.geometry
    if isCorrected || settings.normalize || resampledSpacing != nil || keepsSurroundings {
      held = VoxelBox(frame)
      image = Image(input.scan, storedType: input.storedType)
      mask = isCorrected ? try drawn.corrected(input, settings, workers) : drawn.whole(input)
      box = drawn.box
    } else {
      held = drawn.box
      image = Image(
        geometry: try frame.part(held),
        intensities: held.elements(of: input.scan.samples, size: frame.size).map(Double.init),
        storedType: input.storedType)
      mask = drawn.voxels
      box = VoxelBox(image.geometry)
    }
    shape = mask
    if settings.normalize {
      image = try Normalisation.normalised(
        image, scale: settings.normalizeScale, outliers: settings.removeOutliers)
    }
    let what = "label \(settings.label)"
    if let resampledSpacing, let interpolator = settings.interpolator {
      if isCorrected {
        box = try MaskCheck.box(mask, size: frame.size, what: what, settings: settings)
      }
      try resample(to: resampledSpacing, interpolator, settings, workers)
      diagnostics?.addImage("interpolated", image, workers: workers)
      try note("interpolated", try boxOfMask(what), in: &diagnostics)
    } else if settings.preCrop, isWhole {
      box = try MaskCheck.box(mask, size: frame.size, what: what, settings: settings)
      try cut(to: box.padded(by: SIMD3(repeating: settings.padDistance)))
    }
    box = try MaskCheck.box(mask, size: held.size, what: what, settings: settings)
    if isCorrected, resampledSpacing == nil { try note("corrected", box, in: &diagnostics) }
    guard let range = settings.resegmentRange else { return }
    mask = try Resegmentation.mask(
      mask, intensities: image.intensities, range: range, mode: settings.resegmentMode)
    box = try MaskCheck.box(
      mask, size: held.size, what: what + " after resegmentation", settings: settings)
    if settings.resegmentShape { shape = mask }
    try note("resegmented", box, in: &diagnostics)
  }

  /// The voxels of a label, of a mask on the scan's grid.
  ///
  /// - Throws: ``RadiomicsError/geometryMismatch(scan:mask:)`` and
  ///   ``RadiomicsError/emptyRegion(what:remedy:)``.
  static func mask(
    of label: Int, _ input: ExtractionInput, workers: Workers
  ) throws(RadiomicsError) -> [Bool] {
    let drawn = try DrawnMask(input, label: UInt16(label))
    guard input.scan.geometry.matches(drawn.geometry) else {
      throw .geometryMismatch(scan: input.scan.geometry, mask: drawn.geometry)
    }
    return drawn.whole(input)
  }

  /// The region's box with the intensities of an image on the grid of ``image`` or of the box.
  func region(_ filtered: Image) throws(RadiomicsError) -> Region {
    let size = image.geometry.size
    let intensities = filtered.intensities
    let isPart = intensities.count == box.size.x * box.size.y * box.size.z
    return Region(
      geometry: try image.geometry.part(box),
      intensities: isPart ? intensities : box.elements(of: intensities, size: size),
      mask: box.elements(of: mask, size: size), shape: box.elements(of: shape, size: size),
      storedType: filtered.storedType)
  }

  private var isWhole: Bool { held == VoxelBox(frame) }

  /// The box around the mask, of any size.
  private func boxOfMask(_ what: String) throws(RadiomicsError) -> VoxelBox {
    guard let box = mask.box(in: held.size) else {
      throw .emptyRegion(
        what: what + " on the new grid", remedy: "choose smaller voxels in resampledPixelSpacing")
    }
    return box
  }

  private mutating func resample(
    to spacing: SIMD3<Double>, _ interpolator: ScanInterpolator, _ settings: ExtractionSettings,
    _ workers: Workers
  ) throws(RadiomicsError) {
    guard
      let grid = try ResamplingGrid.grid(
        mask: frame, box: box, spacing: spacing, padDistance: settings.padDistance)
    else {
      try cut(to: box.padded(by: SIMD3(repeating: settings.padDistance)))
      return
    }
    let scan = GridResampling(
      source: PhysicalGrid(image.geometry), target: grid, workers: workers)
    image = try scan.scan(image, by: interpolator)
    mask = GridResampling(source: PhysicalGrid(frame), target: grid, workers: workers).mask(mask)
    shape = mask
    frame = image.geometry
    held = VoxelBox(frame)
  }

  /// Leaves the part in a box, as the new frame.
  private mutating func cut(to wanted: VoxelBox) throws(RadiomicsError) {
    guard let part = wanted.clamped(to: frame) else { return }
    let size = frame.size
    frame = try frame.part(part)
    held = VoxelBox(frame)
    image = Image(
      geometry: frame, intensities: part.elements(of: image.intensities, size: size),
      storedType: image.storedType)
    mask = part.elements(of: mask, size: size)
    shape = mask
  }

  /// Tells of the mask and the intensities in it.
  private func note(
    _ prefix: String, _ box: VoxelBox, in diagnostics: inout Diagnostics?
  ) throws(RadiomicsError) {
    guard diagnostics != nil,
      let place = VoxelBox(low: box.low &+ held.low, high: box.high &+ held.low)
    else { return }
    try diagnostics?.addMask(
      prefix, box.elements(of: mask, size: held.size), box: place, in: frame,
      intensities: box.elements(of: image.intensities, size: held.size))
  }
}

/// The voxels of a label, in the box around them.
private struct DrawnMask {
  let geometry: Geometry
  let label: UInt16
  let box: VoxelBox
  let voxels: [Bool]

  init(_ input: ExtractionInput, label: UInt16) throws(RadiomicsError) {
    geometry = input.labels.geometry
    self.label = label
    guard let box = input.labels.voxels.box(of: label, in: geometry.size) else {
      let labels = input.labels.labels.prefix(20).map(String.init).joined(separator: ", ")
      throw .emptyRegion(
        what: "label \(label)",
        remedy: labels.isEmpty
          ? "the mask is empty" : "the mask has label\(labels.contains(",") ? "s" : "") \(labels)")
    }
    self.box = box
    voxels = box.elements(of: input.labels.voxels, size: geometry.size).map { $0 == label }
  }

  /// All voxels of the mask's grid.
  func whole(_ input: ExtractionInput) -> [Bool] { input.labels.voxels.map { $0 == label } }

  /// The mask on the scan's grid, where it was drawn on another.
  func corrected(
    _ input: ExtractionInput, _ settings: ExtractionSettings, _ workers: Workers
  ) throws(RadiomicsError) -> [Bool] {
    guard settings.correctMask else {
      throw .geometryMismatch(scan: input.scan.geometry, mask: geometry)
    }
    let (scan, drawn) = (PhysicalGrid(input.scan.geometry), PhysicalGrid(geometry))
    let ends = [SIMD3<Double>(box.low) - 0.5, SIMD3<Double>(box.high) - 0.5].map {
      scan.index(of: drawn.point(ofIndex: $0))
    }
    let size = SIMD3<Double>(scan.size)
    let isInside = ends.allSatisfy { end in
      (0..<3).allSatisfy { -0.501...size[$0] - 0.499 ~= end[$0] }
    }
    guard isInside else {
      throw .unusableRegion(
        found: "parts outside of the scan: the scan has \(input.scan.geometry); the mask has "
          + "\(geometry)", expected: "a region within the scan")
    }
    return GridResampling(source: drawn, target: scan, workers: workers).mask(whole(input))
  }
}

extension [UInt16] {
  /// The smallest box around the elements of a value, of an array over a grid; nil for none.
  func box(of label: UInt16, in size: SIMD3<Int>) -> VoxelBox? {
    var low = size
    var high = SIMD3<Int>.zero
    withUnsafeBufferPointer { voxels in
      for row in 0..<size.y * size.z {
        let row = (
          y: row % size.y, z: row / size.y,
          voxels: UnsafeBufferPointer(rebasing: voxels[row * size.x..<(row + 1) * size.x])
        )
        guard let first = row.voxels.firstIndex(of: label),
          let last = row.voxels.lastIndex(of: label)
        else { continue }
        low = SIMD3(Swift.min(low.x, first), Swift.min(low.y, row.y), Swift.min(low.z, row.z))
        high = SIMD3(Swift.max(high.x, last + 1), Swift.max(high.y, row.y + 1), row.z + 1)
      }
    }
    return VoxelBox(low: low, high: high)
  }
}

extension Geometry {
  /// The grid of a box that lies in this one.
  func part(_ box: VoxelBox) throws(RadiomicsError) -> Geometry {
    do {
      return try cropped(to: box)
    } catch {
      throw .tooLarge(what: "a part of the grid (\(error))", remedy: "look at the scan's size")
    }
  }

  /// Whether two grids agree, within a part of a voxel where one is given.
  func matches(_ other: Geometry, within tolerance: Double?) -> Bool {
    guard let tolerance, size == other.size else { return matches(other) }
    let limit = tolerance * spacing.min()
    return zip(corners, other.corners).allSatisfy { dot($0 - $1, $0 - $1).squareRoot() <= limit }
  }
}
