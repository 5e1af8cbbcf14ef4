public import Parallel
public import Volumes

extension StructureSet {
  /// Turns all or chosen ROIs to voxels of a grid.
  ///
  /// A voxel belongs to an ROI where its centre lies inside the contours of its slice
  /// (``ContourFill``). A contour belongs to the nearest slice, up to half the distance of slices
  /// away, and of several planes of contours at one slice the nearest counts. Slices without contours
  /// remain empty, also between others.
  ///
  /// - Parameter grid: that of the image that the ROIs were drawn on, or of another one whose slices
  ///   across some axis are parallel to the contours.
  /// - Throws: ``VolumeIOError`` for a choice that is not there, damaged contours, or contours that
  ///   are not parallel to the slices.
  public func segments(
    _ options: MaskOptions = MaskOptions(), on grid: Geometry, workers: Workers = .all
  ) throws(VolumeIOError) -> SegmentSet {
    let selection = try MaskSelection(
      options, numbers: rois.map(\.number), names: rois.map(\.name), kind: "ROI", path: path)
    let members = Set(selection.parts.flatMap(\.members)).sorted()
    for member in members {
      if let problem = rois[member].problem {
        throw .malformed(
          path: path,
          reason:
            "ROI \(rois[member].number) (\(rois[member].name)): \(problem); draw it again, or "
            + "choose others with --roi")
      }
    }
    let axis = try sliceAxis(of: members, in: grid)
    var warnings: [String] = []
    var slices: [Int: [Int: [[SIMD2<Double>]]]] = [:]
    for member in members {
      let roi = rois[member]
      var drawn = RegionSlices(roi, in: grid, axis: axis)
      if drawn.slices.isEmpty, drawn.warnings.isEmpty {
        drawn.warnings.append("it has no closed contours")
      }
      warnings += drawn.warnings.map { "ROI \(roi.number) (\(roi.name)): \($0)" }
      for (slice, contours) in drawn.slices { slices[slice, default: [:]][member] = contours }
    }
    let contents = (0..<grid.size[axis]).map { slice in
      guard let regions = slices[slice] else { return [(part: Int, member: Int)]() }
      return selection.parts.enumerated().flatMap { part, description in
        description.members.filter { regions[$0] != nil }.map { (part: part, member: $0) }
      }
    }
    let layers = SegmentLayers(
      geometry: grid, axis: axis, parts: selection.parts, contents: contents, path: path)
    let painter = ContourPainter(slices: slices, size: SliceGrid(grid, axis: axis).size)
    let table = LabelTable(
      selection.parts.map { part in
        .init(value: part.label, name: part.name, color: rois[part.members[0]].color)
      })
    let result = try layers.painted(
      by: painter, table: table, warnings: warnings, workers: workers)
    return result.warningOfEmptySegments
  }

  /// The voxel axis across whose slices all contours lie.
  private func sliceAxis(of members: [Int], in grid: Geometry) throws(VolumeIOError) -> Int {
    let map = grid.worldToVoxel
    var worst = SIMD3<Double>.zero
    var owners = [(roi: Int, contour: Int)](repeating: (0, 0), count: 3)
    for member in members {
      for contour in rois[member].contours {
        var low = SIMD3<Double>(repeating: .infinity)
        var high = 0 - low
        for point in contour.points {
          let voxel = map.apply(point)
          low = low.replacing(with: voxel, where: voxel .< low)
          high = high.replacing(with: voxel, where: voxel .> high)
        }
        for axis in 0..<3 where high[axis] - low[axis] > worst[axis] {
          worst[axis] = high[axis] - low[axis]
          owners[axis] = (member, contour.number)
        }
      }
    }
    // Of equals, such as without contours, the last: images' slices follow each other along it.
    let axis = (0..<3).reversed().min { worst[$0] < worst[$1] }!
    let roughness = 0.02 / grid.spacing[axis]
    guard worst[axis] <= 0.1 + roughness else {
      let roi = rois[owners[axis].roi]
      let distance = ((worst[axis] * grid.spacing[axis]) * 100).rounded() / 100
      throw .unsupported(
        path: path,
        found:
          "contour \(owners[axis].contour) of ROI \(roi.number) (\(roi.name)) is not parallel to "
          + "the slices of the image: its points lie up to \(distance) mm apart across them",
        remedy: "give the image that it was drawn on, and resample the mask afterwards")
    }
    return axis
  }
}

/// The contours of an ROI, sorted into the slices of a grid.
private struct RegionSlices {
  /// For each slice its contours in pixels.
  private(set) var slices: [Int: [[SIMD2<Double>]]] = [:]
  var warnings: [String] = []

  /// Contours in one plane.
  private struct Plane {
    /// In voxels along the slice axis.
    var height: Double
    var contours: [[SIMD2<Double>]]
  }

