public import Parallel
import VolumeIO
public import Volumes

/// Response maps of digital phantoms beside the reference maps of IBSI-2's first phase.
public struct ResponseMapConformance: Sendable {
  /// How far a response map is from the reference map.
  public struct Row: Sendable {
    /// The filter and the phantom.
    public let map: FilterBenchmark.Map
    /// The largest difference of a voxel, as a part of the reference map's range.
    public let deviation: Double

    /// Whether every voxel lies within 1 % of the range.
    public var passes: Bool { deviation <= 0.01 }
  }

  /// The maps, in the order of their identifiers.
  public let rows: [Row]

  /// Filters the phantoms of a folder that holds IBSI's data sets for filters (`digital_phantoms` and
  /// `reference`).
  ///
  /// - Throws: `VolumeIOError` for files that are missing, ``RadiomicsError``.
  public init(folder: String, workers: Workers = .all) throws {
    rows = try FilterBenchmark.maps().map { map in
      Row(map: map, deviation: try Self.deviation(of: map, folder: folder, workers: workers))
    }
  }

  /// The largest difference of a response map from the reference map, as a part of the latter's range.
  ///
  /// - Parameter box: the part that is compared; nil for all.
  /// - Throws: `VolumeIOError` for files that are missing, ``RadiomicsError``.
  public static func deviation(
    of map: FilterBenchmark.Map, folder: String, in box: VoxelBox? = nil, workers: Workers = .all
  ) throws -> Double {
    let path = "\(folder)/digital_phantoms/\(map.phantom)/image/\(map.phantom).nii.gz"
    let image = Image(try ImageFile.read(path, workers: workers).volume)
    let name = map.id.replacing(".", with: "_")
    let reference = try ImageFile.read(
      "\(folder)/reference/\(name)-ValidCRM.nii.gz", workers: workers
    )
    .volume.samples.map(Double.init)
    let size = image.geometry.size
    guard reference.count == image.intensities.count else {
      throw RadiomicsError.unusableRegion(
        found: "a reference map of \(reference.count) voxels", expected: "as many as the phantom")
    }
    let box = box ?? VoxelBox(image.geometry)
    let response = try ImageType.response(map.filter).images(
      of: image, mask: [Bool](repeating: true, count: reference.count), in: box, workers: workers)
    let range = (reference.max() ?? 0) - (reference.min() ?? 0)
    return zip(response[0].image.intensities, box.elements(of: reference, size: size)).reduce(0) {
      max($0, abs($1.0 - $1.1))
    } / range
  }
}
