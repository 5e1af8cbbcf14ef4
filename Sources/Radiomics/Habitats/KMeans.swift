import Basics
import Foundation
import Parallel

/// Points of some dimensions, one after the other.
struct PointSet: Sendable {
  let dimensions: Int
  /// `dimensions` numbers for each point.
  let values: [Double]

  /// - Precondition: `values` are whole points.
  init(dimensions: Int, values: [Double]) {
    precondition(dimensions > 0 && values.count.isMultiple(of: dimensions))
    self.dimensions = dimensions
    self.values = values
  }

  var count: Int { values.count / dimensions }

  /// The point of a place.
  subscript(point: Int) -> [Double] {
    Array(values[point * dimensions..<(point + 1) * dimensions])
  }

  /// The sum of squared distances from the mean of all points.
  func totalSquares() -> Double {
    var mean = [Double](repeating: 0, count: dimensions)
    for (index, value) in values.enumerated() { mean[index % dimensions] += value }
    for axis in mean.indices { mean[axis] /= Double(max(1, count)) }
    var sum = 0.0
    for (index, value) in values.enumerated() {
      let difference = value - mean[index % dimensions]
      sum += difference * difference
    }
    return sum
  }
}

/// Clusters of points by Lloyd's algorithm (1982), begun with the centres of k-means++ (Arthur and
/// Vassilvitskii 2007), of several candidates the best (the greedy form that scikit-learn has).
///
/// Sums are made part by part in the order of the points: the same bits for any number of threads.
struct KMeans: Sendable {
  /// The means of the clusters.
  private(set) var centres: PointSet
  /// The cluster of each point, from 0.
  private(set) var clusters: [Int32]
  /// The sum of squared distances of points from their centres.
  private(set) var inertia: Double
  /// How often centres were moved.
  private(set) var iterations = 0

  /// Begins with given centres.
  ///
  /// Ends where no point changes its cluster, where centres hardly move (a sum of squares of `tolerance`
  /// times the points' mean variance), or after 300 rounds. A cluster without points takes the one that is
  /// farthest from its centre.
  ///
  /// - Precondition: there are at least as many points as centres, of equal dimensions.
  init(_ points: PointSet, from start: PointSet, tolerance: Double = 1e-4, workers: Workers) {
    precondition(points.dimensions == start.dimensions && points.count >= start.count)
    centres = start
    clusters = []
    inertia = .infinity
    let limit =
      tolerance * points.totalSquares() / Double(max(1, points.count * points.dimensions))
    while iterations < 300 {
      let assignment = Assignment(points, to: centres, workers: workers)
      iterations += 1
      let moved = assignment.means(of: points)
      let shift = zip(moved.values, centres.values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      let isSame = assignment.clusters == clusters
      clusters = assignment.clusters
      centres = moved
      if isSame || shift <= limit { break }
    }
    // Clusters are those of the last centres.
    let last = Assignment(points, to: centres, workers: workers)
    clusters = last.clusters
    inertia = last.inertia
  }

  /// The best of several beginnings.
  ///
  /// - Parameters:
  ///   - count: the number of clusters.
  ///   - seed: of the random numbers that beginnings are drawn with.
  init(_ points: PointSet, count: Int, starts: Int = 10, seed: UInt64, workers: Workers) {
    var best: KMeans?
    for start in 0..<max(1, starts) {
      let found = KMeans(
        points,
        from: KMeans.start(points, count: count, seed: seed, number: start, workers: workers),
        workers: workers)
      if found.inertia < best?.inertia ?? .infinity { best = found }
    }
    self =
      best
      ?? KMeans(
        points, from: PointSet(dimensions: points.dimensions, values: points[0]), workers: workers)
  }

  /// Centres that are far apart: each next one a point, by chance in proportion to its squared distance
  /// from the nearest centre; of some candidates that which leaves the least.
  private static func start(
    _ points: PointSet, count: Int, seed: UInt64, number: Int, workers: Workers
  ) -> PointSet {
    var generator = SplitMix(seed: seed, keys: count, number)
    var centres = points[generator.index(below: points.count)]
    var nearest = Assignment(
      points, to: PointSet(dimensions: points.dimensions, values: centres), workers: workers
    ).distances
    let candidates = 2 + Int(log(Double(count)))
    for _ in 1..<max(1, count) {
      var sums = nearest
      for index in sums.indices.dropFirst() { sums[index] += sums[index - 1] }
      let total = sums.last ?? 0
      var best: (sum: Double, point: [Double], distances: [Double])?
      for _ in 0..<candidates {
        let wanted = generator.unit() * total
        let index = min(points.count - 1, sums.firstPlace(above: wanted))
        let point = points[index]
        let own = Assignment(
          points, to: PointSet(dimensions: points.dimensions, values: point), workers: workers
        ).distances
        var distances = nearest
        var sum = 0.0
        for index in distances.indices {
          distances[index] = min(distances[index], own[index])
          sum += distances[index]
        }
        if sum < best?.sum ?? .infinity { best = (sum, point, distances) }
      }
      if let best {
        centres += best.point
        nearest = best.distances
      }
    }
    return PointSet(dimensions: points.dimensions, values: centres)
  }

  /// Puts the clusters in another order.
  ///
  /// - Parameter order: the clusters, the new first one first.
  mutating func reorder(_ order: [Int]) {
    var places = [Int32](repeating: 0, count: order.count)
    for (place, cluster) in order.enumerated() { places[cluster] = Int32(place) }
    clusters = clusters.map { places[Int($0)] }
    centres = PointSet(
      dimensions: centres.dimensions, values: order.flatMap { centres[$0] })
  }
}

/// The nearest centre of each point.
private struct Assignment {
  /// The centre of each point; of equally near ones the first.
  private(set) var clusters: [Int32]
  /// The squared distance of each point from it.
  private(set) var distances: [Double]
  let inertia: Double
  private let count: Int

