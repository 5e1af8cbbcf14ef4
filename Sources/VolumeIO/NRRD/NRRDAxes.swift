import Volumes

/// What a NRRD header says of the axes: which are spatial, where they lie, which is the channels'.
struct NRRDAxes {
  let geometry: Geometry
  /// The order of the axes; the type is for the caller to set.
  let layout: SampleLayout

  init(_ header: NRRDHeader, path: String) throws(VolumeIOError) {
    let fields = header.fields
    guard let rank = Int(try NRRDReader.required("dimension", header, path)), 1...16 ~= rank else {
      throw .malformed(path: path, reason: "a dimension of \"\(fields["dimension"] ?? "")\"")
    }
    guard let sizes = integers(try NRRDReader.required("sizes", header, path)),
      sizes.count == rank, sizes.allSatisfy({ $0 >= 1 })
    else {
      throw .malformed(
        path: path,
        reason: "sizes of \"\(fields["sizes"] ?? "")\", not \(rank) positive whole numbers")
    }
    let kinds = fields["kinds"]?.split(whereSeparator: \.isWhitespace).map { $0.lowercased() }
    let spacings = try Self.perAxis(fields["spacings"], "spacings", rank, path)
    let directions = try Self.directions(fields["spacedirections"], rank, path)
    if let kinds {
      guard kinds.count == rank else {
        throw .malformed(path: path, reason: "\(kinds.count) kinds for \(rank) axes")
      }
      guard !kinds.contains("complex") else {
        throw .unsupported(
          path: path, found: "complex samples", remedy: "convert it to real numbers first")
      }
    }

    var spatial: [Int] = []
    for axis in 0..<rank {
      if let directions {
        if directions[axis] != nil { spatial.append(axis) }
        continue
      }
      switch kinds?[axis] {
      case "domain", "space": spatial.append(axis)
      case nil, "???", "none":
        if spacings?[axis].isNaN != true { spatial.append(axis) }
      default: continue
      }
    }
    // Without directions a fourth axis is one of channels, such as time.
    if directions == nil { spatial = Array(spatial.prefix(3)) }
    guard 2...3 ~= spatial.count else {
      throw .unsupported(
        path: path, found: "an image of \(spatial.count) spatial axes",
        remedy: "it must have 2 or 3; split or convert it first")
    }
    let further = (0..<rank).filter { !spatial.contains($0) && sizes[$0] > 1 }
    guard further.count <= 1 else {
      throw .unsupported(
        path: path, found: "an image of sizes \(sizes) with \(further.count) axes beside space",
        remedy: "only one such axis may be longer than 1; split the image first")
    }

    var size = SIMD3(1, 1, 1)
    for (n, axis) in spatial.enumerated() { size[n] = sizes[axis] }
    var affine: Affine
    if let directions {
      affine = Affine(spacing: .zero)
      for (n, axis) in spatial.enumerated() { affine[n] = directions[axis] ?? .zero }
      affine.origin = try Self.origin(fields["spaceorigin"], path)
    } else {
      affine = try Self.grid(
        fields, spatial: spatial, sizes: sizes, spacings: spacings, rank: rank, path: path)
    }
    if spatial.count == 2 {
      // One slice has no third direction: the unit normal.
      let (i, j) = (affine.i, affine.j)
      let normal = SIMD3(
        i.y * j.z - i.z * j.y, i.z * j.x - i.x * j.z, i.x * j.y - i.y * j.x)
      affine.k = normal / (normal * normal).sum().squareRoot()
    }
    let toMillimetres =
      try Self.signs(fields["space"], path) * Self.unit(fields, spatial: spatial)
    for axis in 0..<3 { affine[axis] *= toMillimetres }
    affine.origin *= toMillimetres
    do {
      geometry = try Geometry(size: size, affine: affine)
    } catch {
      throw .malformed(path: path, reason: error.description)
    }

    // Only the spatial axes and the one of channels are longer than 1.
    let channelAxis = further.first
    let channels = channelAxis.map { sizes[$0] } ?? 1
    let (_, overflow) = geometry.voxelCount.multipliedReportingOverflow(by: channels)
    guard !overflow, geometry.voxelCount * channels <= Int.max / 16 else {
      throw .malformed(path: path, reason: "sizes \(sizes), more than any file holds")
    }
    let inner = sizes[..<(channelAxis ?? rank)].reduce(1, *)
    layout = SampleLayout(
      type: .uint8, inner: inner, channels: channels, outer: geometry.voxelCount / inner)
  }

