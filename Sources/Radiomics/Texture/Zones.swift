import Volumes

/// Groups of connected voxels of one level: 26-connected in space, 8-connected in slices.
struct Zones {
  /// A zone: the place of its level among those that occur, from 1, its number of voxels, and its voxels'
  /// least distance to the border of the morphological mask.
  struct Zone {
    let level: Int
    var size: Int
    var distance: Int
  }

  /// Finds the zones of each part.
  ///
  /// - Parameter distances: for each voxel of the grid its distance to the border, where it is wanted.
  static func find(
    _ grid: LevelGrid, _ aggregation: Aggregation, distances: [Int32]?
  ) -> [[Zone]] {
    let steps = grid.offsets(distances: [1], isPlanar: aggregation.isPlanar, isWithinBox: false)
      .map { -grid.step($0) }
    var parent = [Int32](repeating: 0, count: grid.levels.count)
    return parent.withUnsafeMutableBufferPointer { parent in
      grid.levels.withUnsafeBufferPointer { levels in
        grid.parts(aggregation).map { rows in
          connect(rows, levels, parent, steps)
          return collect(rows, levels, parent, distances)
        }
      }
    }
  }

  /// Joins each voxel to the neighbours of its level that come before it. The first voxel of a zone in
  /// memory is its root.
  private static func connect(
    _ rows: ArraySlice<LevelGrid.Row>, _ levels: UnsafeBufferPointer<Int32>,
    _ parent: UnsafeMutableBufferPointer<Int32>, _ steps: [Int]
  ) {
    func root(_ voxel: Int32) -> Int32 {
      var voxel = voxel
      while true {
        let above = parent[Int(voxel)]
        if above == voxel { return voxel }
        // Halves the path for the next to come this way.
        let next = parent[Int(above)]
        parent[Int(voxel)] = next
        voxel = next
      }
    }
    steps.withUnsafeBufferPointer { steps in
      for row in rows {
        for voxel in row.start..<row.start + row.count {
          let level = levels[voxel]
          guard level != 0 else { continue }
          var own = Int32(voxel)
          parent[voxel] = own
          for step in steps where levels[voxel + step] == level {
            let above = parent[voxel + step]
            if above == own { continue }
            let other = root(above)
            if other < own {
              parent[Int(own)] = other
              own = other
            } else {
              parent[Int(other)] = own
            }
          }
          parent[voxel] = own
        }
      }
    }
  }

  private static func collect(
    _ rows: ArraySlice<LevelGrid.Row>, _ levels: UnsafeBufferPointer<Int32>,
    _ parent: UnsafeMutableBufferPointer<Int32>, _ distances: [Int32]?
  ) -> [Zone] {
    var zones: [Zone] = []
    // Parents lie before their children, so that one look leads to the number of the zone, which roots
    // and voxels that are done hold below 0.
    for row in rows {
      for voxel in row.start..<row.start + row.count where levels[voxel] != 0 {
        let above = Int(parent[voxel])
        let distance = distances.map { Int($0[voxel]) } ?? 0
        if above == voxel {
          parent[voxel] = ~Int32(zones.count)
          zones.append(Zone(level: Int(levels[voxel]), size: 1, distance: distance))
        } else {
          let zone = parent[above]
          parent[voxel] = zone
          zones[Int(~zone)].size += 1
          if distance < zones[Int(~zone)].distance { zones[Int(~zone)].distance = distance }
        }
      }
    }
    return zones
  }
}
