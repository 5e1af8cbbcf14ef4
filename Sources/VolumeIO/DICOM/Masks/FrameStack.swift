import Volumes

/// The grid of a segmentation's frames, of which some may be missing.
struct FrameStack: Sendable {
  let geometry: Geometry
  /// For each frame its slice in the grid.
  let slices: [Int]

  /// Finds the grid of parallel planes.
  ///
  /// - Parameters:
  ///   - distances: what the distance between slices may be, the likeliest first. One of which all
  ///     planes' distances are multiples is taken, else the usual one between neighbours.
  ///   - thickness: the distance where there is one slice only.
  /// - Throws: ``SliceStack/Irregularity``.
  init(
    _ planes: [DICOMPlane], columns: Int, rows: Int, distances: [Double], thickness: Double?
  ) throws(SliceStack.Irregularity) {
    guard let plane = planes.first else {
      throw Irregularity(found: "no frames", remedy: FrameStack.remedy)
    }
    if let other = planes.firstIndex(where: { !plane.isParallel(to: $0) }) {
      throw Irregularity(
        found: "frame \(other + 1) has another orientation or pixel size than frame 1",
        remedy: FrameStack.remedy)
    }
    let heights = planes.map { $0.position.dot(plane.normal) }
    guard heights.allSatisfy({ abs($0) < FrameStack.farthest }) else {
      throw Irregularity(
        found: "a frame more than \(Int(FrameStack.farthest)) mm away", remedy: FrameStack.remedy)
    }
    let order = planes.indices.sorted { (heights[$0], $0) < (heights[$1], $1) }
    let (lowest, highest) = (order[0], order[order.count - 1])
    let rise = heights[highest] - heights[lowest]
    var step = plane.normal
    var count = 1
    if rise > FrameStack.sameHeight {
      guard
        let steps = FrameStack.steps(
          order.map { heights[$0] - heights[lowest] }, candidates: distances)
      else {
        throw Irregularity(
          found: "frames at uneven distances", remedy: "save it again with evenly spaced frames")
      }
      count = steps + 1
      step = (planes[highest].position - planes[lowest].position) / Double(steps)
    } else {
      guard let thickness = distances.first ?? thickness else {
        throw Irregularity(
          found: "a single slice that does not tell its thickness",
          remedy: "give the image that it belongs to with --like")
      }
      step *= thickness
    }
    let first = planes[lowest]
    let distance = step.dot(plane.normal)
    var slices: [Int] = []
    for (index, height) in heights.enumerated() {
      let slice = Int(((height - heights[lowest]) / distance).rounded())
      let expected = first.position + step * Double(slice)
      guard
        (planes[index].position - expected).length <= 0.1 * plane.spacing.min() + 0.02 * distance
      else {
        throw Irregularity(
          found: "frame \(index + 1) is shifted against the others", remedy: FrameStack.remedy)
      }
      slices.append(slice)
    }
    self.slices = slices
    // Few frames far apart must not make a grid that fills the memory.
    let (area, overflow) = columns.multipliedReportingOverflow(by: rows)
    let (voxels, overflow2) = area.multipliedReportingOverflow(by: count)
    guard !overflow, !overflow2, voxels <= max(1 << 28, min(1 << 33, 64 * area * planes.count))
    else {
      throw Irregularity(
        found: "\(planes.count) frames in a grid of \(columns)x\(rows)x\(count) voxels",
        remedy: FrameStack.remedy)
    }
    do {
      geometry = try first.geometry(columns: columns, rows: rows, slices: count, step: step)
    } catch {
      throw Irregularity(found: error.description, remedy: FrameStack.remedy)
    }
  }

  private typealias Irregularity = SliceStack.Irregularity
  private static let remedy = "look at what wrote it; a segmentation of one volume is needed"
  /// In millimetres.
  private static let farthest = 1e5
  private static let sameHeight = 0.01

  /// The number of steps from the first to the last height, all of which are whole numbers of steps
  /// above the first; nil where there is none.
  ///
  /// - Parameter heights: ascending from 0.
  private static func steps(_ heights: [Double], candidates: [Double]) -> Int? {
    let gaps = zip(heights.dropFirst(), heights).map { $0 - $1 }.filter { $0 > sameHeight }.sorted()
    guard let smallest = gaps.first, let rise = heights.last else { return nil }
    // The middle of those that differ from the smallest by rounding only.
    let alike = gaps.prefix { $0 <= smallest * 1.02 + sameHeight }
    let usual = alike[alike.count / 2]
    for distance in candidates + [usual] where distance > 0 {
      let count = (rise / distance).rounded()
      guard count >= 1, count <= 1e6 else { continue }
      let exact = rise / count
      let tolerance = 0.02 * exact + sameHeight
      guard abs(exact - distance) <= tolerance, exact <= smallest + tolerance,
        heights.allSatisfy({ abs($0 - ($0 / exact).rounded() * exact) <= tolerance })
      else { continue }
      return Int(count)
    }
    return nil
  }
}
