import Parallel

/// The features of the families that see intensities, of one image.
struct TextureRequest {
  let region: Region
  let levels: DiscretisedRegion
  let settings: ExtractionSettings
  let workers: Workers

  init(
    _ region: Region, _ settings: ExtractionSettings, _ workers: Workers
  ) throws(RadiomicsError) {
    self.region = region
    self.settings = settings
    self.workers = workers
    levels = try DiscretisedRegion(region, by: settings.discretisation)
  }

  /// The wanted features of each family, in the order of the requests.
  func features(
    _ requests: [ExtractionParameters.FeatureRequest]
  ) throws(RadiomicsError) -> [[Feature]] {
    // The longest first, so that no thread is left with one of them at the end.
    let order = requests.indices.sorted { requests[$0].family.effort > requests[$1].family.effort }
    let results = try workers.map(requests.count) { index throws(RadiomicsError) in
      let request = requests[order[index]]
      return request.chosen(from: try features(of: request.family))
    }
    return requests.indices.map { index in results[order.firstIndex(of: index) ?? 0] }
  }

  private func features(of family: FeatureClass) throws(RadiomicsError) -> [Feature] {
    let texture = settings.texture
    return switch family {
    case .firstOrder:
      try FirstOrder.features(region, levels: levels, voxelArrayShift: settings.voxelArrayShift)
    case .glcm: try GLCM.features(levels, texture, workers: workers)
    case .gldm: try GLDM.features(levels, texture)
    case .glrlm: try GLRLM.features(levels, texture, workers: workers)
    case .glszm: try GLSZM.features(levels, texture)
    case .ngtdm: try NGTDM.features(levels, texture)
    // The mask alone makes the shape, which is computed once; the others are not PyRadiomics'.
    default: []
    }
  }
}

extension FeatureClass {
  /// Which of the families takes longer.
  fileprivate var effort: Int {
    switch self {
    case .glcm: 6
    case .glrlm: 5
    case .ngtdm: 4
    case .gldm: 3
    case .glszm: 2
    case .firstOrder: 1
    default: 0
    }
  }
}

extension ExtractionSettings {
  /// How intensities become levels.
  var discretisation: Discretisation {
    binCount.map(Discretisation.binCount) ?? .binWidth(binWidth)
  }

  /// How texture matrices are made.
  var texture: TextureSettings {
    var texture = TextureSettings()
    texture.aggregation = force2D ? .directionMerged25D : .averaged3D
    texture.sliceAxis = 2 - force2Ddimension
    texture.weighting = weightingNorm
    texture.distances = distances
    texture.isSymmetrical = symmetricalGLCM
    texture.coarseness = gldmA
    return texture
  }
}
