public import Parallel
import VolumeIO
public import Volumes

/// The images that features of a region are computed from, with what is around it, to be looked at.
public struct RegionImages: Sendable {
  /// The images, all on the grid of ``labels``.
  public let images: [FilteredImage]
  /// The region, label 1, as intensities are taken from it.
  public let labels: LabelMap
  /// How many voxels of the prepared scan have each grey level, the first that occurs first.
  public let levels: [Int]
  /// The smallest and the largest intensity of the region in the prepared scan.
  public let range: ClosedRange<Double>

  /// Prepares a region as ``Extraction`` does.
  ///
  /// - Parameter margin: how far around the region images are shown, in millimetres.
  /// - Throws: ``RadiomicsError``. Filters that the scan is too small for are left out.
  public init(
    _ input: ExtractionInput, _ parameters: ExtractionParameters, margin: Double,
    workers: Workers = .all
  ) throws(RadiomicsError) {
    let settings = parameters.settings
    var diagnostics: Diagnostics?
    let prepared = try PreparedRegion(
      input, settings, keepsSurroundings: true, diagnostics: &diagnostics, workers: workers)
    let geometry = prepared.image.geometry
    let box =
      prepared.box.padded(byMillimetres: margin, in: geometry).clamped(to: geometry)
      ?? prepared.box
    let plane = SlicePlane(normal: 2 - settings.force2Ddimension, isForced: settings.force2D)
    var images: [FilteredImage] = []
    for request in parameters.imageTypes {
      for type in try parameters.types(of: request) {
        do throws(RadiomicsError) {
          images += try type.images(
            of: prepared.image, mask: prepared.mask, in: box, plane: plane, workers: workers)
        } catch {
          guard case .inapplicableFilter = error else { throw error }
        }
      }
    }
    self.images = images
    do {
      labels = try LabelMap(
        geometry: geometry.part(box),
        voxels: box.elements(of: prepared.mask, size: geometry.size).map { $0 ? 1 : 0 })
    } catch {
      throw .tooLarge(what: "the region (\(error))", remedy: "divide it")
    }
    let region = try prepared.region(prepared.image)
    let found = try DiscretisedRegion(region, by: settings.discretisation)
    let inside = try region.finiteIntensities()
    range = (inside.min() ?? 0)...(inside.max() ?? 0)
    // Levels without voxels are bins, too.
    let first = found.present.first ?? 1
    var levels = [Int](repeating: 0, count: (found.present.last ?? first) - first + 1)
    for (level, count) in zip(found.present, found.counts) { levels[level - first] = count }
    self.levels = levels
  }
}