  init(_ roi: StructureSet.ROI, in grid: Geometry, axis: Int) {
    if roi.skippedContourCount > 0 {
      warnings.append(
        "\(roi.skippedContourCount) contours that enclose no area (points, open lines) are left out"
      )
    }
    let planes = RegionSlices.planes(of: roi, grid, axis)
    if planes.doubles > 0 {
      warnings.append("\(planes.doubles) contours that are there twice are drawn once")
    }
    let count = grid.size[axis]
    var nearest: [Int: Plane] = [:]
    var (beyond, unused) = (0, 0)
    for plane in planes.planes {
      // The tolerance lets planes half-way between slices all go the same way.
      let slice = (plane.height + 0.5 + 1e-4).rounded(.down)
      guard slice >= 0, slice < Double(count) else {
        beyond += 1
        continue
      }
      if let other = nearest[Int(slice)] {
        unused += 1
        if abs(other.height - slice) <= abs(plane.height - slice) { continue }
      }
      nearest[Int(slice)] = plane
    }
    slices = nearest.mapValues(\.contours)
    if beyond > 0 { warnings.append("contours in \(beyond) planes beyond the image are left out") }
    if unused > 0 {
      warnings.append(
        "contours in \(unused) planes are left out, since others are nearer to the same slices")
    }
    warnAboutGaps(planes.planes.map(\.height), grid.spacing[axis])
    let size = SliceGrid(grid, axis: axis).size
    // A line that runs between voxels that belong and others outside ends up to half a voxel beyond.
    let margin = 1.001
    let isCut = slices.values.joined().joined().contains {
      $0.x < -margin || $0.y < -margin || $0.x > Double(size.x - 1) + margin
        || $0.y > Double(size.y - 1) + margin
    }
    if isCut { warnings.append("it reaches beyond the image, and is cut there") }
  }

  private mutating func warnAboutGaps(_ heights: [Double], _ spacing: Double) {
    let gaps = zip(heights.dropFirst(), heights).map { $0 - $1 }.sorted()
    guard !gaps.isEmpty, gaps[gaps.count / 2] >= 1.5 else { return }
    let distance = ((gaps[gaps.count / 2] * spacing) * 100).rounded() / 100
    warnings.append(
      "its contours are \(distance) mm apart and the slices \((spacing * 100).rounded() / 100) mm; "
        + "slices without contours remain empty")
  }

  /// The planes from the lowest to the highest, and how many contours were there twice.
  private static func planes(
    of roi: StructureSet.ROI, _ grid: Geometry, _ axis: Int
  ) -> (planes: [Plane], doubles: Int) {
    let map = grid.worldToVoxel
    let inPlane = SliceGrid(grid, axis: axis).inPlane
    let contours = roi.contours.map { contour -> (height: Double, points: [SIMD2<Double>]) in
      var sum = 0.0
      let points = contour.points.map { point -> SIMD2<Double> in
        let voxel = map.apply(point)
        sum += voxel[axis]
        return SIMD2(voxel[inPlane.0], voxel[inPlane.1])
      }
      return (sum / Double(points.count), points)
    }
    let order = contours.indices.sorted { (contours[$0].height, $0) < (contours[$1].height, $1) }
    // Coordinates are rounded, mostly to a hundredth of a millimetre or finer.
    let tolerance = 0.01 + 0.02 / grid.spacing[axis]
    var planes: [Plane] = []
    var seen: Set<[SIMD2<Double>]> = []
    var doubles = 0
    for index in order {
      let (height, points) = contours[index]
      if let last = planes.last, height - last.height <= tolerance {
        // Drawn twice, a contour would erase itself.
        if seen.insert(points).inserted {
          planes[planes.count - 1].contours.append(points)
        } else {
          doubles += 1
        }
      } else {
        planes.append(Plane(height: height, contours: [points]))
        seen = [points]
      }
    }
    return (planes, doubles)
  }
}

/// Draws the contours of a slice.
private struct ContourPainter: SlicePainter {
  /// By slice and ROI.
  let slices: [Int: [Int: [[SIMD2<Double>]]]]
  let size: SIMD2<Int>

  func forEachRun(
    slice: Int, member: Int, _ paint: (Range<Int>) -> Void
  ) throws(VolumeIOError) {
    ContourFill.forEachRun(slices[slice]?[member] ?? [], size: size, paint)
  }
}

extension SegmentSet {
  /// With a warning for segments without a voxel that no other warning explains.
  fileprivate var warningOfEmptySegments: SegmentSet {
    let empty = segments.filter { segment in
      segment.voxels == 0 && !warnings.contains { $0.hasPrefix("ROI \(segment.number) (") }
    }
    return SegmentSet(
      path: path, geometry: geometry, segments: segments, layers: layers, overlaps: overlaps,
      warnings: warnings
        + empty.map { "ROI \($0.number) (\($0.name)): no voxel's centre lies inside" })
  }
}
