public import Parallel
import Volumes

/// Maps of features: for each voxel of a region, the features of its neighbourhood, as PyRadiomics' voxel
/// mode computes them (settings `kernelRadius`, `maskedKernel` and `initValue`).
public enum VoxelExtraction {
  /// Calls `body` with each map, one after the other, in the order of PyRadiomics' columns.
  ///
  /// - Parameters:
  ///   - body: receives the column, such as `original_glcm_Contrast`, and the map on the box around the
  ///     region with the kernel's radius on each side, as far as the scan reaches.
  ///   - workers: the threads; values do not depend on them.
  /// - Returns: what was left out and why.
  /// - Throws: ``RadiomicsError`` where nothing can be computed, and what `body` throws.
  public static func forEachMap(
    _ input: ExtractionInput, _ parameters: ExtractionParameters, workers: Workers = .all,
    _ body: (_ column: String, _ map: Image) throws -> Void
  ) throws -> [String] {
    let settings = parameters.settings
    guard 1...largestRadius ~= settings.kernelRadius else {
      throw RadiomicsError.invalidSetting(
        name: "kernelRadius", found: "\(settings.kernelRadius)", expected: "1 to \(largestRadius)")
    }
    var diagnostics: Diagnostics?
    let prepared = try PreparedRegion(
      input, settings, keepsSurroundings: true, diagnostics: &diagnostics, workers: workers)
    let geometry = prepared.image.geometry
    let margin = SIMD3(repeating: settings.kernelRadius)
    guard let box = prepared.box.padded(by: margin).clamped(to: geometry) else { return [] }
    let mask = box.elements(of: prepared.mask, size: geometry.size)
    let plane = SlicePlane(normal: 2 - settings.force2Ddimension, isForced: settings.force2D)

    var warnings: [String] = []
    let families = parameters.features.filter { !$0.family.isShape }
    if families.count < parameters.features.count {
      warnings.append("shape is left out: neighbourhoods have none of their own")
    }
    for request in parameters.imageTypes {
      let own = try parameters.settings(of: request)
      for type in try parameters.types(of: request) {
        let images: [FilteredImage]
        do throws(RadiomicsError) {
          images = try type.images(
            of: prepared.image, mask: prepared.mask, in: box, plane: plane, workers: workers)
        } catch {
          guard case .inapplicableFilter = error else { throw error }
          warnings.append("\(error)")
          continue
        }
        for image in images {
          let voxels = image.image.intensities
          let seen = own.maskedKernel ? mask : [Bool](repeating: true, count: mask.count)
          let region = Region(
            geometry: image.image.geometry, intensities: voxels, mask: seen, shape: seen)
          let maps = try FeatureMaps(region, targets: mask, own).maps(families, workers)
          for (family, maps) in zip(families, maps) {
            for (name, values) in maps {
              try body(
                "\(image.name)_\(family.family.rawValue)_\(name)",
                Image(geometry: image.image.geometry, intensities: values))
            }
          }
        }
      }
    }
    return warnings
  }

  /// Beyond this a neighbourhood is no longer a small one.
  static let largestRadius = 32
}