  private static let part = 1 << 14

  init(_ points: PointSet, to centres: PointSet, workers: Workers) {
    let (dimensions, total, count) = (points.dimensions, points.count, centres.count)
    self.count = count
    var clusters = [Int32](repeating: 0, count: total)
    var distances = [Double](repeating: 0, count: total)
    let parts = (total + Assignment.part - 1) / Assignment.part
    let sums = points.values.withUnsafeBufferPointer { values in
      centres.values.withUnsafeBufferPointer { centres in
        clusters.withUnsafeMutableBufferPointer { clusters in
          distances.withUnsafeMutableBufferPointer { distances in
            nonisolated(unsafe) let values = values
            nonisolated(unsafe) let centres = centres
            nonisolated(unsafe) let clusters = clusters
            nonisolated(unsafe) let distances = distances
            return workers.map(parts) { part in
              var sum = 0.0
              for point in part * Assignment.part..<min(total, (part + 1) * Assignment.part) {
                var nearest = (cluster: Int32(0), distance: Double.infinity)
                for cluster in 0..<count {
                  var distance = 0.0
                  for axis in 0..<dimensions {
                    let difference =
                      values[point * dimensions + axis] - centres[cluster * dimensions + axis]
                    distance += difference * difference
                  }
                  if distance < nearest.distance { nearest = (Int32(cluster), distance) }
                }
                clusters[point] = nearest.cluster
                distances[point] = nearest.distance
                sum += nearest.distance
              }
              return sum
            }
          }
        }
      }
    }
    self.clusters = clusters
    self.distances = distances
    inertia = sums.reduce(0, +)
  }

  /// The means of the points of each centre, each of which has at least one.
  func means(of points: PointSet) -> PointSet {
    var clusters = clusters
    var members = [Int](repeating: 0, count: count)
    for cluster in clusters { members[Int(cluster)] += 1 }
    let empty = members.indices.filter { members[$0] == 0 }
    if !empty.isEmpty {
      let farthest = distances.indices.sorted {
        (distances[$0], -$0) > (distances[$1], -$1)
      }
      var candidates = farthest[...]
      for cluster in empty {
        while let point = candidates.popFirst() {
          guard members[Int(clusters[point])] > 1 else { continue }
          members[Int(clusters[point])] -= 1
          members[cluster] = 1
          clusters[point] = Int32(cluster)
          break
        }
      }
    }
    var sums = [Double](repeating: 0, count: count * points.dimensions)
    for (point, cluster) in clusters.enumerated() {
      for axis in 0..<points.dimensions {
        sums[Int(cluster) * points.dimensions + axis] +=
          points.values[point * points.dimensions + axis]
      }
    }
    for index in sums.indices { sums[index] /= Double(max(1, members[index / points.dimensions])) }
    return PointSet(dimensions: points.dimensions, values: sums)
  }
}

extension [Double] {
  /// The first place of an ascending list whose element is above a number.
  fileprivate func firstPlace(above value: Double) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] > value { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
