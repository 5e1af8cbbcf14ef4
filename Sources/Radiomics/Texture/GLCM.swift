import Foundation
public import Parallel
import Volumes

/// The grey-level co-occurrence matrix (Haralick 1973; IBSI 3.6): how often levels i and j are those of
/// voxels at an offset from each other.
public struct GLCM: Sendable {
  /// A pair of levels that occurs: places in ``levels``, and its probability.
  struct Entry: Sendable {
    let i: Int
    let j: Int
    var probability: Double
  }

  /// By i and then j.
  let entries: [Entry]
  /// The levels that occur, ascending.
  let levels: [Int]
  /// Whether the region, of which this may be a part, has one level alone.
  let isFlat: Bool
  /// The highest level, Ng.
  let levelCount: Int
  /// The convention for logarithms and for regions of one level.
  let convention: Convention

  /// The features in PyRadiomics' order.
  ///
  /// - Throws: ``RadiomicsError/invalidSetting(name:found:expected:)`` and
  ///   ``RadiomicsError/tooLarge(what:remedy:)``.
  public static func features(
    _ region: DiscretisedRegion, _ settings: TextureSettings = TextureSettings(),
    workers: Workers = Workers(count: 1)
  ) throws(RadiomicsError) -> [Feature] {
    let matrices = try matrices(region, settings)
    let values = workers.map(matrices.count) { matrices[$0].values() }
    return names(settings.convention).map { name, measure in
      let value = meanOfNumbers(values.lazy.map { $0[keyPath: measure] })
      if !value.isNaN { return Feature(name, value) }
      // PyRadiomics sets 1 before it looks for pairs.
      if name == "MCC", region.present.count == 1 { return Feature(name, 1) }
      return Feature(
        name,
        undefined: matrices.isEmpty
          ? "no voxel of the region has a neighbour at the distance" : "not defined for this region"
      )
    }
  }

  static func matrices(
    _ region: DiscretisedRegion, _ settings: TextureSettings
  ) throws(RadiomicsError) -> [GLCM] {
    try settings.validate()
    let grid = try LevelGrid(
      region, border: settings.distances.max() ?? 1, sliceAxis: settings.sliceAxis,
      isCompressed: true)
    let offsets = grid.offsets(
      distances: settings.distances, isPlanar: settings.aggregation.isPlanar, isWithinBox: true)
    let weights = offsets.map { offset in
      settings.weighting.map { weighting in
        let distance = weighting.distance(offset, spacing: grid.spacing)
        return weighting == .none ? 1 : exp(-distance * distance)
      } ?? 1
    }
    let merges = settings.aggregation.mergesDirections || settings.weighting != nil
    let levels = region.occurring
    var matrices: [GLCM] = []
    for part in grid.parts(settings.aggregation) {
      let pairs = PairCounter.count(
        grid, part, offsets.map(grid.step), levels: levels.count,
        isSymmetrical: settings.isSymmetrical)
      for entries in merges ? [merged(pairs, weights)] : pairs where !entries.isEmpty {
        let total = entries.reduce(0) { $0 + $1.probability }
        // Weights of exp(-d^2) may vanish: a matrix without a sum has no features.
        guard total > 0 else { continue }
        matrices.append(
          GLCM(
            entries: entries.map {
              Entry(i: $0.i, j: $0.j, probability: $0.probability / total)
            }, levels: levels, isFlat: region.present.count == 1, levelCount: region.levelCount,
            convention: settings.convention))
      }
    }
    return matrices
  }

  /// The weighted sum of the directions' counts.
  private static func merged(_ lists: [[Entry]], _ weights: [Double]) -> [Entry] {
    let all = zip(lists, weights).enumerated().flatMap { direction, list in
      list.0.map { (direction, Entry(i: $0.i, j: $0.j, probability: $0.probability * list.1)) }
    }
    let sorted = all.sorted { first, second in
      (first.1.i, first.1.j, first.0) < (second.1.i, second.1.j, second.0)
    }
    var entries: [Entry] = []
    for (_, entry) in sorted {
      if let last = entries.last, last.i == entry.i, last.j == entry.j {
        entries[entries.count - 1].probability += entry.probability
      } else {
        entries.append(entry)
      }
    }
    return entries
  }
}