  /// The signs that turn the file's space into RAS.
  ///
  /// A file that does not name an anatomical space is taken as LPS, as ITK does it.
  private static func signs(
    _ space: String?, _ path: String
  ) throws(VolumeIOError) -> SIMD3<Double> {
    switch space?.lowercased() {
    case "right-anterior-superior", "ras": return [1, 1, 1]
    case "left-anterior-superior", "las": return [-1, 1, 1]
    case nil, "left-posterior-superior", "lps", "scanner-xyz", "3d-right-handed",
      "3d-left-handed":
      return [-1, -1, 1]
    case let found?:
      throw .unsupported(
        path: path, found: "the space \"\(found)\"",
        remedy: "save it in right-anterior-superior or left-posterior-superior")
    }
  }

  /// Millimetres in the unit of space.
  private static func unit(_ fields: [String: String], spatial: [Int]) -> Double {
    let (list, index) =
      fields["spaceunits"].map { ($0, 0) } ?? (fields["units"] ?? "", spatial[0])
    // Quotes alternate with what is between them.
    let parts = list.split(separator: "\"", omittingEmptySubsequences: false)
    guard parts.count > 2 * index + 1 else { return 1 }
    switch parts[2 * index + 1].lowercased() {
    case "m", "meter", "meters": return 1e3
    case "cm", "centimeter", "centimeters": return 10
    case "um", "µm", "micron", "microns", "micrometer", "micrometers": return 1e-3
    default: return 1
    }
  }

  private static func perAxis(
    _ text: String?, _ name: String, _ rank: Int, _ path: String
  ) throws(VolumeIOError) -> [Double]? {
    guard let text else { return nil }
    guard let values = numbers(text), values.count == rank else {
      throw .malformed(path: path, reason: "\(name) of \"\(text)\", not \(rank) numbers")
    }
    return values
  }

  /// The vectors of the axes, nil for "none"; vectors of two components get a third of 0.
  private static func directions(
    _ text: String?, _ rank: Int, _ path: String
  ) throws(VolumeIOError) -> [SIMD3<Double>?]? {
    guard let text else { return nil }
    var directions: [SIMD3<Double>?] = []
    var rest = Substring(text.trimmingWhitespace)
    while let first = rest.first {
      if first == "(", let end = rest.firstIndex(of: ")") {
        directions.append(try vector(rest[...end], path))
        rest = rest[rest.index(after: end)...]
      } else {
        let end = rest.firstIndex { $0.isWhitespace || $0 == "(" } ?? rest.endIndex
        guard rest[..<end] == "none", end > rest.startIndex else {
          throw .malformed(path: path, reason: "space directions of \"\(text.prefix(80))\"")
        }
        directions.append(nil)
        rest = rest[end...]
      }
      rest = rest.drop { $0.isWhitespace }
    }
    guard directions.count == rank else {
      throw .malformed(path: path, reason: "\(directions.count) space directions for \(rank) axes")
    }
    return directions
  }

  private static func origin(
    _ text: String?, _ path: String
  ) throws(VolumeIOError) -> SIMD3<Double> {
    guard let text else { return .zero }
    return try vector(text[...], path)
  }

  private static func vector(
    _ text: Substring, _ path: String
  ) throws(VolumeIOError) -> SIMD3<Double> {
    let inside = text.trimmingWhitespace
    guard inside.hasPrefix("("), inside.hasSuffix(")"),
      let values = numbers(inside.dropFirst().dropLast().replacing(",", with: " ")),
      2...3 ~= values.count
    else {
      throw .malformed(
        path: path, reason: "\"\(text.prefix(80))\" is no vector of 2 or 3 numbers, as (1,0,0)")
    }
    return SIMD3(values[0], values[1], values.count == 3 ? values[2] : 0)
  }

  /// The grid of a header without directions: spacings, or the range of each axis.
  private static func grid(
    _ fields: [String: String], spatial: [Int], sizes: [Int], spacings: [Double]?, rank: Int,
    path: String
  ) throws(VolumeIOError) -> Affine {
    let lowest = try perAxis(fields["axismins"], "axis mins", rank, path)
    let highest = try perAxis(fields["axismaxs"], "axis maxs", rank, path)
    let centers = (fields["centers"] ?? fields["centerings"])?.split(whereSeparator: \.isWhitespace)
    var affine = Affine(spacing: [1, 1, 1])
    for (n, axis) in spatial.enumerated() {
      let isNode = centers.map { $0.indices.contains(axis) && $0[axis] == "node" } ?? false
      var spacing = spacings.map { $0[axis] } ?? .nan
      if let low = lowest?[axis], low.isFinite {
        if let high = highest?[axis], high.isFinite, spacing.isNaN {
          spacing = (high - low) / Double(isNode ? max(1, sizes[axis] - 1) : sizes[axis])
        }
        // Of a cell the range begins at the border of the first voxel.
        affine.origin[n] = isNode ? low : low + (spacing.isNaN ? 1 : spacing) / 2
      }
      affine[n] = .zero
      affine[n][n] = spacing.isNaN ? 1 : spacing
    }
    if let origin = fields["spaceorigin"] { affine.origin = try vector(origin[...], path) }
    return affine
  }
}
