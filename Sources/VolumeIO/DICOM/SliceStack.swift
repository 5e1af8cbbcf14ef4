import Volumes

/// The slices of a volume in order, and the grid that they make.
struct SliceStack: Sendable {
  let columns: Int
  let rows: Int
  let channels: Int
  /// The slices that are there: by place along the normal, then by channel.
  let places: [[SeriesSlice]]
  /// For each slice of the grid the slices that are there below and above it, and how far it lies
  /// between them.
  let taps: [Tap]
  /// In DICOM's millimetres.
  let origin: SIMD3<Double>
  /// From a slice of the grid to the next, in DICOM's millimetres.
  let step: SIMD3<Double>
  private let plane: DICOMPlane

  struct Tap: Sendable {
    var below: Int
    var above: Int
    /// 0 at `below`, 1 at `above`.
    var fraction: Double
  }

  /// The number of slices of the grid.
  var sliceCount: Int { taps.count }

  /// Whether each slice of the grid is one that is there.
  var isComplete: Bool { taps.count == places.count && taps.allSatisfy { $0.fraction == 0 } }

  /// How a series is not a regular stack of slices, and what to do.
  struct Irregularity: Error {
    let found: String
    let remedy: String
  }

  /// Orders slices that are parallel and of one size.
  ///
  /// - Parameter allowMissing: whether missing slices are to be interpolated and doubles left out.
  init(
    _ slices: [SeriesSlice], _ instances: [DICOMInstance], allowMissing: Bool
  ) throws(Irregularity) {
    let slices = try SliceStack.withoutDoubles(slices, instances, allowMissing: allowMissing)
    let normal = slices[0].frame.plane.normal
    func height(_ slice: SeriesSlice) -> Double { slice.frame.plane.position.dot(normal) }
    let places = try SliceStack.channels(
      SliceStack.places(slices), normal: normal, allowMissing: allowMissing)
    let heights = places.map { height($0[0]) }
    let first = places[0][0].frame
    let last = places[places.count - 1][0].frame
    plane = first.plane
    (columns, rows) = (first.tile.columns, first.tile.rows)
    channels = places[0].count
    self.places = places
    origin = first.plane.position
    guard places.count > 1 else {
      guard let thickness = first.thickness else {
        throw Irregularity(
          found: "a single slice that does not tell its thickness",
          remedy: "give the folder with all slices")
      }
      step = normal * thickness
      taps = [Tap(below: 0, above: 0, fraction: 0)]
      return
    }
    taps = try SliceStack.taps(heights, allowMissing: allowMissing)
    let rise = heights[heights.count - 1] - heights[0]
    let along = (last.plane.position - origin) / rise
    step = along * (rise / Double(taps.count - 1))
    // Slices that are shifted against each other other than by a tilt make no volume.
    let tolerance = 0.1 * plane.spacing.min()
    for (place, height) in zip(places, heights) {
      let expected = origin + along * (height - heights[0])
      guard (place[0].frame.plane.position - expected).length <= tolerance else {
        throw Irregularity(
          found: "the slice at \(height.millimetres) mm is shifted against the others",
          remedy: "give the files of one volume only")
      }
    }
  }

  /// Groups slices that have one place along the normal, from the lowest to the highest.
  static func places(_ slices: [SeriesSlice]) -> [[SeriesSlice]] {
    guard let normal = slices.first?.frame.plane.normal else { return [] }
    let heights = slices.map { $0.frame.plane.position.dot(normal) }
    let order = slices.indices.sorted { (heights[$0], $0) < (heights[$1], $1) }
    var result: [[SeriesSlice]] = []
    var start = -Double.infinity
    for index in order {
      // A hundredth of a millimetre is below every scanner's slice distance.
      if heights[index] - start > 0.01 {
        result.append([])
        start = heights[index]
      }
      result[result.count - 1].append(slices[index])
    }
    return result
  }

  /// Finds the same image in several files.
  private static func withoutDoubles(
    _ slices: [SeriesSlice], _ instances: [DICOMInstance], allowMissing: Bool
  ) throws(Irregularity) -> [SeriesSlice] {
    var owners: [String: Int] = [:]
    var result: [SeriesSlice] = []
    for slice in slices {
      let instance = instances[slice.instance]
      let owner = owners[instance.uid] ?? slice.instance
      owners[instance.uid] = owner
      if owner == slice.instance {
        result.append(slice)
        continue
      }
      guard allowMissing else {
        throw Irregularity(
          found: "\(instances[owner].source.path) and \(instance.source.path) are the same image",
          remedy: "remove one of them, or give --allow-missing")
      }
    }
    return result
  }

