public import Parallel
import VolumeIO
public import Volumes

extension ImageType {
  /// The images of this type, in the order of PyRadiomics.
  ///
  /// They are the parts in the box of what filtering the whole scan gives; no more is computed than they
  /// need.
  ///
  /// - Parameters:
  ///   - scan: the whole scan, after preprocessing.
  ///   - mask: the region's voxels among the scan's; ``localBinaryPattern3D(_:)`` looks at no others.
  ///   - box: the part of the grid that is wanted.
  ///   - plane: the plane of slices.
  /// - Throws: ``RadiomicsError/invalidSetting(name:found:expected:)``, and
  ///   ``RadiomicsError/inapplicableFilter(name:found:expected:)`` where the scan is too small.
  /// - Precondition: the mask has the scan's size, and the box lies within the scan.
  public func images(
    of scan: Image, mask: [Bool], in box: VoxelBox, plane: SlicePlane = SlicePlane(),
    workers: Workers
  ) throws(RadiomicsError) -> [FilteredImage] {
    precondition(mask.count == scan.geometry.voxelCount)
    precondition(box.clamped(to: scan.geometry) == box)
    precondition(0...2 ~= plane.normal)
    try validate()
    let part: Geometry
    do {
      part = try scan.geometry.cropped(to: box)
    } catch {
      preconditionFailure("a part of a grid is one: \(error)")
    }
    func image(_ name: String, _ voxels: [Double], _ type: StoredType) -> FilteredImage {
      FilteredImage(
        name: name, image: Image(geometry: part, intensities: voxels, storedType: type))
    }
    switch self {
    case .original:
      return [
        image(
          "original", box.elements(of: scan.intensities, size: scan.geometry.size), scan.storedType)
      ]
    case .laplacianOfGaussian(let sigma, let label):
      let name = "log-sigma-\(label.replacing(".", with: "-"))-mm-3D"
      let filter = RecursiveLaplacian(sigma: sigma)
      guard filter.applies(to: scan.geometry) else {
        throw .inapplicableFilter(
          name: name, found: "\(scan.geometry)",
          expected: "4 voxels along each axis, and one more than \(label) mm span")
      }
      return [image(name, filter.filtered(scan, in: box, workers: workers), .float32)]
    case .wavelet(let wavelet, let startLevel, let levels):
      let axes = [0, 1, 2].filter { !(plane.isForced && $0 == plane.normal) }
      let isSingle = scan.storedType == .float32
      let type: StoredType = isSingle ? .float32 : .float64
      let parts = StationaryWavelet(wavelet: wavelet, axes: axes).levels(
        of: scan, in: box, start: startLevel, levels: levels, single: isSingle, workers: workers)
      func prefix(_ level: Int) -> String { level == 1 ? "wavelet-" : "wavelet\(level)-" }
      var images = parts.enumerated().flatMap { index, level in
        level.details.map { image(prefix(index + 1) + $0.name, $0.voxels, type) }
      }
      let last = prefix(levels) + String(repeating: "L", count: axes.count)
      images.append(image(last, parts[levels - 1].approximation, type))
      return images
    case .transformed(let transform):
      return [image(transform.rawValue, transform.values(of: scan, in: box), .float64)]
    case .gradient(let usesSpacing):
      let filter = GradientMagnitude(usesSpacing: usesSpacing)
      return [image("gradient", filter.filtered(scan, in: box, workers: workers), .float32)]
    case .localBinaryPattern2D(let pattern):
      let voxels = pattern.filtered(scan, in: box, normal: plane.normal, workers: workers)
      return [image("lbp-2D", voxels, scan.storedType)]
    case .localBinaryPattern3D(let pattern):
      let maps = pattern.filtered(scan, mask: mask, in: box, workers: workers)
      return maps.enumerated().map { index, voxels in
        image(index < pattern.levels ? "lbp-3D-m\(index + 1)" : "lbp-3D-k", voxels, .float64)
      }
    case .response(let filter):
      return [
        image(filter.name, filter.response(to: scan, in: box, workers: workers), .float64)
      ]
    }
  }

  /// - Throws: ``RadiomicsError/invalidSetting(name:found:expected:)`` for a setting beyond its bounds.
  public func validate() throws(RadiomicsError) {
    func check(
      _ isRight: Bool, _ name: String, _ found: some CustomStringConvertible, _ expected: String
    ) throws(RadiomicsError) {
      guard isRight else {
        throw .invalidSetting(name: name, found: found.description, expected: expected)
      }
    }
    switch self {
    case .original, .transformed, .gradient:
      return
    case .response(let filter):
      try filter.validate()
    case .laplacianOfGaussian(let sigma, _):
      try check(sigma > 0 && sigma < 1e6, "sigma", sigma, "millimetres above 0")
    case .wavelet(_, let startLevel, let levels):
      try check(0...16 ~= startLevel, "start_level", startLevel, "0 to 16")
      try check(1...16 ~= levels, "level", levels, "1 to 16")
    case .localBinaryPattern2D(let pattern):
      try check(
        pattern.radius > 0 && pattern.radius < 1e4, "lbp2DRadius", pattern.radius, "above 0")
      try check(1...30 ~= pattern.samples, "lbp2DSamples", pattern.samples, "1 to 30")
    case .localBinaryPattern3D(let pattern):
      try check(1...12 ~= pattern.levels, "lbp3DLevels", pattern.levels, "1 to 12")
      try check(
        pattern.radius > 0 && pattern.radius < 1e3, "lbp3DIcosphereRadius", pattern.radius,
        "above 0")
      try check(
        0...4 ~= pattern.subdivisions, "lbp3DIcosphereSubdivision", pattern.subdivisions, "0 to 4")
    }
  }
}
