import Parallel
import Volumes

/// The features of the neighbourhood of each voxel of a region (PyRadiomics' voxel-based extraction).
///
/// Grey levels are those of the whole region. A neighbourhood is the box of the kernel's radius around
/// the voxel, as far as it lies in the box of the region; only its voxels of the mask count.
struct FeatureMaps {
  private let region: Region
  private let levels: DiscretisedRegion
  private let targets: [Bool]
  private let settings: ExtractionSettings

  /// - Parameters:
  ///   - region: the box around the region with the kernel's radius; its intensity mask holds the
  ///     voxels that neighbourhoods see.
  ///   - targets: the voxels that features are wanted of.
  init(
    _ region: Region, targets: [Bool], _ settings: ExtractionSettings
  ) throws(RadiomicsError) {
    self.region = region
    self.targets = targets
    self.settings = settings
    levels = try DiscretisedRegion(region, by: settings.discretisation)
  }

  /// The maps of the wanted features of each family, in the order of the requests.
  func maps(
    _ requests: [ExtractionParameters.FeatureRequest], _ workers: Workers
  ) throws(RadiomicsError) -> [[(name: String, values: [Double])]] {
    let size = region.geometry.size
    var columns: [(request: Int, name: String)] = []
    for (index, request) in requests.enumerated() {
      for name in request.names ?? request.family.names(.pyradiomics).standard {
        columns.append((index, name))
      }
    }
    // What each row of the box computes: its targets' features, one after the other.
    let rows = try workers.map(size.y * size.z) { row throws(RadiomicsError) in
      var values: [Double] = []
      for x in 0..<size.x where targets[row * size.x + x] {
        let kernel = try Kernel(self, at: SIMD3(x, row % size.y, row / size.y))
        for request in requests {
          let features = try kernel.features(of: request.family)
          for feature in request.chosen(from: features) { values.append(feature.value) }
        }
      }
      return values
    }
    var maps = columns.map { _ in
      [Double](repeating: settings.initValue, count: size.x * size.y * size.z)
    }
    for (row, values) in rows.enumerated() {
      var next = 0
      for x in 0..<size.x where targets[row * size.x + x] {
        for column in columns.indices {
          maps[column][row * size.x + x] = values[next]
          next += 1
        }
      }
    }
    return requests.indices.map { index in
      columns.indices.filter { columns[$0].request == index }.map {
        (columns[$0].name, maps[$0])
      }
    }
  }

  /// The neighbourhood of a voxel.
  private struct Kernel {
    let intensities: [Double]
    let levels: DiscretisedRegion
    let settings: ExtractionSettings
    let voxelVolume: Double

    init(_ maps: FeatureMaps, at voxel: SIMD3<Int>) throws(RadiomicsError) {
      settings = maps.settings
      let size = maps.region.geometry.size
      var radius = SIMD3(repeating: settings.kernelRadius)
      if settings.force2D { radius[2 - settings.force2Ddimension] = 0 }
      let low = pointwiseMax(voxel &- radius, .zero)
      let high = pointwiseMin(voxel &+ radius, size &- 1) &+ 1
      let count = (high &- low).x * (high &- low).y * (high &- low).z
      var inside: [Double] = []
      var levels: [Int32] = []
      var shape: [Bool] = []
      inside.reserveCapacity(count)
      levels.reserveCapacity(count)
      shape.reserveCapacity(count)
      for z in low.z..<high.z {
        for y in low.y..<high.y {
          for place in (z * size.y + y) * size.x + low.x..<(z * size.y + y) * size.x + high.x {
            let level = maps.levels.levels[place]
            levels.append(level)
            shape.append(level != 0)
            if level != 0 { inside.append(maps.region.intensities[place]) }
          }
        }
      }
      intensities = inside
      let spacing = maps.region.geometry.spacing
      voxelVolume = spacing.x * spacing.y * spacing.z
      // The neighbourhood's place in the world plays no role.
      let geometry: Geometry
      do {
        geometry = try Geometry(size: high &- low, spacing: spacing)
      } catch {
        throw .tooLarge(what: "a neighbourhood (\(error))", remedy: "choose a smaller kernelRadius")
      }
      self.levels = DiscretisedRegion(
        geometry: geometry, levels: levels, shape: shape, levelCount: maps.levels.levelCount,
        present: maps.levels.present)
    }

    func features(of family: FeatureClass) throws(RadiomicsError) -> [Feature] {
      let texture = settings.texture
      return switch family {
      case .firstOrder:
        FirstOrder.features(
          of: intensities, levelCounts: levels.counts.filter { $0 > 0 }, voxelVolume: voxelVolume,
          convention: .pyradiomics, voxelArrayShift: settings.voxelArrayShift)
      case .glcm: try GLCM.features(levels, texture)
      case .gldm: try GLDM.features(levels, texture)
      case .glrlm: try GLRLM.features(levels, texture)
      case .glszm: try GLSZM.features(levels, texture)
      case .ngtdm: try NGTDM.features(levels, texture)
      default: []
      }
    }
  }
}