  /// Orders the slices of each place by channel.
  private static func channels(
    _ places: [[SeriesSlice]], normal: SIMD3<Double>, allowMissing: Bool
  ) throws(Irregularity) -> [[SeriesSlice]] {
    var sorted = places.map { place in
      place.sorted { ($0.frame.channel, $0.frame.order) < ($1.frame.channel, $1.frame.order) }
    }
    var frequency: [Int: Int] = [:]
    for place in sorted { frequency[place.count, default: 0] += 1 }
    // The number that most places have, and of two equally frequent ones the larger.
    let usual = frequency.max { ($0.value, $0.key) < ($1.value, $1.key) }!.key
    if let odd = sorted.first(where: { $0.count != usual }) {
      let height = odd[0].frame.plane.position.dot(normal).millimetres
      guard allowMissing else {
        throw Irregularity(
          found: "\(odd.count) images at \(height) mm along the normal, where other places have "
            + "\(usual)",
          remedy: (odd.count < usual ? "find the missing" : "remove the surplus")
            + " ones, or give --allow-missing")
      }
      if usual == 1 {
        sorted = sorted.map { Array($0.prefix(1)) }
      } else {
        sorted.removeAll { $0.count < usual }
        guard sorted.allSatisfy({ $0.count == usual }) else {
          throw Irregularity(
            found: "more images at some places than the \(usual) at most of them",
            remedy: "remove the surplus ones")
        }
      }
    }
    let keys = sorted[0].map(\.frame.channel)
    for place in sorted where usual > 1 && place.map(\.frame.channel) != keys {
      let height = place[0].frame.plane.position.dot(normal).millimetres
      throw Irregularity(
        found: "the images at \(height) mm along the normal have other echo times, time points or "
          + "b-values than those elsewhere",
        remedy: "give the files of complete volumes only")
    }
    return sorted
  }

  /// Makes an even grid of heights, or tells where they are uneven.
  private static func taps(
    _ heights: [Double], allowMissing: Bool
  ) throws(Irregularity) -> [Tap] {
    let gaps = zip(heights.dropFirst(), heights).map { $0 - $1 }
    let usual = gaps.sorted()[gaps.count / 2]
    // Positions are rounded to what a decimal number of few digits tells.
    let tolerance = 0.02 * usual + 0.01
    let odd = gaps.firstIndex { abs($0 - usual) > tolerance }
    guard let odd else {
      return heights.indices.map { Tap(below: $0, above: $0, fraction: 0) }
    }
    guard allowMissing else {
      let gap = gaps[odd]
      let place = "between \(heights[odd].millimetres) and \(heights[odd + 1].millimetres) mm"
      let multiple = (gap / usual).rounded()
      if multiple >= 2, abs(gap - multiple * usual) <= multiple * tolerance {
        let count = Int(min(multiple - 1, 1e6))
        throw Irregularity(
          found:
            "\(count) slice\(count == 1 ? " is" : "s are") missing \(place) along the normal",
          remedy: "find the files, or give --allow-missing to interpolate")
      }
      throw Irregularity(
        found: "slices are \(gap.millimetres) mm apart \(place) along the normal, and "
          + "\(usual.millimetres) mm elsewhere",
        remedy: "give --allow-missing to interpolate")
    }
    let rise = heights[heights.count - 1] - heights[0]
    let count = (rise / usual).rounded()
    guard count <= 100_000 else {
      throw Irregularity(
        found: "slices \(rise.millimetres) mm apart, which are of no one volume",
        remedy: "give the files of one volume only")
    }
    var below = 0
    return (0...Int(count)).map { index in
      let height = heights[0] + rise * Double(index) / count
      while below + 2 < heights.count, heights[below + 1] <= height { below += 1 }
      let fraction = (height - heights[below]) / (heights[below + 1] - heights[below])
      if fraction < 0.02 { return Tap(below: below, above: below, fraction: 0) }
      if fraction > 0.98 { return Tap(below: below + 1, above: below + 1, fraction: 0) }
      return Tap(below: below, above: below + 1, fraction: fraction)
    }
  }

  /// How far each slice of the grid is shifted against the one before, in pixels along a row and
  /// along a column: the tilt of a gantry. Zero where it is less than rounding explains.
  var shear: SIMD2<Double> {
    let lateral = step - plane.normal * step.dot(plane.normal)
    let shift = SIMD2(
      lateral.dot(plane.alongRow) / plane.spacing.x,
      lateral.dot(plane.alongColumn) / plane.spacing.y)
    let total = Double(taps.count - 1)
    return max(abs(shift.x), abs(shift.y)) * total > 0.1 ? shift : .zero
  }

  /// The grid of the slices, whose third axis is oblique where the gantry was tilted.
  func geometry() throws(VolumeError) -> Geometry {
    try plane.geometry(columns: columns, rows: rows, slices: taps.count, step: step)
  }
}

extension Double {
  /// Rounded to micrometres.
  fileprivate var millimetres: String { "\((self * 1000).rounded() / 1000)" }
}
