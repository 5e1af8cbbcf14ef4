import VolumeIO
public import Volumes

/// The grey levels of a region of interest, on the box around it.
public struct DiscretisedRegion: Sendable {
  /// The grid of the box.
  public let geometry: Geometry
  /// The level of each voxel of the box: 1... in the intensity mask, 0 elsewhere; the first voxel
  /// axis is fastest.
  public let levels: [Int32]
  /// Whether each voxel of the box is in the morphological mask, from whose border distances count.
  public let shape: [Bool]
  /// The highest level, Ng.
  public let levelCount: Int
  /// The levels that occur in the region, ascending; empty levels between them are left out. Where this
  /// is a part of a region, the part may lack some of them.
  public let present: [Int]
  /// How many voxels have each of the levels in ``present``.
  public let counts: [Int]

  /// The levels of ``present`` that voxels have.
  var occurring: [Int] { zip(present, counts).filter { $0.1 > 0 }.map(\.0) }

  /// The number of voxels in the intensity mask.
  public var voxelCount: Int { counts.reduce(0, +) }

  /// Divides the intensities of a region into levels.
  ///
  /// - Throws: ``RadiomicsError/emptyRegion(what:remedy:)`` where the intensity mask has no voxel,
  ///   ``RadiomicsError/unusableRegion(found:expected:)`` where it holds NaN or infinite intensities,
  ///   and what the settings of the discretisation or too many levels cause.
  public init(_ region: Region, by discretisation: Discretisation) throws(RadiomicsError) {
    let inside = try region.finiteIntensities()
    let found = try discretisation.levels(
      of: inside, isSingle: region.storedType == .float32)
    var levels = [Int32](repeating: 0, count: region.mask.count)
    var next = 0
    for voxel in region.mask.indices where region.mask[voxel] {
      levels[voxel] = found[next]
      next += 1
    }
    let highest = Int(found.max() ?? 1)
    var counts = [Int](repeating: 0, count: highest + 1)
    for level in found { counts[Int(level)] += 1 }
    let present = (1...highest).filter { counts[$0] > 0 }
    self.init(
      geometry: region.geometry, levels: levels, shape: region.shape, levelCount: highest,
      present: present, counts: present.map { counts[$0] })
  }

  /// Levels that were found elsewhere, such as those of a part of a larger region.
  ///
  /// - Parameters:
  ///   - levels: the level of each voxel of the box, 0 outside the intensity mask.
  ///   - levelCount: the highest level of the whole region, Ng.
  ///   - present: the levels that occur in the whole region, ascending; those of `levels` are
  ///     among them.
  /// - Precondition: `levels` and `shape` have `geometry.voxelCount` elements.
  public init(
    geometry: Geometry, levels: [Int32], shape: [Bool], levelCount: Int, present: [Int]
  ) {
    precondition(levels.count == geometry.voxelCount && shape.count == levels.count)
    var counts = [Int](repeating: 0, count: levelCount + 1)
    for level in levels where level > 0 { counts[Int(level)] += 1 }
    self.init(
      geometry: geometry, levels: levels, shape: shape, levelCount: levelCount, present: present,
      counts: present.map { counts[$0] })
  }

  private init(
    geometry: Geometry, levels: [Int32], shape: [Bool], levelCount: Int, present: [Int],
    counts: [Int]
  ) {
    self.geometry = geometry
    self.levels = levels
    self.shape = shape
    self.levelCount = levelCount
    self.present = present
    self.counts = counts
  }
}

extension Region {
  /// The intensities in the intensity mask, in the order of the voxels.
  ///
  /// - Throws: ``RadiomicsError/emptyRegion(what:remedy:)`` and, for NaN or infinite ones,
  ///   ``RadiomicsError/unusableRegion(found:expected:)``.
  func finiteIntensities() throws(RadiomicsError) -> [Double] {
    var inside: [Double] = []
    var unusable = 0
    for (intensity, isInside) in zip(intensities, mask) where isInside {
      inside.append(intensity)
      if !intensity.isFinite { unusable += 1 }
    }
    guard !inside.isEmpty else {
      throw .emptyRegion(
        what: "the intensity mask", remedy: "check the mask, its label and the resegmentation range"
      )
    }
    guard unusable == 0 else {
      throw .unusableRegion(
        found: "\(unusable) of \(inside.count) voxels of NaN or infinite intensity",
        expected: "finite intensities; resegment to a range or correct the mask")
    }
    return inside
  }
}
