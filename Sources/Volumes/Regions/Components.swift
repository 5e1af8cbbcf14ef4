/// The connected components of a mask.
public struct Components: Sendable, Equatable {
  /// The grid.
  public let geometry: Geometry
  /// For each voxel the number of its component, from 1 on, or 0 outside of the mask.
  ///
  /// Components are numbered in the order of their first voxels in memory.
  public let labels: [Int32]
  /// The number of voxels of each component: that of component `n` is at `n - 1`.
  public let sizes: [Int]

  /// The number of components.
  public var count: Int { sizes.count }

  init(_ runs: VoxelRuns, geometry: Geometry) {
    self.geometry = geometry
    sizes = runs.sizes
    labels = [Int32](unsafeUninitializedCapacity: geometry.voxelCount) { labels, initialized in
      labels.initialize(repeating: 0)
      runs.forEach(geometry.size) { component, voxels in
        let number = Int32(truncatingIfNeeded: component + 1)
        (labels.baseAddress! + voxels.lowerBound).update(repeating: number, count: voxels.count)
      }
      initialized = geometry.voxelCount
    }
  }

  /// The voxels of one component, counted from 1.
  public func mask(of component: Int) -> Mask {
    let number = Int32(truncatingIfNeeded: component)
    return Mask(geometry: geometry, unchecked: labels.map { $0 == number && number > 0 })
  }
}

extension Mask {
  /// The connected components.
  public func components(_ connectivity: Connectivity) -> Components {
    Components(VoxelRuns(of: self, connectivity: connectivity), geometry: geometry)
  }

  /// The component with the most voxels; the first in memory of equals; empty for an empty mask.
  public func largestComponent(_ connectivity: Connectivity) -> Mask {
    let runs = VoxelRuns(of: self, connectivity: connectivity)
    let most = runs.sizes.max()
    let largest = runs.sizes.firstIndex { $0 == most }
    return removing(runs) { $0 != largest }
  }

  /// The set without the components of fewer voxels than a number.
  public func removingComponents(
    smallerThan voxelCount: Int, _ connectivity: Connectivity
  ) -> Mask {
    let runs = VoxelRuns(of: self, connectivity: connectivity)
    return removing(runs) { runs.sizes[$0] < voxelCount }
  }

  /// The set without the components that fill less than a volume in millilitres.
  public func removingComponents(
    smallerThanMillilitres millilitres: Double, _ connectivity: Connectivity
  ) -> Mask {
    // Rounding must not remove a component of exactly that volume.
    let least = geometry.voxels(inMillilitres: millilitres) * (1 - 1e-9)
    let runs = VoxelRuns(of: self, connectivity: connectivity)
    return removing(runs) { Double(runs.sizes[$0]) < least }
  }

  /// The set with its holes: with those voxels from which no path over faces leads to the border of
  /// the grid without crossing the set.
  public func fillingHoles() -> Mask {
    let size = geometry.size
    let outside = VoxelRuns(of: self, value: false, connectivity: .faces)
    var isHole = [Bool](repeating: true, count: outside.sizes.count)
    outside.forEach(size) { component, voxels in
      let row = voxels.lowerBound / size.x
      let (y, z) = (row % size.y, row / size.y)
      let isAtBorder =
        y == 0 || y == size.y - 1 || z == 0 || z == size.z - 1
        || voxels.lowerBound == row * size.x || voxels.upperBound == (row + 1) * size.x
      if isAtBorder { isHole[component] = false }
    }
    return setting(outside, to: true) { isHole[$0] }
  }

  private func removing(_ runs: VoxelRuns, where isRemoved: (Int) -> Bool) -> Mask {
    setting(runs, to: false, where: isRemoved)
  }

  private func setting(
    _ runs: VoxelRuns, to value: Bool, where isChosen: (_ component: Int) -> Bool
  ) -> Mask {
    var result = self
    result.withMutableElements { result in
      runs.forEach(geometry.size) { component, voxels in
        if isChosen(component) { result[voxels].update(repeating: value) }
      }
    }
    return result
  }
}
